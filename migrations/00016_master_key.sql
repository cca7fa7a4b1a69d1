-- +goose Up
-- what the master key of this database makes of a constant: tells another key from it (TRU-24)
CREATE TABLE master_key (id BIGINT NOT NULL PRIMARY KEY, proof BYTEA NOT NULL);
