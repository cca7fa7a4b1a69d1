-- +goose Up
-- who recommended the school to the person of an enquiry (MKT-12)
ALTER TABLE enquiries ADD COLUMN referrer UUID;
CREATE INDEX enquiries_referrer ON enquiries (referrer) WHERE referrer IS NOT NULL;
