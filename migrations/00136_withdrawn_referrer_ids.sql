-- +goose Up
-- two merges may each withdraw a referrer of one enquiry: each row is led by an id of its own (PPL-5, MKT-12); rows that are there keep theirs,
-- by which their moves are noted
ALTER TABLE withdrawn_referrers ADD COLUMN id UUID;
UPDATE withdrawn_referrers SET id = enquiry;
