-- +goose Up
-- conditions of segments on missed appointments and open quotes are counted from an index alone (MKT-10)
CREATE INDEX appointments_missed ON appointments (person, day, center) WHERE state = 'no-show';
CREATE INDEX quotes_open ON quotes (valid_until, center, person) WHERE state = 'open';
