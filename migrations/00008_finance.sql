-- +goose Up
CREATE TABLE payments (
	id UUID NOT NULL PRIMARY KEY,
	no TEXT NOT NULL UNIQUE,
	person UUID NOT NULL,
	center UUID NOT NULL,
	contract UUID,
	contract_kind TEXT NOT NULL,
	consultant UUID,
	channel UUID,
	method TEXT NOT NULL,
	amount BIGINT NOT NULL,
	reference TEXT NOT NULL,
	note TEXT NOT NULL,
	cashier UUID,
	reverses UUID,
	reversed BOOLEAN NOT NULL,
	reason TEXT NOT NULL,
	at BIGINT NOT NULL,
	day BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX payments_center ON payments (center, day);
CREATE INDEX payments_person ON payments (person);
CREATE INDEX payments_contract ON payments (contract);
CREATE TABLE allocations (
	id UUID NOT NULL PRIMARY KEY,
	payment UUID NOT NULL,
	contract UUID NOT NULL,
	instalment UUID NOT NULL,
	line UUID NOT NULL,
	amount BIGINT NOT NULL,
	at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX allocations_payment ON allocations (payment);
CREATE INDEX allocations_contract ON allocations (contract);
CREATE TABLE journal (
	id UUID NOT NULL PRIMARY KEY,
	event UUID NOT NULL,
	cause UUID NOT NULL,
	day BIGINT NOT NULL,
	center UUID NOT NULL,
	account TEXT NOT NULL,
	person UUID,
	contract UUID,
	line UUID,
	amount BIGINT NOT NULL,
	at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX journal_center ON journal (center, day);
CREATE INDEX journal_cause ON journal (cause);
CREATE INDEX journal_line ON journal (line) WHERE line IS NOT NULL;
CREATE INDEX journal_person ON journal (person, account);
