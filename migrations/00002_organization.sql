-- +goose Up
CREATE TABLE regions (id UUID NOT NULL PRIMARY KEY, code TEXT NOT NULL UNIQUE, name_zh TEXT NOT NULL, name_en TEXT NOT NULL);
CREATE TABLE centers (
	id UUID NOT NULL PRIMARY KEY,
	code TEXT NOT NULL UNIQUE,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	city TEXT NOT NULL,
	zone TEXT NOT NULL,
	region UUID,
	opened BIGINT NOT NULL,
	status TEXT NOT NULL,
	merged_into UUID,
	hours TEXT NOT NULL,
	version BIGINT NOT NULL
);
CREATE TABLE rooms (
	id UUID NOT NULL PRIMARY KEY,
	center UUID NOT NULL,
	name TEXT NOT NULL,
	seats BIGINT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL,
	UNIQUE (center, name)
);
CREATE TABLE holidays (
	day BIGINT NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL
);
CREATE TABLE settings (
	center UUID NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (center, key)
) WITHOUT ROWID;
CREATE TABLE staff (
	id UUID NOT NULL PRIMARY KEY,
	code TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	phone TEXT NOT NULL,
	email TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
);
CREATE TABLE positions (
	id UUID NOT NULL PRIMARY KEY,
	staff UUID NOT NULL,
	role TEXT NOT NULL,
	center UUID,
	region UUID,
	reports_to UUID,
	from_day BIGINT NOT NULL,
	until_day BIGINT NOT NULL,
	version BIGINT NOT NULL
);
CREATE INDEX positions_staff ON positions (staff);
CREATE INDEX positions_center ON positions (center, role);
CREATE TABLE roles (
	code TEXT NOT NULL PRIMARY KEY,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	home TEXT NOT NULL,
	shipped BOOLEAN NOT NULL
);
CREATE TABLE role_rights (
	role TEXT NOT NULL,
	resource TEXT NOT NULL,
	action TEXT NOT NULL,
	scope TEXT NOT NULL,
	PRIMARY KEY (role, resource, action)
) WITHOUT ROWID;
CREATE TABLE role_fields (
	role TEXT NOT NULL,
	field TEXT NOT NULL,
	rule TEXT NOT NULL,
	reveals_per_day BIGINT NOT NULL,
	PRIMARY KEY (role, field)
) WITHOUT ROWID;
CREATE TABLE accounts (
	id UUID NOT NULL PRIMARY KEY,
	login TEXT NOT NULL UNIQUE,
	staff UUID,
	password TEXT NOT NULL,
	must_change BOOLEAN NOT NULL,
	totp BYTEA,
	totp_on BOOLEAN NOT NULL,
	totp_last BIGINT NOT NULL,
	active BOOLEAN NOT NULL,
	lang TEXT NOT NULL,
	theme TEXT NOT NULL,
	density TEXT NOT NULL,
	letters BOOLEAN NOT NULL,
	center UUID,
	used_at BIGINT,
	version BIGINT NOT NULL
);
CREATE INDEX accounts_staff ON accounts (staff);
CREATE TABLE sessions (
	id UUID NOT NULL PRIMARY KEY,
	token BYTEA NOT NULL UNIQUE,
	account UUID NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	rights TEXT NOT NULL,
	agent TEXT NOT NULL,
	address TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);
CREATE TABLE sign_in_delays (
	id TEXT NOT NULL PRIMARY KEY,
	failures BIGINT NOT NULL,
	until_at BIGINT NOT NULL
) WITHOUT ROWID;
-- counters that other nodes watch: what is kept in memory is read again when they change
CREATE TABLE versions (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL) WITHOUT ROWID;
INSERT INTO versions (id, n) VALUES ('organization', 1), ('process', 1);
