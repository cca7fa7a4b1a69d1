-- +goose Up
-- what the menu counts on every page is read from indexes alone
DROP INDEX enquiries_consultant;
CREATE INDEX enquiries_consultant ON enquiries (consultant, stage, next_day, center);
DROP INDEX notices_unread;
CREATE INDEX notices_unread ON notices (staff, read_at) WHERE read_at IS NULL;
