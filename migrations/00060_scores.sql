-- +goose Up
-- when a custom value was first filled in; none: before this was noted (SAL-12)
ALTER TABLE attributes ADD COLUMN filled_at BIGINT;
-- what was learned from the company's own history, and how good it is (SAL-12); figures and model as JSON
CREATE TABLE score_models (
	id UUID NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	asked_by TEXT NOT NULL,
	asked_at BIGINT NOT NULL,
	trained_at BIGINT,
	quality TEXT NOT NULL,
	model TEXT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX score_models_kind ON score_models (kind, id);
-- scores of open enquiries, in ten-thousandths, with the largest reasons
CREATE TABLE enquiry_scores (
	enquiry UUID NOT NULL PRIMARY KEY,
	model UUID NOT NULL,
	probability BIGINT NOT NULL,
	reasons TEXT NOT NULL,
	at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX enquiry_scores_probability ON enquiry_scores (probability, enquiry);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'score-model', 'read', 'all' FROM roles WHERE code IN ('supervisor', 'principal', 'general-manager', 'it', 'project') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'score-model', 'create', 'all' FROM roles WHERE code IN ('general-manager', 'it', 'project') ON CONFLICT DO NOTHING;
