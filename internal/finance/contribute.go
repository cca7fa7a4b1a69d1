package finance

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/numbers"
	"zhike/internal/kernel/op"
)

// Checks lists the invariants of this domain (TRU-8).
func Checks() []check.Check {
	return []check.Check{
		{Name: "finance.journal", Rule: "FIN-4", Queries: balanced},
		{Name: "finance.lines", Rule: "FIN-4", Queries: lineIdentity},
		{Name: "finance.payments", Rule: "FIN-4", Queries: recorded},
		{Name: "finance.allocations", Rule: "FIN-1", Queries: allocations},
		{Name: "finance.reversals", Rule: "FIN-2", Queries: mirrored},
		{Name: "finance.contracts", Rule: "FIN-1", Run: contractsPaid},
		numbers.Gapless("finance.receipts", "receipt", "payments"),
	}
}

// balanced: the journal sums to zero per event, hence in total; each line belongs to an event.
var balanced = []check.Query{
	{What: "event: sum of its journal lines", Text: `SELECT event AS id, CAST(SUM(amount) AS BIGINT) AS got, 0 AS want FROM journal GROUP BY event HAVING SUM(amount) <> 0`},
	{What: "journal line: its event", Text: `SELECT j.id, 0 AS got, 1 AS want FROM journal j WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id = j.event AND e.subject = j.cause)`},
	{What: "journal line: day of its event", Text: `SELECT j.id, j.day AS got, e.day AS want FROM journal j JOIN events e ON e.id = j.event WHERE e.day <> j.day`},
}

// lineIdentity: per contract line paid + receivable = recognized + deferred + refunded + transferred. What left a line by refund
// or transfer stands on it against refund-payable or customer-balance, so the sum of a line's postings is what was paid, negative.
var lineIdentity = []check.Query{
	{What: "contract line: paid + receivable, recognized + deferred + refunded + transferred", Text: `SELECT id, CAST(SUM(paid) AS BIGINT) AS got, CAST(SUM(booked) AS BIGINT) AS want FROM (
		SELECT line AS id, amount AS paid, 0 AS booked FROM allocations
		UNION ALL SELECT line, amount, 0 FROM journal WHERE line IS NOT NULL AND account = 'receivable'
		UNION ALL SELECT line, 0, -amount FROM journal WHERE line IS NOT NULL AND account <> 'receivable') AS sides
		GROUP BY id HAVING SUM(paid) <> SUM(booked)`},
	{What: "contract line: deferred revenue or receivable below zero", Text: `SELECT line AS id, CAST(SUM(amount) AS BIGINT) AS got, 0 AS want FROM journal
		WHERE line IS NOT NULL AND account IN ('receivable', 'deferred-revenue') GROUP BY line, account
		HAVING SUM(CASE WHEN account = 'receivable' THEN amount ELSE -amount END) < 0`},
	{What: "person: customer balance below zero", Text: `SELECT person AS id, CAST(-SUM(amount) AS BIGINT) AS got, 0 AS want FROM journal
		WHERE person IS NOT NULL AND account = 'customer-balance' GROUP BY person HAVING SUM(amount) > 0`},
}

// recorded: payment rows, facts and journal say the same.
var recorded = []check.Query{
	{What: "payment: facts", Text: `SELECT p.id, CAST(COUNT(e.id) AS BIGINT) AS got, 1 AS want FROM payments p LEFT JOIN events e ON e.subject = p.id
		AND e.kind = CASE WHEN p.reverses IS NULL THEN 'finance.payment-taken.1' ELSE 'finance.payment-reversed.1' END
		GROUP BY p.id HAVING COUNT(e.id) <> 1`},
	{What: "event: its payment", Text: `SELECT e.id, 0 AS got, 1 AS want FROM events e WHERE e.kind IN ('finance.payment-taken.1', 'finance.payment-reversed.1')
		AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = e.subject)`},
	{What: "payment: cash in the journal, its amount", Text: `SELECT p.id, CAST(COALESCE(SUM(j.amount), 0) AS BIGINT) AS got, p.amount AS want
		FROM payments p LEFT JOIN journal j ON j.cause = p.id AND j.account = 'cash.' || p.method GROUP BY p.id, p.amount HAVING p.amount <> COALESCE(SUM(j.amount), 0)`},
	{What: "payment: customer balance in the journal, what is not allocated", Text: `SELECT id, CAST(SUM(booked) AS BIGINT) AS got, CAST(SUM(rest) AS BIGINT) AS want FROM (
		SELECT id, 0 AS booked, amount AS rest FROM payments UNION ALL SELECT payment, 0, -amount FROM allocations
		UNION ALL SELECT j.cause, -j.amount, 0 FROM journal j JOIN payments p ON p.id = j.cause WHERE j.account = 'customer-balance') AS sides
		GROUP BY id HAVING SUM(booked) <> SUM(rest)`},
}

// allocations: they have the sign of their payment and are at most its amount.
var allocations = []check.Query{
	{What: "payment: allocated, at most its amount", Text: `SELECT p.id, CAST(SUM(a.amount) AS BIGINT) AS got, p.amount AS want FROM payments p JOIN allocations a ON a.payment = p.id
		GROUP BY p.id, p.amount HAVING ABS(SUM(a.amount)) > ABS(p.amount) OR MIN(a.amount) < 0 AND p.amount > 0 OR MAX(a.amount) > 0 AND p.amount < 0`},
	{What: "allocation: its payment and contract", Text: `SELECT a.id, 0 AS got, 1 AS want FROM allocations a
		WHERE NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = a.payment AND p.contract = a.contract)`},
}

// mirrored: a payment is marked exactly if one reversal mirrors it.
var mirrored = []check.Query{
	{What: "payment: reversals", Text: `SELECT p.id, CAST(COUNT(r.id) AS BIGINT) AS got, CASE WHEN p.reversed = TRUE THEN 1 ELSE 0 END AS want
		FROM payments p LEFT JOIN payments r ON r.reverses = p.id GROUP BY p.id, p.reversed HAVING COUNT(r.id) <> CASE WHEN p.reversed = TRUE THEN 1 ELSE 0 END`},
	{What: "reversal: amount, that of its payment turned round", Text: `SELECT r.id, r.amount AS got, COALESCE(-p.amount, 0) AS want
		FROM payments r LEFT JOIN payments p ON p.id = r.reverses AND p.method = r.method AND p.center = r.center
		WHERE r.reverses IS NOT NULL AND (p.id IS NULL OR p.amount <> -r.amount)`},
	{What: "payment: amount without a reversal", Text: "SELECT id, amount AS got, 0 AS want FROM payments WHERE (amount <= 0) <> (reverses IS NOT NULL)"},
	{What: "reversal: allocations, those of its payment turned round", Text: `SELECT id, CAST(SUM(amount) AS BIGINT) AS got, 0 AS want FROM (
		SELECT r.id, a.instalment, a.line, a.amount FROM payments r JOIN allocations a ON a.payment = r.id OR a.payment = r.reverses WHERE r.reverses IS NOT NULL) AS pairs
		GROUP BY id, instalment, line HAVING SUM(amount) <> 0`},
}

// contractsPaid: the paid amounts of contracts, lines and instalments are the sums of their allocations.
func contractsPaid(ctx context.Context, tx *op.Tx) ([]string, error) {
	paid, err := contracts.Paid(ctx, tx)
	if err != nil {
		return nil, err
	}
	sums, err := op.AllOf[struct {
		ID     id.ID     `db:"id"`
		Amount money.Fen `db:"amount"`
	}](ctx, tx.Unscoped("an invariant is about every record; only ids and sums are named"), `SELECT id, CAST(SUM(amount) AS BIGINT) AS amount FROM (
		SELECT contract AS id, amount FROM allocations UNION ALL SELECT line, amount FROM allocations UNION ALL SELECT instalment, amount FROM allocations) AS parts
		GROUP BY id`)
	if err != nil {
		return nil, fmt.Errorf("sum allocations: %w", err)
	}
	for _, s := range sums {
		paid[s.ID] -= s.Amount
	}
	var out []string
	for _, key := range slices.SortedFunc(maps.Keys(paid), func(a, b id.ID) int { return bytes.Compare(a[:], b[:]) }) {
		if paid[key] != 0 && len(out) < check.AtMost {
			out = append(out, fmt.Sprintf("contract, line or instalment %s: paid amount is %d off from its allocations", key, paid[key]))
		}
	}
	return out, nil
}
