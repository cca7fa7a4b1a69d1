-- +goose Up
-- the state of the sealed log at the end of a day, signed with a key that the database does not hold; it also leaves it as a line of a file (TRU-24)
CREATE TABLE anchors (day BIGINT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL, body TEXT NOT NULL, signed_by BYTEA NOT NULL, signature BYTEA NOT NULL);
