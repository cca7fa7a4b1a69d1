-- +goose Up
-- what campaigns may cost in a year (MKT-8): of a center that plans for itself, else of the company
CREATE TABLE budgets (
	id UUID NOT NULL PRIMARY KEY,
	year BIGINT NOT NULL,
	center UUID,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX budgets_year ON budgets (year) WHERE center IS NULL;
CREATE UNIQUE INDEX budgets_center ON budgets (year, center) WHERE center IS NOT NULL;
-- a line is the twelve months of a channel, in fen; told: marketing was told that its share is reached
CREATE TABLE budget_lines (
	id UUID NOT NULL PRIMARY KEY,
	budget UUID NOT NULL,
	center UUID,
	channel UUID NOT NULL,
	months TEXT NOT NULL,
	told BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX budget_lines_channel ON budget_lines (budget, channel);
-- every change of a cell
CREATE TABLE budget_changes (
	id UUID NOT NULL PRIMARY KEY,
	budget UUID NOT NULL,
	center UUID,
	channel UUID NOT NULL,
	month BIGINT NOT NULL,
	was BIGINT NOT NULL,
	now BIGINT NOT NULL,
	why TEXT NOT NULL,
	staff UUID,
	created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX budget_changes_budget ON budget_changes (budget, id);
-- what was asked for beyond a budget, and waits for its approval (PRC-6)
CREATE TABLE budget_raises (
	id UUID NOT NULL PRIMARY KEY,
	budget UUID NOT NULL,
	center UUID,
	channel UUID NOT NULL,
	month BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	reason TEXT NOT NULL,
	state TEXT NOT NULL,
	staff UUID,
	created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX budget_raises_budget ON budget_raises (budget, id);
CREATE INDEX campaign_costs_day ON campaign_costs (day, campaign);
INSERT INTO approval_limits (kind, role, most) VALUES ('budget', 'general-manager', -1) ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'budget', 'read', CASE code WHEN 'supervisor' THEN 'center' WHEN 'principal' THEN 'center' ELSE 'all' END
	FROM roles WHERE code IN ('marketing', 'finance', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'budget', 'update', CASE code WHEN 'supervisor' THEN 'center' WHEN 'principal' THEN 'center' ELSE 'all' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
