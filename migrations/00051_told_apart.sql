-- +goose Up
-- two records that look alike and are two human beings, as somebody said (PPL-4); the earlier one first
CREATE TABLE told_apart (
	person UUID NOT NULL,
	other UUID NOT NULL,
	PRIMARY KEY (person, other)
) WITHOUT ROWID;
CREATE INDEX told_apart_other ON told_apart (other);
