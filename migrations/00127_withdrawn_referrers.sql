-- +goose Up
-- referrers whom a merge of persons withdrew, since they made a circle; named again when the merge is undone (PPL-5, MKT-12)
CREATE TABLE withdrawn_referrers (
	merge UUID NOT NULL,
	enquiry UUID NOT NULL,
	referrer UUID NOT NULL,
	gone BOOLEAN NOT NULL, -- it was the merged person, who stands again after the undo
	PRIMARY KEY (merge, enquiry)
);
CREATE INDEX withdrawn_referrers_referrer ON withdrawn_referrers (referrer);
