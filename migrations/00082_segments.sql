-- +goose Up
-- whom people choose by nested conditions (MKT-10), with the share that is held back as control group
CREATE TABLE segments (
	id UUID NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	note TEXT NOT NULL,
	center UUID,
	conditions TEXT NOT NULL,
	share BIGINT NOT NULL,
	seed BIGINT NOT NULL,
	drawn_at BIGINT,
	active BOOLEAN NOT NULL,
	staff UUID,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
-- who was drawn for a segment, and on which side: who is once in the control group stays there. After a merge a person may have two rows
CREATE TABLE segment_members (
	id UUID NOT NULL PRIMARY KEY,
	segment UUID NOT NULL,
	person UUID NOT NULL,
	center UUID,
	control BOOLEAN NOT NULL,
	drawn_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX segment_members_segment ON segment_members (segment, person, control);
CREATE INDEX segment_members_person ON segment_members (person);
ALTER TABLE campaigns ADD COLUMN segment UUID;
CREATE INDEX campaigns_segment ON campaigns (segment) WHERE segment IS NOT NULL;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'segment', 'read', CASE code WHEN 'marketing' THEN 'all' WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'segment', 'update', CASE code WHEN 'marketing' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'segment-member', 'read', CASE code WHEN 'marketing' THEN 'all' WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'segment-member', 'export', CASE code WHEN 'marketing' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
-- what segments ask of everybody is read from indexes alone
DROP INDEX touches_person;
CREATE INDEX touches_person ON touches (person, at, withdrawn_at, center);
DROP INDEX visits_person;
CREATE INDEX visits_person ON visits (person, day, withdrawn_at, center);
DROP INDEX hour_entries_student;
CREATE INDEX hour_entries_student ON hour_entries (student, hours, gift, center);
