-- +goose Up
-- documents that lie with records (MKT-3, TRU-20), in pieces of at most a mebibyte: what a backup or a standby carries, carries them too
CREATE TABLE attachments (
	id UUID NOT NULL PRIMARY KEY,
	record_kind TEXT NOT NULL,
	record UUID,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	size BIGINT NOT NULL,
	digest BYTEA NOT NULL,
	staff UUID NOT NULL,
	received BOOLEAN NOT NULL,
	form_key TEXT,
	created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX attachments_record ON attachments (record, id) WHERE record IS NOT NULL;
CREATE INDEX attachments_loose ON attachments (staff, created_at) WHERE record IS NULL;
CREATE UNIQUE INDEX attachments_form ON attachments (staff, form_key) WHERE form_key IS NOT NULL;
CREATE TABLE attachment_pieces (
	id UUID NOT NULL PRIMARY KEY,
	attachment UUID NOT NULL REFERENCES attachments (id) ON DELETE CASCADE,
	no BIGINT NOT NULL,
	bytes BYTEA NOT NULL
);
CREATE UNIQUE INDEX attachment_pieces_no ON attachment_pieces (attachment, no);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'attachment', 'create', 'own'
	FROM roles WHERE code IN ('marketing', 'finance', 'supervisor', 'principal');
