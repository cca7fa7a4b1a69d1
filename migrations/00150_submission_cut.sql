-- +goose Up
-- the fields of a submission of which only the beginning is kept (MKT-11)
ALTER TABLE submissions ADD COLUMN cut TEXT NOT NULL DEFAULT '';
