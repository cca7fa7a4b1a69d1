-- +goose Up
-- tasks that people give: a title, who gave it, whether it was taken back, the series that made it; what is said about it (PRC-5)
ALTER TABLE tasks ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN given_by UUID;
ALTER TABLE tasks ADD COLUMN withdrawn BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tasks ADD COLUMN series UUID;
CREATE INDEX tasks_center ON tasks (center, due_at) WHERE done_at IS NULL;
CREATE TABLE task_comments (
	id UUID NOT NULL PRIMARY KEY,
	task UUID NOT NULL,
	staff UUID NOT NULL,
	text TEXT NOT NULL,
	created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX task_comments_task ON task_comments (task);
-- who assigns the tasks of a center works with them: finishes, takes back, comments
UPDATE role_rights SET scope = 'center' WHERE resource = 'task' AND action = 'update' AND scope = 'own'
	AND EXISTS (SELECT 1 FROM role_rights g WHERE g.role = role_rights.role AND g.resource = 'task' AND g.action = 'assign' AND g.scope = 'center');
