-- +goose Up
-- days on which a center, or the whole company, keeps other hours than its week's (ORG-1)
CREATE TABLE special_days (
	id UUID NOT NULL PRIMARY KEY,
	center UUID,
	from_day BIGINT NOT NULL,
	until_day BIGINT NOT NULL,
	kind TEXT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	hours TEXT NOT NULL,
	weekday TEXT NOT NULL,
	shipped TEXT UNIQUE,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
);
CREATE INDEX special_days_center ON special_days (center, from_day);
-- what the program ships of them stood here, read by nothing and changed by nobody; it is written again as special days of the company
DROP TABLE holidays;
-- which kinds of notices somebody gets by mail, for who chose; what waits to be mailed
CREATE TABLE notice_mails (account UUID NOT NULL PRIMARY KEY, kinds TEXT NOT NULL) WITHOUT ROWID;
ALTER TABLE notices ADD COLUMN mail_due BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX notices_mail ON notices (id) WHERE mail_due = TRUE;
