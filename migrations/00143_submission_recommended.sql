-- +goose Up
-- who reviews a rejected submission names the person who recommended the school (MKT-12)
ALTER TABLE submissions ADD COLUMN recommended_by UUID;
