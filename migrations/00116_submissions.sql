-- +goose Up
-- what became of whom: the submissions of an enquiry, shown to who has it (MKT-11)
CREATE INDEX submissions_enquiry ON submissions (enquiry) WHERE enquiry IS NOT NULL;
