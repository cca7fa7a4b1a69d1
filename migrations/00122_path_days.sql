-- +goose Up
-- paths also know the days of their steps and what is a return (SAL-9): they are read from their records once more, and kept again
DELETE FROM insight_paths;
DELETE FROM insight_paths_open;
INSERT INTO insight_paths_open (enquiry) SELECT id FROM enquiries;
