-- +goose Up
-- the organization for which an enquiry is (PPL-13), and what the matter is worth by what is known of it
ALTER TABLE enquiries ADD COLUMN organization UUID;
ALTER TABLE enquiries ADD COLUMN worth BIGINT NOT NULL DEFAULT 0;
CREATE INDEX enquiries_organization ON enquiries (organization) WHERE organization IS NOT NULL;
