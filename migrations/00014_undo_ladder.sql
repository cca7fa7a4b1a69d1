-- +goose Up
-- what an enquiry was before the last thing that happened to it, and the state of an appointment before its last step: an undo
-- sets them back (UI-B2)
ALTER TABLE enquiries ADD COLUMN past TEXT NOT NULL DEFAULT '';
ALTER TABLE appointments ADD COLUMN was TEXT NOT NULL DEFAULT '';
-- a touch and a visit that were taken back stay, and count no more
ALTER TABLE touches ADD COLUMN withdrawn_at BIGINT;
ALTER TABLE visits ADD COLUMN withdrawn_at BIGINT;
-- who was received on a day is no no-show (SAL-4)
CREATE INDEX visits_person ON visits (person, day);
-- what follows when the first contact does not come (SAL-2): after so many working days or hours somebody is told, or the enquiry goes
-- to another consultant; without a center for all that have no step of their own
CREATE TABLE contact_ladder (
	id UUID NOT NULL PRIMARY KEY,
	center UUID,
	after BIGINT NOT NULL,
	unit TEXT NOT NULL,
	action TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
-- steps that were done; each once an enquiry
CREATE TABLE ladder_steps (
	enquiry UUID NOT NULL,
	step UUID NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (enquiry, step)
) WITHOUT ROWID;
-- when the next step of an enquiry is due; none before its first contact is late
ALTER TABLE enquiries ADD COLUMN ladder_at BIGINT;
CREATE INDEX enquiries_ladder ON enquiries (ladder_at) WHERE first_touch_at IS NULL AND outcome = 'open' AND ladder_at IS NOT NULL;
