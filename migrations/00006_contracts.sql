-- +goose Up
CREATE TABLE courses (
	id UUID NOT NULL PRIMARY KEY,
	code TEXT NOT NULL UNIQUE,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	needs TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
);
CREATE TABLE packages (
	id UUID NOT NULL PRIMARY KEY,
	code TEXT NOT NULL UNIQUE,
	course UUID NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	hours BIGINT NOT NULL,
	gift BIGINT NOT NULL,
	price BIGINT NOT NULL,
	validity_days BIGINT NOT NULL,
	consume TEXT NOT NULL,
	edition BIGINT NOT NULL,
	active BOOLEAN NOT NULL,
	version BIGINT NOT NULL
);
-- terms as they were in each edition: a quote of an earlier one keeps its price (CON-1)
CREATE TABLE package_editions (
	package UUID NOT NULL,
	edition BIGINT NOT NULL,
	hours BIGINT NOT NULL,
	gift BIGINT NOT NULL,
	price BIGINT NOT NULL,
	validity_days BIGINT NOT NULL,
	consume TEXT NOT NULL,
	PRIMARY KEY (package, edition)
) WITHOUT ROWID;
CREATE TABLE contracts (
	id UUID NOT NULL PRIMARY KEY,
	no TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	student UUID NOT NULL,
	payer UUID NOT NULL,
	center UUID NOT NULL,
	consultant UUID,
	enquiry UUID,
	quote UUID,
	channel UUID,
	course UUID,
	list BIGINT NOT NULL,
	discount BIGINT NOT NULL,
	payable BIGINT NOT NULL,
	paid BIGINT NOT NULL,
	drafted_at BIGINT NOT NULL,
	signed_at BIGINT,
	signed_day BIGINT NOT NULL,
	valid_from BIGINT NOT NULL,
	valid_until BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX contracts_center ON contracts (center, state, signed_day);
CREATE INDEX contracts_student ON contracts (student);
CREATE INDEX contracts_payer ON contracts (payer);
CREATE INDEX contracts_consultant ON contracts (consultant, signed_day);
CREATE INDEX contracts_enquiry ON contracts (enquiry);
CREATE TABLE contract_lines (
	id UUID NOT NULL PRIMARY KEY,
	contract UUID NOT NULL,
	no BIGINT NOT NULL,
	package UUID NOT NULL,
	edition BIGINT NOT NULL,
	course UUID NOT NULL,
	hours BIGINT NOT NULL,
	gift BIGINT NOT NULL,
	list BIGINT NOT NULL,
	payable BIGINT NOT NULL,
	unit_price BIGINT NOT NULL,
	paid BIGINT NOT NULL,
	validity_days BIGINT NOT NULL,
	consume TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX contract_lines_contract ON contract_lines (contract, no);
CREATE TABLE contract_shares (
	contract UUID NOT NULL,
	staff UUID NOT NULL,
	share BIGINT NOT NULL,
	PRIMARY KEY (contract, staff)
) WITHOUT ROWID;
CREATE TABLE instalments (
	id UUID NOT NULL PRIMARY KEY,
	contract UUID NOT NULL,
	no BIGINT NOT NULL,
	due BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	paid BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX instalments_contract ON instalments (contract, no);
CREATE TABLE hour_entries (
	id UUID NOT NULL PRIMARY KEY,
	line UUID NOT NULL,
	contract UUID NOT NULL,
	student UUID NOT NULL,
	center UUID NOT NULL,
	kind TEXT NOT NULL,
	hours BIGINT NOT NULL,
	gift BIGINT NOT NULL,
	cause UUID NOT NULL,
	day BIGINT NOT NULL,
	at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX hour_entries_line ON hour_entries (line, id);
CREATE INDEX hour_entries_student ON hour_entries (student);
