-- +goose Up
CREATE TABLE persons (
	id UUID NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	name_latin TEXT NOT NULL,
	pinyin TEXT NOT NULL,
	gender TEXT NOT NULL,
	birth BIGINT NOT NULL,
	district TEXT NOT NULL,
	lang TEXT NOT NULL,
	household UUID,
	external_key TEXT NOT NULL,
	center UUID,
	created_at BIGINT NOT NULL,
	-- what a search finds, in one text each: the terms of the name, each after a blank; the digits of the phones
	name_terms TEXT NOT NULL,
	phone_digits TEXT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX persons_household ON persons (household) WHERE household IS NOT NULL;
CREATE INDEX persons_name_birth ON persons (name, birth);
CREATE TABLE contact_points (
	id UUID NOT NULL PRIMARY KEY,
	person UUID NOT NULL,
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	relation TEXT NOT NULL,
	no BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX contact_points_person ON contact_points (person, no);
CREATE INDEX contact_points_value ON contact_points (value);
CREATE TABLE guardians (
	person UUID NOT NULL,
	guardian UUID NOT NULL,
	relation TEXT NOT NULL,
	PRIMARY KEY (person, guardian)
) WITHOUT ROWID;
CREATE INDEX guardians_guardian ON guardians (guardian);
-- one range of (kind, text) answers a search; kind 1 is a name, 2 a phone (kernel/search)
CREATE TABLE search_terms (
	kind SMALLINT NOT NULL,
	text TEXT COLLATE "C" NOT NULL,
	person UUID NOT NULL,
	PRIMARY KEY (kind, text, person)
) WITHOUT ROWID;
-- why a person is seen: by whoever sees one of its matters (ORG-3); state: open, ended, won (an enquiry), pending (a contract)
CREATE TABLE person_links (
	person UUID NOT NULL,
	kind TEXT NOT NULL,
	ref UUID NOT NULL,
	center UUID,
	owner UUID,
	state TEXT NOT NULL,
	PRIMARY KEY (person, kind, ref)
) WITHOUT ROWID;
CREATE INDEX person_links_ref ON person_links (ref);
CREATE TABLE touches (
	id UUID NOT NULL PRIMARY KEY,
	person UUID NOT NULL,
	enquiry UUID,
	center UUID,
	staff UUID,
	channel TEXT NOT NULL,
	direction TEXT NOT NULL,
	result TEXT NOT NULL,
	note TEXT NOT NULL,
	next_step TEXT NOT NULL,
	next_day BIGINT NOT NULL,
	closed_reason TEXT NOT NULL,
	at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX touches_person ON touches (person, at);
CREATE INDEX touches_enquiry ON touches (enquiry, at);
-- what an account was shown of whom on a day, and of how many (PPL-10); account is all zero for the operator
CREATE TABLE reveals (
	account UUID NOT NULL,
	day BIGINT NOT NULL,
	person UUID NOT NULL,
	field TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (account, day, person, field)
) WITHOUT ROWID;
CREATE TABLE reveal_days (
	account UUID NOT NULL,
	day BIGINT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (account, day)
) WITHOUT ROWID;
-- custom values, typed and indexed: text as it was given; number also holds numbers (ten-thousandths), days, and 1 for yes
CREATE TABLE attributes (
	subject UUID NOT NULL,
	field TEXT NOT NULL,
	kind TEXT NOT NULL,
	text TEXT NOT NULL,
	number BIGINT NOT NULL,
	PRIMARY KEY (subject, field)
) WITHOUT ROWID;
CREATE INDEX attributes_text ON attributes (field, text);
CREATE INDEX attributes_number ON attributes (field, number);
CREATE TABLE attribute_fields (
	code TEXT NOT NULL PRIMARY KEY,
	resource TEXT NOT NULL,
	kind TEXT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	known TEXT NOT NULL,
	no BIGINT NOT NULL
) WITHOUT ROWID;
-- lists that people choose from: results of touches, reasons of losses; the names of shipped codes are texts of the catalogue
CREATE TABLE codes (
	kind TEXT NOT NULL,
	code TEXT NOT NULL,
	no BIGINT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	PRIMARY KEY (kind, code)
) WITHOUT ROWID;
CREATE INDEX persons_key ON persons (external_key) WHERE external_key <> '';
CREATE INDEX person_links_owner ON person_links (owner, person) WHERE owner IS NOT NULL;
CREATE INDEX person_links_center ON person_links (center, person) WHERE center IS NOT NULL;
