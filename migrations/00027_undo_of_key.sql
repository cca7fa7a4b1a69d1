-- +goose Up
-- the undo that the answer of a key offered: a repeated answer offers it too (TRU-2, UI-B2)
ALTER TABLE idempotency ADD COLUMN undo UUID;
