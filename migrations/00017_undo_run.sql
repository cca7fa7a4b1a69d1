-- +goose Up
-- what was done in one bulk run is taken back together (UI-L3)
ALTER TABLE undos ADD COLUMN run UUID;
