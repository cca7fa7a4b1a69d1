-- +goose Up
-- consents per purpose and channel, each statement a row: the latest of a person, purpose and channel holds (PPL-9)
CREATE TABLE consents (
	id UUID NOT NULL PRIMARY KEY,
	person UUID NOT NULL,
	purpose TEXT NOT NULL,
	channel TEXT NOT NULL,
	given BOOLEAN NOT NULL,
	source TEXT NOT NULL,
	day BIGINT NOT NULL,
	guardian UUID,
	staff UUID,
	at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX consents_person ON consents (person, purpose, channel, id);
