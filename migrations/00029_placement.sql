-- +goose Up
-- the placement test of a visit (SAL-6): level, score, remark; personal, as the answers of the needs analysis are
ALTER TABLE visits ADD COLUMN placement TEXT NOT NULL DEFAULT '';
