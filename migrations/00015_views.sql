-- +goose Up
-- saved views of lists (UI-L1): whose, of which list, with which address; who gets them by mail. query holds filters, sort and columns,
-- never what was searched for
CREATE TABLE views (
	id UUID NOT NULL PRIMARY KEY,
	account UUID NOT NULL,
	list TEXT NOT NULL,
	name TEXT NOT NULL,
	query TEXT NOT NULL,
	shared TEXT NOT NULL,
	center UUID,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	UNIQUE (account, list, name)
);
CREATE INDEX views_list ON views (list, shared);
CREATE TABLE view_mails (
	id UUID NOT NULL PRIMARY KEY,
	view UUID NOT NULL,
	account UUID NOT NULL,
	every TEXT NOT NULL,
	next_day BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	UNIQUE (account, view)
);
CREATE INDEX view_mails_view ON view_mails (view);
CREATE INDEX view_mails_next ON view_mails (next_day, id);
