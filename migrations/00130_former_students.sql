-- +goose Up
-- the ended contract for whose student an enquiry was laid into the public pool: once (PPL-8)
ALTER TABLE enquiries ADD COLUMN former_contract UUID;
CREATE UNIQUE INDEX enquiries_former ON enquiries (former_contract) WHERE former_contract IS NOT NULL;
CREATE INDEX contracts_until ON contracts (valid_until);
CREATE INDEX hour_entries_used ON hour_entries (day) WHERE kind = 'consumed';
