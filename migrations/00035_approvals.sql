-- +goose Up
-- what needs somebody's consent (PRC-6): what, why, by whom, what it costs, whose turn it is, and what was decided
CREATE TABLE approvals (
	id UUID NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject UUID NOT NULL,
	person UUID,
	center UUID,
	staff UUID NOT NULL,
	size BIGINT NOT NULL,
	cost BIGINT NOT NULL,
	reason TEXT NOT NULL,
	params TEXT NOT NULL,
	role TEXT NOT NULL,
	state TEXT NOT NULL,
	due_at BIGINT NOT NULL,
	answer TEXT NOT NULL,
	decided_by UUID,
	decided_at BIGINT,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX approvals_open ON approvals (due_at) WHERE state = 'open';
CREATE INDEX approvals_center ON approvals (center, state);
CREATE INDEX approvals_staff ON approvals (staff, id);
CREATE INDEX approvals_subject ON approvals (subject);
-- up to which size a role decides by itself, in the unit of the kind; -1: any
CREATE TABLE approval_limits (
	kind TEXT NOT NULL,
	role TEXT NOT NULL,
	most BIGINT NOT NULL,
	PRIMARY KEY (kind, role)
) WITHOUT ROWID;
INSERT INTO approval_limits (kind, role, most) VALUES ('discount', 'supervisor', 1500), ('discount', 'principal', 2000), ('discount', 'general-manager', -1);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'approval', 'read', CASE code WHEN 'general-manager' THEN 'all' WHEN 'principal' THEN 'center' WHEN 'supervisor' THEN 'center' ELSE 'own' END
	FROM roles WHERE code IN ('consultant', 'marketing', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'approval', 'update', 'own' FROM roles WHERE code IN ('consultant', 'marketing', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'approval', 'decide', CASE code WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'approval-limit', 'read', 'all' FROM roles WHERE code IN ('general-manager', 'it', 'project') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'approval-limit', 'update', 'all' FROM roles WHERE code IN ('general-manager', 'it', 'project') ON CONFLICT DO NOTHING;
ALTER TABLE quotes ADD COLUMN reason TEXT NOT NULL DEFAULT '';
