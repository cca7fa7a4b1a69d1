-- +goose Up
-- the file of an export is made by a job and kept for some days (PPL-11)
ALTER TABLE data_requests ADD COLUMN file_state TEXT NOT NULL DEFAULT '';
ALTER TABLE data_requests ADD COLUMN file_attempt BIGINT NOT NULL DEFAULT 0;
ALTER TABLE data_requests ADD COLUMN file_done BIGINT NOT NULL DEFAULT 0;
ALTER TABLE data_requests ADD COLUMN file_total BIGINT NOT NULL DEFAULT 0;
ALTER TABLE data_requests ADD COLUMN file_staff UUID;
ALTER TABLE data_requests ADD COLUMN file_at BIGINT;
ALTER TABLE data_requests ADD COLUMN file_until BIGINT;
CREATE INDEX data_requests_file ON data_requests (file_until) WHERE file_state = 'ready';
