-- +goose Up
-- Terms of persons entered just now: a small tree that many commits write, moved into the large one in its order (PPL-2).
CREATE TABLE search_fresh (
	kind SMALLINT NOT NULL,
	text TEXT COLLATE "C" NOT NULL,
	person UUID NOT NULL,
	PRIMARY KEY (kind, text, person)
) WITHOUT ROWID;
CREATE VIEW search_all AS
	SELECT kind, text, person FROM search_terms UNION ALL SELECT kind, text, person FROM search_fresh;

