-- +goose Up
-- what the master key of this database makes of a constant: tells another key from it (TRU-24)
CREATE TABLE master_key (id BIGINT NOT NULL PRIMARY KEY, proof BYTEA NOT NULL);
-- who sets the program up brings in its centers, staff and packages, the general manager lists of people (ROL-1)
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'import', 'create', 'all' FROM roles WHERE code IN ('it', 'project') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'import', 'read', 'all' FROM roles WHERE code IN ('it', 'project') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'enquiry', 'import', 'all' FROM roles WHERE code = 'general-manager' ON CONFLICT DO NOTHING;
-- and sees the outbox of mails (TRU-7)
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'mail', 'read', 'all' FROM roles WHERE code IN ('it', 'project') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'mail', 'update', 'all' FROM roles WHERE code IN ('it', 'project') ON CONFLICT DO NOTHING;
CREATE INDEX mails_state ON mails (state, created_at);
