-- +goose Up
CREATE TABLE channels (
	id UUID NOT NULL PRIMARY KEY,
	code TEXT NOT NULL UNIQUE,
	parent UUID,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	first_contact_minutes BIGINT NOT NULL,
	walk_in BOOLEAN NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
);
-- immutable source record of one submission or imported row
CREATE TABLE leads (
	id UUID NOT NULL PRIMARY KEY,
	enquiry UUID NOT NULL,
	person UUID NOT NULL,
	channel UUID,
	source TEXT NOT NULL,
	external_key TEXT NOT NULL,
	run UUID,
	row_no BIGINT NOT NULL,
	at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX leads_enquiry ON leads (enquiry);
CREATE INDEX leads_key ON leads (external_key) WHERE external_key <> '';
