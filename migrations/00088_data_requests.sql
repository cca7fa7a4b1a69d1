-- +goose Up
-- what persons, or who may speak for them, ask about what is kept of them (PPL-11)
CREATE TABLE data_requests (
	id UUID NOT NULL PRIMARY KEY,
	person UUID NOT NULL,
	center UUID,
	staff UUID,
	kind TEXT NOT NULL,
	asked_by TEXT NOT NULL,
	guardian UUID,
	identity TEXT NOT NULL,
	note TEXT NOT NULL,
	state TEXT NOT NULL,
	due BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	decided_at BIGINT,
	done_at BIGINT,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX data_requests_person ON data_requests (person, id);
CREATE INDEX data_requests_center ON data_requests (center, state);
CREATE INDEX data_requests_open ON data_requests (due) WHERE state IN ('open', 'approved');
ALTER TABLE persons ADD COLUMN anonymized_at BIGINT;
INSERT INTO approval_limits (kind, role, most) VALUES ('data-request', 'principal', 0), ('data-request', 'general-manager', -1);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'data-request', 'read', CASE code WHEN 'general-manager' THEN 'all' WHEN 'front-desk' THEN 'own' ELSE 'center' END
	FROM roles WHERE code IN ('front-desk', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'data-request', 'create', CASE code WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('front-desk', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'data-request', action, CASE code WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles, (SELECT 'export' AS action UNION SELECT 'finish') AS a WHERE code IN ('supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
