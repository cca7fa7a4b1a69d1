-- +goose Up
-- what is to be reached in a month: of a center, or of a consultant there (SAL-14); amount is a number of records, or fen
CREATE TABLE targets (
	id UUID NOT NULL PRIMARY KEY,
	center UUID NOT NULL,
	staff UUID,
	month BIGINT NOT NULL,
	metric TEXT NOT NULL,
	amount BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX targets_center ON targets (center, month, metric) WHERE staff IS NULL;
CREATE UNIQUE INDEX targets_staff ON targets (center, staff, month, metric) WHERE staff IS NOT NULL;
CREATE INDEX targets_month ON targets (month, metric);
-- who set what when; was and now are -1 where there is no target
CREATE TABLE target_changes (
	id UUID NOT NULL PRIMARY KEY,
	center UUID NOT NULL,
	staff UUID,
	month BIGINT NOT NULL,
	metric TEXT NOT NULL,
	was BIGINT NOT NULL,
	now BIGINT NOT NULL,
	set_by UUID,
	at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX target_changes_center ON target_changes (center, metric, id);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'target', 'read', CASE code WHEN 'general-manager' THEN 'all' WHEN 'consultant' THEN 'own' ELSE 'center' END
	FROM roles WHERE code IN ('consultant', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'target', 'update', CASE code WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'center-target', 'update', CASE code WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('principal', 'general-manager') ON CONFLICT DO NOTHING;
