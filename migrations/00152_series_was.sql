-- +goose Up
-- why tasks that come again had stopped, and their next day, before they went on: an undo leads back to it (PRC-5, UI-B2)
ALTER TABLE task_series ADD COLUMN was_stopped TEXT NOT NULL DEFAULT '';
ALTER TABLE task_series ADD COLUMN was_next BIGINT NOT NULL DEFAULT 0;
