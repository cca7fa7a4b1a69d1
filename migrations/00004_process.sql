-- +goose Up
CREATE TABLE blueprints (
	code TEXT NOT NULL,
	version BIGINT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	body TEXT NOT NULL,
	from_day BIGINT NOT NULL,
	PRIMARY KEY (code, version)
);
CREATE TABLE cases (
	id UUID NOT NULL PRIMARY KEY,
	blueprint TEXT NOT NULL,
	version BIGINT NOT NULL,
	person UUID,
	center UUID,
	opened_at BIGINT NOT NULL,
	closed_at BIGINT
) WITHOUT ROWID;
-- which case a record belongs to
CREATE TABLE case_refs (ref UUID NOT NULL PRIMARY KEY, case_id UUID NOT NULL) WITHOUT ROWID;
CREATE TABLE case_steps (
	case_id UUID NOT NULL,
	step TEXT NOT NULL,
	at BIGINT NOT NULL,
	event UUID NOT NULL,
	PRIMARY KEY (case_id, step)
) WITHOUT ROWID;
CREATE TABLE tasks (
	id UUID NOT NULL PRIMARY KEY,
	staff UUID,
	center UUID,
	kind TEXT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject UUID,
	person UUID,
	due_at BIGINT NOT NULL,
	priority BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	done_at BIGINT,
	done_by UUID,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX tasks_staff ON tasks (staff, due_at) WHERE done_at IS NULL;
CREATE INDEX tasks_subject ON tasks (subject);
CREATE TABLE notices (
	id UUID NOT NULL PRIMARY KEY,
	staff UUID NOT NULL,
	kind TEXT NOT NULL,
	person UUID,
	link TEXT NOT NULL,
	params TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	read_at BIGINT
) WITHOUT ROWID;
CREATE INDEX notices_staff ON notices (staff, id);
CREATE INDEX notices_unread ON notices (staff) WHERE read_at IS NULL;
