-- +goose Up
-- files that are imported (ROL-1): what is in them, how far the run is, what became of the rows
CREATE TABLE imports (
	id UUID NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	account UUID,
	staff UUID,
	home UUID,
	center UUID,
	lang TEXT NOT NULL,
	name TEXT NOT NULL,
	file TEXT NOT NULL,
	digest TEXT NOT NULL,
	mapping TEXT NOT NULL,
	trial TEXT NOT NULL,
	counts TEXT NOT NULL,
	done BIGINT NOT NULL,
	read_bytes BIGINT NOT NULL,
	total_bytes BIGINT NOT NULL,
	attempt BIGINT NOT NULL,
	rejects BIGINT NOT NULL,
	problem TEXT NOT NULL,
	version BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX imports_digest ON imports (digest);
CREATE INDEX imports_home ON imports (home, id);
