-- +goose Up
-- offers to undo what an account did in the last minutes (UI-B2); inputs hold ids, times and codes
CREATE TABLE undos (
	id UUID NOT NULL PRIMARY KEY,
	account UUID NOT NULL,
	did TEXT NOT NULL,
	op TEXT NOT NULL,
	input TEXT NOT NULL,
	subject UUID NOT NULL,
	event UUID NOT NULL,
	at BIGINT NOT NULL,
	done_at BIGINT
) WITHOUT ROWID;
CREATE INDEX undos_account ON undos (account, at);
