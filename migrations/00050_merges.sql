-- +goose Up
-- Persons who turned out to be one human being (PPL-5): whose record stands, and whose was merged into it. kept_name and
-- kept_latin are what the one that stands was called, by which it is found too; families holds the guardian
-- links of the merged one as they were; sources says of each field whose it was.
CREATE TABLE merges (
	id UUID NOT NULL PRIMARY KEY,
	kept UUID NOT NULL,
	gone UUID NOT NULL,
	event UUID,
	household_was UUID,
	household UUID,
	kept_name TEXT NOT NULL,
	kept_latin TEXT NOT NULL,
	families TEXT NOT NULL,
	sources TEXT NOT NULL,
	at BIGINT NOT NULL,
	undone_at BIGINT,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX merges_kept ON merges (kept);
CREATE INDEX merges_gone ON merges (gone);
-- which rows refer to another record since a merge, so that they can be led back
CREATE TABLE moved_rows (
	under UUID NOT NULL,
	tab TEXT NOT NULL,
	col TEXT NOT NULL,
	ref UUID NOT NULL,
	PRIMARY KEY (under, tab, col, ref)
) WITHOUT ROWID;
-- events of a merged person's matters, recorded while it was merged
CREATE TABLE moved_events (event UUID NOT NULL PRIMARY KEY, was UUID NOT NULL, person UUID NOT NULL) WITHOUT ROWID;
CREATE INDEX moved_events_was ON moved_events (was);
CREATE INDEX moved_events_person ON moved_events (person);
ALTER TABLE persons ADD COLUMN merged_into UUID;
CREATE INDEX persons_merged ON persons (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX persons_live ON persons (id) WHERE merged_into IS NULL;
CREATE INDEX tasks_person ON tasks (person) WHERE person IS NOT NULL;
CREATE INDEX approvals_person ON approvals (person) WHERE person IS NOT NULL;
CREATE INDEX notices_person ON notices (person) WHERE person IS NOT NULL;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'person', 'merge', CASE code WHEN 'general-manager' THEN 'all' WHEN 'consultant' THEN 'own' ELSE 'center' END
	FROM roles WHERE code IN ('front-desk', 'consultant', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
