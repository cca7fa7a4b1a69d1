-- +goose Up
CREATE TABLE events (
	id UUID NOT NULL PRIMARY KEY,
	seq BIGINT,
	at BIGINT NOT NULL,
	day BIGINT NOT NULL,
	kind TEXT NOT NULL,
	actor UUID,
	by_login TEXT NOT NULL,
	center UUID,
	person UUID,
	subject UUID,
	run UUID,
	payload TEXT NOT NULL,
	digest BYTEA NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX events_seq ON events (seq) WHERE seq IS NOT NULL;
CREATE INDEX events_open ON events (id) WHERE seq IS NULL;
CREATE INDEX events_person ON events (person, id) WHERE person IS NOT NULL;
CREATE INDEX events_subject ON events (subject, id) WHERE subject IS NOT NULL;

CREATE TABLE event_blocks (
	no BIGINT NOT NULL PRIMARY KEY,
	first_seq BIGINT NOT NULL,
	last_seq BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	at BIGINT NOT NULL
);
CREATE TABLE event_head (id BIGINT NOT NULL PRIMARY KEY);
INSERT INTO event_head (id) VALUES (1), (2), (3);

-- old values of personal fields, encrypted under the person's key (TRU-24)
CREATE TABLE event_personal (
	event UUID NOT NULL,
	field TEXT NOT NULL,
	person UUID NOT NULL,
	sealed BYTEA NOT NULL,
	PRIMARY KEY (event, field)
) WITHOUT ROWID;
CREATE TABLE person_keys (person UUID NOT NULL PRIMARY KEY, wrapped BYTEA NOT NULL) WITHOUT ROWID;

CREATE TABLE idempotency (
	who TEXT NOT NULL,
	key TEXT NOT NULL,
	op TEXT NOT NULL,
	digest BYTEA NOT NULL,
	answer TEXT NOT NULL,
	hits BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (who, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE rollup_deltas (
	id BIGSERIAL PRIMARY KEY,
	metric TEXT NOT NULL,
	day BIGINT NOT NULL,
	center UUID NOT NULL,
	dim TEXT NOT NULL,
	value TEXT NOT NULL,
	n BIGINT NOT NULL
);
CREATE TABLE rollups (
	center UUID NOT NULL,
	grain TEXT NOT NULL,
	metric TEXT NOT NULL,
	dim TEXT NOT NULL,
	day BIGINT NOT NULL,
	value TEXT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (center, grain, metric, dim, day, value)
) WITHOUT ROWID;
CREATE INDEX rollups_metric ON rollups (grain, metric, dim, day);

CREATE TABLE number_series (id TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL);

-- bulk runs: imports, mailings; their progress, counts and result
CREATE TABLE runs (
	id UUID NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	account UUID,
	center UUID,
	name TEXT NOT NULL,
	params TEXT NOT NULL,
	counts TEXT NOT NULL,
	done BIGINT NOT NULL,
	total BIGINT NOT NULL,
	attempt BIGINT NOT NULL,
	problem TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);

-- mail outbox: one row a message, at most one accepted send (TRU-7)
CREATE TABLE mails (
	id UUID NOT NULL PRIMARY KEY,
	account UUID,
	recipient TEXT NOT NULL,
	kind TEXT NOT NULL,
	params TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts BIGINT NOT NULL,
	problem TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	sent_at BIGINT
);
