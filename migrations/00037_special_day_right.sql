-- +goose Up
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'special-day', 'update', 'all' FROM roles WHERE code IN ('it', 'project') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'special-day', 'update', 'center' FROM roles WHERE code IN ('principal', 'supervisor') ON CONFLICT DO NOTHING;
