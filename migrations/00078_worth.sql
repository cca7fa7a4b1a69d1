-- +goose Up
-- what the company's own history says where an enquiry has no score or no quote, made anew each day (SAL-3)
CREATE TABLE usual_odds (
	stage TEXT NOT NULL PRIMARY KEY,
	decided BIGINT NOT NULL,
	signed BIGINT NOT NULL,
	odds BIGINT NOT NULL,
	day BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TABLE usual_amounts (
	course UUID NOT NULL PRIMARY KEY,
	contracts BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	day BIGINT NOT NULL
) WITHOUT ROWID;
