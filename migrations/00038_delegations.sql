-- +goose Up
-- who approves for whom, and when (ORG-7)
CREATE TABLE delegations (
	id UUID NOT NULL PRIMARY KEY,
	staff UUID NOT NULL,
	deputy UUID NOT NULL,
	from_day BIGINT NOT NULL,
	until_day BIGINT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX delegations_staff ON delegations (staff, from_day);
ALTER TABLE approvals ADD COLUMN decided_for UUID;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'delegation', 'read', 'own' FROM roles WHERE code IN ('supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'delegation', 'create', 'own' FROM roles WHERE code IN ('supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'delegation', 'update', 'own' FROM roles WHERE code IN ('supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
