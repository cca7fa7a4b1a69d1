-- +goose Up
CREATE TABLE enquiries (
	id UUID NOT NULL PRIMARY KEY,
	person UUID NOT NULL,
	center UUID,
	consultant UUID,
	channel UUID,
	course UUID,
	kind TEXT NOT NULL,
	stage TEXT NOT NULL,
	lang TEXT NOT NULL,
	external_key TEXT,
	outcome TEXT NOT NULL,
	outcome_day BIGINT NOT NULL,
	lost_reason TEXT NOT NULL,
	entered_at BIGINT NOT NULL,
	entered_day BIGINT NOT NULL,
	moved_at BIGINT NOT NULL,
	first_touch_at BIGINT,
	last_touch_at BIGINT,
	contact_due_at BIGINT,
	breached BOOLEAN NOT NULL,
	next_step TEXT NOT NULL,
	next_day BIGINT NOT NULL,
	walk_in BOOLEAN NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX enquiries_center ON enquiries (center, stage, moved_at, id);
CREATE INDEX enquiries_consultant ON enquiries (consultant, stage, next_day);
CREATE INDEX enquiries_person ON enquiries (person);
CREATE INDEX enquiries_entered ON enquiries (entered_day, center);
CREATE UNIQUE INDEX enquiries_key ON enquiries (external_key) WHERE external_key IS NOT NULL;
CREATE INDEX enquiries_due ON enquiries (contact_due_at) WHERE first_touch_at IS NULL AND breached = FALSE AND contact_due_at IS NOT NULL;
CREATE TABLE appointments (
	id UUID NOT NULL PRIMARY KEY,
	enquiry UUID NOT NULL,
	person UUID NOT NULL,
	center UUID NOT NULL,
	consultant UUID,
	inviter UUID,
	starts_at BIGINT NOT NULL,
	day BIGINT NOT NULL,
	state TEXT NOT NULL,
	moved_to UUID,
	reminded BOOLEAN NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX appointments_center ON appointments (center, day, starts_at);
CREATE INDEX appointments_enquiry ON appointments (enquiry);
CREATE INDEX appointments_due ON appointments (starts_at) WHERE state IN ('booked', 'confirmed');
CREATE TABLE visits (
	id UUID NOT NULL PRIMARY KEY,
	enquiry UUID NOT NULL,
	appointment UUID,
	person UUID NOT NULL,
	center UUID NOT NULL,
	consultant UUID,
	arrived_at BIGINT NOT NULL,
	day BIGINT NOT NULL,
	finished_at BIGINT,
	outcome TEXT NOT NULL,
	lost_reason TEXT NOT NULL,
	needs TEXT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX visits_center ON visits (center, day);
CREATE INDEX visits_enquiry ON visits (enquiry);
CREATE INDEX visits_consultant ON visits (consultant, day);
CREATE TABLE quotes (
	id UUID NOT NULL PRIMARY KEY,
	no TEXT NOT NULL UNIQUE,
	enquiry UUID NOT NULL,
	person UUID NOT NULL,
	center UUID NOT NULL,
	consultant UUID,
	state TEXT NOT NULL,
	list BIGINT NOT NULL,
	discount BIGINT NOT NULL,
	payable BIGINT NOT NULL,
	lines TEXT NOT NULL,
	plan TEXT NOT NULL,
	valid_until BIGINT NOT NULL,
	made_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX quotes_enquiry ON quotes (enquiry);
CREATE INDEX quotes_center ON quotes (center, made_at);
CREATE TABLE assignment_rules (
	id UUID NOT NULL PRIMARY KEY,
	no BIGINT NOT NULL,
	center UUID,
	channel UUID,
	lang TEXT NOT NULL,
	strategy TEXT NOT NULL,
	staff TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
);
-- whose turn it is, and how many open enquiries each consultant has
CREATE TABLE assignment_turns (
	center UUID NOT NULL,
	staff UUID NOT NULL,
	given BIGINT NOT NULL,
	open_count BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (center, staff)
) WITHOUT ROWID;
