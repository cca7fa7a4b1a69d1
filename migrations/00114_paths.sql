-- +goose Up
-- what became of enquiries, many in a row (SAL-9, PRF-6): those of 32 days of entry, in eight parts by their id; and those that changed since
CREATE TABLE insight_paths (
	span BIGINT NOT NULL,
	part BIGINT NOT NULL,
	body BYTEA NOT NULL,
	PRIMARY KEY (span, part)
);
CREATE TABLE insight_paths_open (id BIGSERIAL PRIMARY KEY, enquiry UUID NOT NULL);
INSERT INTO insight_paths_open (enquiry) SELECT id FROM enquiries;
