-- +goose Up
-- a task that is done or withdrawn shows its person to nobody
UPDATE person_links SET center = NULL, owner = NULL, state = 'ended' WHERE kind = 'task' AND EXISTS (SELECT 1 FROM tasks t WHERE t.id = person_links.ref AND (t.done_at IS NOT NULL OR t.withdrawn));
