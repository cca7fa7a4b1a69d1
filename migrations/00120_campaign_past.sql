-- +goose Up
-- a campaign that was held before it was registered here (MKT-1), and the last day that an approved one asks for
ALTER TABLE campaigns ADD COLUMN past BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE campaigns ADD COLUMN until_asked BIGINT NOT NULL DEFAULT 0;
