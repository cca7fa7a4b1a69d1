package contracts

import (
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/numbers"
)

// Checks lists the invariants of this domain (TRU-8). That paid amounts equal what finance allocated is finance's check.
func Checks() []check.Check {
	return []check.Check{
		{Name: "contracts.terms", Rule: "CON-1", Queries: terms},
		{Name: "contracts.editions", Rule: "CON-1", Queries: editions},
		{Name: "contracts.paid", Rule: "CON-1", Queries: paidAmounts},
		{Name: "contracts.signature", Rule: "CON-2", Queries: signatures},
		{Name: "contracts.hours", Rule: "CON-3", Queries: hourAccountsKept},
		numbers.Gapless("contracts.numbers", "contract", "contracts"),
	}
}

// terms: lines, discount, plan and shares add up to the contract.
var terms = []check.Query{
	{What: "contract: payable, list less discount", Text: "SELECT id, payable AS got, list - discount AS want FROM contracts WHERE payable <> list - discount"},
	{What: "contract: payable, sum of its lines", Text: `SELECT c.id, c.payable AS got, CAST(COALESCE(SUM(l.payable), 0) AS BIGINT) AS want
		FROM contracts c LEFT JOIN contract_lines l ON l.contract = c.id GROUP BY c.id, c.payable HAVING c.payable <> COALESCE(SUM(l.payable), 0)`},
	{What: "contract: payable, sum of its instalments", Text: `SELECT c.id, c.payable AS got, CAST(COALESCE(SUM(i.amount), 0) AS BIGINT) AS want
		FROM contracts c LEFT JOIN instalments i ON i.contract = c.id GROUP BY c.id, c.payable HAVING c.payable <> COALESCE(SUM(i.amount), 0)`},
	{What: "contract line: what promotions take off, at most what it is below its list price", Text: `SELECT l.id, CAST(SUM(g.taken_off) AS BIGINT) AS got, l.list - l.payable AS want
		FROM contract_lines l JOIN contract_promotions g ON g.contract = l.contract AND g.line = l.no GROUP BY l.id, l.list, l.payable HAVING SUM(g.taken_off) > l.list - l.payable`},
	{What: "contract: shares, 100 %", Text: `SELECT c.id, CAST(COALESCE(SUM(s.share), 0) AS BIGINT) AS got, 10000 AS want
		FROM contracts c LEFT JOIN contract_shares s ON s.contract = c.id GROUP BY c.id HAVING COALESCE(SUM(s.share), 0) <> 10000`},
}

// editions: a line has the terms of the edition that it names, and so has a package.
var editions = []check.Query{
	{What: "contract line: hours, those of its edition", Text: `SELECT l.id, l.hours AS got, COALESCE(e.hours, 0) AS want
		FROM contract_lines l LEFT JOIN package_editions e ON e.package = l.package AND e.edition = l.edition
		WHERE e.package IS NULL OR l.hours <> e.hours OR l.list <> e.price`},
	{What: "contract line: gift hours, those of its edition and its promotions", Text: `SELECT l.id, l.gift AS got, CAST(e.gift + COALESCE(g.gift, 0) AS BIGINT) AS want
		FROM contract_lines l JOIN package_editions e ON e.package = l.package AND e.edition = l.edition
		LEFT JOIN (SELECT contract, line, SUM(gift) AS gift FROM contract_promotions GROUP BY contract, line) g ON g.contract = l.contract AND g.line = l.no
		WHERE l.gift <> e.gift + COALESCE(g.gift, 0)`},
	{What: "package: price, that of its edition", Text: `SELECT p.id, p.price AS got, COALESCE(e.price, 0) AS want
		FROM packages p LEFT JOIN package_editions e ON e.package = p.id AND e.edition = p.edition
		WHERE e.package IS NULL OR p.hours <> e.hours OR p.gift <> e.gift OR p.price <> e.price`},
}

// paidAmounts: contract, lines and instalments say the same, and none more than is payable.
var paidAmounts = []check.Query{
	{What: "contract: paid, sum of its lines", Text: `SELECT c.id, c.paid AS got, CAST(COALESCE(SUM(l.paid), 0) AS BIGINT) AS want
		FROM contracts c LEFT JOIN contract_lines l ON l.contract = c.id GROUP BY c.id, c.paid HAVING c.paid <> COALESCE(SUM(l.paid), 0)`},
	{What: "contract: paid, sum of its instalments", Text: `SELECT c.id, c.paid AS got, CAST(COALESCE(SUM(i.paid), 0) AS BIGINT) AS want
		FROM contracts c LEFT JOIN instalments i ON i.contract = c.id GROUP BY c.id, c.paid HAVING c.paid <> COALESCE(SUM(i.paid), 0)`},
	{What: "contract line: paid, at most payable", Text: "SELECT id, paid AS got, payable AS want FROM contract_lines WHERE paid < 0 OR paid > payable"},
	{What: "instalment: paid, at most its amount", Text: "SELECT id, paid AS got, amount AS want FROM instalments WHERE paid < 0 OR paid > amount"},
	{What: "contract: paid before its signature", Text: "SELECT id, paid AS got, 0 AS want FROM contracts WHERE state IN ('draft', 'awaiting-approval') AND paid <> 0"},
}

// signatures: a signed contract has its day and exactly one fact; a draft has neither.
var signatures = []check.Query{
	{What: "contract: facts of its signature", Text: `SELECT c.id, CAST(COUNT(e.id) AS BIGINT) AS got, CASE WHEN c.signed_at IS NULL THEN 0 ELSE 1 END AS want
		FROM contracts c LEFT JOIN events e ON e.subject = c.id AND e.kind = 'contracts.contract-signed.1'
		GROUP BY c.id, c.signed_at HAVING COUNT(e.id) <> CASE WHEN c.signed_at IS NULL THEN 0 ELSE 1 END`},
	{What: "contract: state and day of signature", Text: `SELECT id, signed_day AS got, 0 AS want FROM contracts
		WHERE (state IN ('draft', 'awaiting-approval')) <> (signed_day = 0)`},
}

// hourAccountsKept: no account is negative after any entry, and each signed line bought what it says.
var hourAccountsKept = []check.Query{
	{What: "contract line: hours left after an entry", Text: `SELECT line AS id, CASE WHEN h < 0 THEN h ELSE g END AS got, 0 AS want FROM (
		SELECT line, CAST(SUM(hours) OVER w AS BIGINT) AS h, CAST(SUM(gift) OVER w AS BIGINT) AS g
		FROM hour_entries WINDOW w AS (PARTITION BY line ORDER BY at, id)) AS prefix WHERE h < 0 OR g < 0`},
	{What: "contract line: hours bought", Text: `SELECT l.id, CAST(COALESCE(SUM(e.hours + e.gift), 0) AS BIGINT) AS got,
		CASE WHEN c.signed_day = 0 THEN 0 ELSE l.hours + l.gift END AS want
		FROM contract_lines l JOIN contracts c ON c.id = l.contract LEFT JOIN hour_entries e ON e.line = l.id AND e.cause = c.id AND e.kind IN ('bought', 'gift')
		GROUP BY l.id, l.hours, l.gift, c.signed_day
		HAVING COALESCE(SUM(e.hours + e.gift), 0) <> CASE WHEN c.signed_day = 0 THEN 0 ELSE l.hours + l.gift END`},
	{What: "hour entry: its line", Text: "SELECT e.id, 0 AS got, 1 AS want FROM hour_entries e WHERE NOT EXISTS (SELECT 1 FROM contract_lines l WHERE l.id = e.line)"},
}
