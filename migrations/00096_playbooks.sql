-- +goose Up
-- what to say at a stage and for a need (SAL-10); the version of the row is the card's
CREATE TABLE playbooks (
	id UUID NOT NULL PRIMARY KEY,
	code TEXT NOT NULL DEFAULT '',
	name TEXT NOT NULL,
	lang TEXT NOT NULL,
	kind TEXT NOT NULL,
	stage TEXT NOT NULL,
	course UUID,
	need TEXT NOT NULL,
	short TEXT NOT NULL,
	questions TEXT NOT NULL,
	material TEXT NOT NULL,
	answers TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX playbooks_code ON playbooks (code) WHERE code <> '';
CREATE TABLE playbook_versions (
	playbook UUID NOT NULL,
	no BIGINT NOT NULL,
	by_login TEXT NOT NULL,
	at BIGINT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (playbook, no)
) WITHOUT ROWID;
-- which version of a card stood beside the panel when a contact was recorded, whether it was used, and how far the enquiry had come
CREATE TABLE playbook_uses (
	touch UUID NOT NULL PRIMARY KEY,
	playbook UUID NOT NULL,
	no BIGINT NOT NULL,
	enquiry UUID NOT NULL,
	stage TEXT NOT NULL,
	rank BIGINT NOT NULL,
	used BOOLEAN NOT NULL,
	at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX playbook_uses_card ON playbook_uses (playbook, no, at);
CREATE INDEX playbook_uses_enquiry ON playbook_uses (enquiry);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'playbook', 'read', 'all' FROM roles WHERE code IN ('consultant', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'playbook', 'update', 'all' FROM roles WHERE code IN ('supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
