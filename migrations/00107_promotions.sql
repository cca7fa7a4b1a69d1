-- +goose Up
-- promotions with their rule (SAL-8): an empty list of centers, packages or kinds is all of them; used counts signed contracts
CREATE TABLE promotions (
	id UUID NOT NULL PRIMARY KEY,
	no TEXT NOT NULL,
	name TEXT NOT NULL,
	center UUID,
	centers TEXT NOT NULL,
	packages TEXT NOT NULL,
	kinds TEXT NOT NULL,
	from_day BIGINT NOT NULL,
	until_day BIGINT NOT NULL,
	form TEXT NOT NULL,
	percent BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	gift BIGINT NOT NULL,
	thing TEXT NOT NULL,
	thing_cost BIGINT NOT NULL,
	stacking TEXT NOT NULL,
	quota BIGINT NOT NULL,
	used BIGINT NOT NULL,
	floor BIGINT NOT NULL,
	owner UUID NOT NULL,
	plan_contracts BIGINT NOT NULL,
	goal TEXT NOT NULL,
	state TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	stopped_day BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX promotions_no ON promotions (no);
CREATE INDEX promotions_state ON promotions (state, from_day);
-- what promotions give on each line of a contract: fen taken off, hours added, things
CREATE TABLE contract_promotions (
	contract UUID NOT NULL,
	promotion UUID NOT NULL,
	line BIGINT NOT NULL,
	no TEXT NOT NULL,
	name TEXT NOT NULL,
	taken_off BIGINT NOT NULL,
	gift BIGINT NOT NULL,
	thing TEXT NOT NULL,
	PRIMARY KEY (contract, promotion, line)
) WITHOUT ROWID;
CREATE INDEX contract_promotions_promotion ON contract_promotions (promotion, contract);
ALTER TABLE quotes ADD COLUMN by_hand BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quotes ADD COLUMN granted TEXT NOT NULL DEFAULT '[]';
UPDATE quotes SET by_hand = discount;
INSERT INTO approval_limits (kind, role, most) VALUES ('promotion', 'principal', 1000), ('promotion', 'general-manager', -1) ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'promotion', 'read', 'all'
	FROM roles WHERE code IN ('consultant', 'marketing', 'finance', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'promotion', 'create', CASE code WHEN 'marketing' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'promotion', 'update', CASE code WHEN 'marketing' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('marketing', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
