-- +goose Up
-- tasks that come again: each makes the next one when it is due (PRC-5)
CREATE TABLE task_series (
	id UUID NOT NULL PRIMARY KEY,
	staff UUID NOT NULL,
	center UUID,
	title TEXT NOT NULL,
	note TEXT NOT NULL,
	priority BIGINT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject UUID,
	person UUID,
	given_by UUID,
	every TEXT NOT NULL,
	weekdays TEXT NOT NULL,
	month_day BIGINT NOT NULL,
	until_day BIGINT,
	next_day BIGINT NOT NULL,
	state TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX task_series_due ON task_series (next_day) WHERE state = 'running';
CREATE INDEX task_series_staff ON task_series (staff);
CREATE INDEX task_series_person ON task_series (person) WHERE person IS NOT NULL;
INSERT INTO role_rights (role, resource, action, scope) SELECT role, 'task-series', action, scope FROM role_rights WHERE resource = 'task' AND action IN ('read', 'update');
