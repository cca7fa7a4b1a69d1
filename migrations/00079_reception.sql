-- +goose Up
-- since when a visitor is in a talk, and with whom; none: waits, or nobody noted it (SAL-5)
ALTER TABLE visits ADD COLUMN received_at BIGINT;
ALTER TABLE visits ADD COLUMN received_by UUID;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'visit', 'receive', CASE WHEN code = 'consultant' THEN 'own' ELSE 'center' END FROM roles WHERE code IN ('front-desk', 'consultant', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
