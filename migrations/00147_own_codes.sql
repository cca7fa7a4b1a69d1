-- +goose Up
-- a school writes the lists that its people choose from (SAL-3, SAL-6): whether somebody was spoken to where a contact had a result, and
-- the version that a change of an entry starts from
ALTER TABLE codes ADD COLUMN spoken BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE codes ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
UPDATE codes SET spoken = FALSE WHERE kind = 'touch-result' AND code IN ('no-answer', 'wrong-number', 'message-sent');
