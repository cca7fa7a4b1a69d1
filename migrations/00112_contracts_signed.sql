-- +goose Up
-- contracts by the day of their signature: figures of a period read no others (SAL-8)
CREATE INDEX contracts_signed ON contracts (signed_day);
