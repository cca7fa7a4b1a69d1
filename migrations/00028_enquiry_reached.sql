-- +goose Up
-- the furthest stage that an enquiry truly came to: one that is lost and goes on stands there again (SAL-1)
ALTER TABLE enquiries ADD COLUMN reached TEXT NOT NULL DEFAULT 'new';
UPDATE enquiries SET reached = stage WHERE stage NOT IN ('new', 'lost', 'pool');
UPDATE enquiries SET reached = 'contacted' WHERE stage = 'lost' AND first_touch_at IS NOT NULL;
UPDATE enquiries SET reached = 'invited' WHERE stage IN ('contacted', 'lost') AND id IN (SELECT enquiry FROM appointments);
UPDATE enquiries SET reached = 'visited' WHERE stage IN ('contacted', 'invited', 'lost') AND id IN (SELECT enquiry FROM visits WHERE withdrawn_at IS NULL);
UPDATE enquiries SET reached = 'quoted' WHERE stage IN ('contacted', 'invited', 'visited', 'lost') AND id IN (SELECT enquiry FROM quotes);
-- those that had been lost before this version and are open again stand at their furthest stage from now on
UPDATE enquiries SET stage = reached, version = version + 1 WHERE stage IN ('contacted', 'invited', 'visited') AND stage <> reached;
