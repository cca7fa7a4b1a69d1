-- +goose Up
-- visits whose enquiry may still sign within 60 days (signing_rate)
CREATE TABLE insight_visits (
	id UUID NOT NULL PRIMARY KEY,
	enquiry UUID NOT NULL,
	center UUID NOT NULL,
	day BIGINT NOT NULL,
	channel TEXT NOT NULL,
	consultant TEXT NOT NULL,
	course TEXT NOT NULL,
	signed BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX insight_visits_enquiry ON insight_visits (enquiry, day);
