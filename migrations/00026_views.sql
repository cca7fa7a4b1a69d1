-- +goose Up
-- who looked at which record (TRU-19): written in blocks that are chained like those of the events; no part of the event log
CREATE TABLE record_views (
	id UUID NOT NULL PRIMARY KEY,
	block BIGINT NOT NULL,
	at BIGINT NOT NULL,
	account UUID NOT NULL,
	kind TEXT NOT NULL,
	record UUID NOT NULL
) WITHOUT ROWID;
CREATE INDEX record_views_record ON record_views (record, at, id);
CREATE INDEX record_views_account ON record_views (account, at, id);
CREATE INDEX record_views_at ON record_views (at, id);
CREATE TABLE view_blocks (no BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, hash BYTEA NOT NULL, at BIGINT NOT NULL);
INSERT INTO event_head (id) VALUES (4);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'record-view', 'read', 'all' FROM roles WHERE code IN ('it', 'project', 'general-manager') ON CONFLICT DO NOTHING;
