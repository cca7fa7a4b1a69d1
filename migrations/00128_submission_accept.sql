-- +goose Up
-- a submission that was rejected is taken all the same, with a reason (MKT-11)
ALTER TABLE submissions ADD COLUMN accepted_why TEXT NOT NULL DEFAULT '';
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'submission', 'accept', CASE code WHEN 'marketing' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
