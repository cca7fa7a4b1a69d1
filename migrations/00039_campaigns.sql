-- +goose Up
-- what kinds of campaigns there are: open day, demo lesson, online advertisement (MKT-1)
CREATE TABLE campaign_formats (
	id UUID NOT NULL PRIMARY KEY,
	code TEXT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX campaign_formats_code ON campaign_formats (code);
-- campaigns with what they are planned to bring (MKT-1); results are counted, never stored, but for the review that closes one (MKT-7)
CREATE TABLE campaigns (
	id UUID NOT NULL PRIMARY KEY,
	no TEXT NOT NULL,
	name TEXT NOT NULL,
	format UUID NOT NULL,
	center UUID,
	centers TEXT NOT NULL,
	channels TEXT NOT NULL,
	owner UUID NOT NULL,
	from_day BIGINT NOT NULL,
	until_day BIGINT NOT NULL,
	audience TEXT NOT NULL,
	promise TEXT NOT NULL,
	state TEXT NOT NULL,
	plan_leads BIGINT NOT NULL,
	plan_visits BIGINT NOT NULL,
	plan_contracts BIGINT NOT NULL,
	plan_cash BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	closed_at BIGINT,
	lesson TEXT NOT NULL,
	review TEXT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX campaigns_no ON campaigns (no);
CREATE INDEX campaigns_state ON campaigns (state, from_day);
-- what a campaign is planned to cost, line by line; a line added later waits for its own approval
CREATE TABLE campaign_plan (
	id UUID NOT NULL PRIMARY KEY,
	campaign UUID NOT NULL,
	center UUID,
	no BIGINT NOT NULL,
	category TEXT NOT NULL,
	amount BIGINT NOT NULL,
	note TEXT NOT NULL,
	approved BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX campaign_plan_campaign ON campaign_plan (campaign, no);
-- what it cost, with documents; a mistake is reversed, never changed
CREATE TABLE campaign_costs (
	id UUID NOT NULL PRIMARY KEY,
	campaign UUID NOT NULL,
	center UUID,
	day BIGINT NOT NULL,
	category TEXT NOT NULL,
	amount BIGINT NOT NULL,
	document TEXT NOT NULL,
	note TEXT NOT NULL,
	external_key TEXT,
	staff UUID,
	reverses UUID,
	reversed_by UUID,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX campaign_costs_campaign ON campaign_costs (campaign, day);
CREATE UNIQUE INDEX campaign_costs_key ON campaign_costs (external_key) WHERE external_key IS NOT NULL;
ALTER TABLE channels ADD COLUMN window_days BIGINT NOT NULL DEFAULT 90;
ALTER TABLE leads ADD COLUMN campaign UUID;
ALTER TABLE leads ADD COLUMN center UUID;
CREATE INDEX leads_campaign ON leads (campaign, at) WHERE campaign IS NOT NULL;
ALTER TABLE enquiries ADD COLUMN campaign UUID;
CREATE INDEX enquiries_campaign ON enquiries (campaign, entered_day) WHERE campaign IS NOT NULL;
ALTER TABLE assignment_rules ADD COLUMN campaign UUID;
INSERT INTO approval_limits (kind, role, most) VALUES ('campaign', 'supervisor', 500000), ('campaign', 'principal', 2000000), ('campaign', 'general-manager', -1) ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'campaign', 'read', 'all'
	FROM roles WHERE code IN ('front-desk', 'consultant', 'marketing', 'finance', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'campaign', 'create', CASE code WHEN 'marketing' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'campaign', 'update', CASE code WHEN 'marketing' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'campaign-cost', 'read', CASE code WHEN 'supervisor' THEN 'center' WHEN 'principal' THEN 'center' ELSE 'all' END
	FROM roles WHERE code IN ('marketing', 'finance', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'campaign-cost', 'create', CASE code WHEN 'supervisor' THEN 'center' WHEN 'principal' THEN 'center' ELSE 'all' END
	FROM roles WHERE code IN ('marketing', 'finance', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'lead', 'read', CASE code WHEN 'marketing' THEN 'all' WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
ALTER TABLE contracts ADD COLUMN campaign UUID;
ALTER TABLE payments ADD COLUMN campaign UUID;
CREATE INDEX contracts_campaign ON contracts (campaign) WHERE campaign IS NOT NULL;
CREATE INDEX payments_campaign ON payments (campaign) WHERE campaign IS NOT NULL;
