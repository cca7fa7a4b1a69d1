-- +goose Up
-- a bulk run tells somebody the same thing once, with how often it happened
ALTER TABLE notices ADD COLUMN run UUID;
ALTER TABLE notices ADD COLUMN times BIGINT NOT NULL DEFAULT 1;
CREATE INDEX notices_run ON notices (run, staff, kind) WHERE run IS NOT NULL;
