-- +goose Up
-- why the program paused tasks that come again (PRC-5)
ALTER TABLE task_series ADD COLUMN stopped TEXT NOT NULL DEFAULT '';
