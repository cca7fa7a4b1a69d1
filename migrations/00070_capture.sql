-- +goose Up
-- where prospects leave their name by themselves: a form, a link, a program of another (MKT-11)
CREATE TABLE capture_points (
	id UUID NOT NULL PRIMARY KEY,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	campaign UUID,
	center UUID,
	channel UUID NOT NULL,
	staff UUID,
	referrer UUID,
	active BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX capture_points_code ON capture_points (code);
CREATE INDEX capture_points_campaign ON capture_points (campaign) WHERE campaign IS NOT NULL;
-- how often a form was opened, by day; written in batches
CREATE TABLE capture_views (
	point UUID NOT NULL,
	day BIGINT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (point, day)
) WITHOUT ROWID;
-- what was submitted, taken or refused, and what became of it
CREATE TABLE submissions (
	id UUID NOT NULL PRIMARY KEY,
	point UUID NOT NULL,
	center UUID,
	campaign UUID,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	name TEXT NOT NULL,
	phone TEXT NOT NULL,
	minor BOOLEAN NOT NULL,
	guardian TEXT NOT NULL,
	said TEXT NOT NULL,
	lang TEXT NOT NULL,
	utm TEXT NOT NULL,
	referrer TEXT NOT NULL,
	consent_by TEXT NOT NULL,
	consent_at BIGINT,
	address TEXT NOT NULL,
	digest TEXT NOT NULL,
	challenge TEXT NOT NULL,
	times BIGINT NOT NULL,
	person UUID,
	enquiry UUID,
	lead UUID,
	received_at BIGINT NOT NULL,
	settled_at BIGINT,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX submissions_point ON submissions (point, received_at);
CREATE INDEX submissions_address ON submissions (address, received_at) WHERE address <> '';
CREATE INDEX submissions_digest ON submissions (digest, received_at);
CREATE INDEX submissions_challenge ON submissions (challenge) WHERE challenge <> '';
CREATE INDEX submissions_waiting ON submissions (received_at) WHERE state = 'waiting';
ALTER TABLE leads ADD COLUMN point UUID;
ALTER TABLE leads ADD COLUMN utm TEXT NOT NULL DEFAULT 'null';
ALTER TABLE leads ADD COLUMN referrer TEXT NOT NULL DEFAULT '';
CREATE INDEX leads_point ON leads (point) WHERE point IS NOT NULL;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'capture-point', 'read', CASE code WHEN 'marketing' THEN 'all' WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'capture-point', 'update', CASE code WHEN 'marketing' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'submission', 'read', CASE code WHEN 'marketing' THEN 'all' WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
