-- +goose Up
-- whether who asked was reminded of the question about it (PRC-6)
ALTER TABLE approvals ADD COLUMN reminded BOOLEAN NOT NULL DEFAULT FALSE;
