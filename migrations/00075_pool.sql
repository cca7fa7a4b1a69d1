-- +goose Up
-- the public pool (PPL-8): the grade of intention, since when the present owner has the enquiry, since when it lies or last lay in the pool,
-- and who had it before
ALTER TABLE enquiries ADD COLUMN grade TEXT NOT NULL DEFAULT '';
ALTER TABLE enquiries ADD COLUMN owned_at BIGINT;
ALTER TABLE enquiries ADD COLUMN pooled_at BIGINT;
ALTER TABLE enquiries ADD COLUMN last_owner UUID;
CREATE INDEX enquiries_pool ON enquiries (center, entered_at) WHERE consultant IS NULL AND outcome = 'open';
CREATE INDEX enquiries_idle ON enquiries (grade, moved_at) WHERE consultant IS NOT NULL AND outcome = 'open';
-- what an account claimed and looked at in the pool on a day
CREATE TABLE pool_days (
	account UUID NOT NULL,
	day BIGINT NOT NULL,
	claims BIGINT NOT NULL,
	views BIGINT NOT NULL,
	PRIMARY KEY (account, day)
) WITHOUT ROWID;
CREATE TABLE pool_views (
	account UUID NOT NULL,
	day BIGINT NOT NULL,
	enquiry UUID NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (account, day, enquiry)
) WITHOUT ROWID;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'pool', 'read', 'center' FROM roles WHERE code IN ('consultant', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'pool', 'claim', 'center' FROM roles WHERE code = 'consultant' ON CONFLICT DO NOTHING;
