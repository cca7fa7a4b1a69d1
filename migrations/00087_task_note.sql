-- +goose Up
-- what who gives a task by hand says to it (PRC-5)
ALTER TABLE tasks ADD COLUMN note TEXT NOT NULL DEFAULT '';
