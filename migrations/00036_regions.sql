-- +goose Up
ALTER TABLE regions ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'region', 'read', 'all' FROM roles WHERE code IN ('it', 'project', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'region', 'create', 'all' FROM roles WHERE code IN ('it', 'project') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'region', 'update', 'all' FROM roles WHERE code IN ('it', 'project') ON CONFLICT DO NOTHING;
