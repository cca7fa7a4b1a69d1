package finance

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
)

// DeskLine is what a cash desk took on a day by one method.
type DeskLine struct {
	Method   string    `json:"method" db:"method"`
	Count    int64     `json:"count" db:"n"`             // payments, without reversals
	Taken    money.Fen `json:"taken_fen" db:"taken"`     // positive
	Reversed money.Fen `json:"reversed_fen" db:"undone"` // positive
	Net      money.Fen `json:"net_fen" db:"net"`
}

// CashDesk sums the payments of a center and day by method, in the order of Methods; methods without payments are left out.
func CashDesk(ctx context.Context, tx *op.Tx, center id.ID, day bizdate.Date) ([]DeskLine, error) {
	list, err := op.All[DeskLine](ctx, tx, `SELECT p.method, CAST(SUM(CASE WHEN p.amount > 0 THEN 1 ELSE 0 END) AS BIGINT) AS n,
		CAST(SUM(CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END) AS BIGINT) AS taken,
		CAST(-SUM(CASE WHEN p.amount < 0 THEN p.amount ELSE 0 END) AS BIGINT) AS undone,
		CAST(SUM(p.amount) AS BIGINT) AS net
		FROM payments p WHERE {scope:payment p} AND p.center = ? AND p.day = ? GROUP BY p.method`, center, int64(day))
	if err != nil {
		return nil, fmt.Errorf("sum cash desk: %w", err)
	}
	var out []DeskLine
	for _, method := range Methods {
		for _, l := range list {
			if l.Method == method {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

// Balance is a person's customer balance (电子钱包): what was paid and not allocated, as far as the viewer sees the payments that
// made it.
func Balance(ctx context.Context, tx *op.Tx, person id.ID) (money.Fen, error) {
	sum, err := op.One[money.Fen](ctx, tx, `SELECT CAST(COALESCE(-SUM(j.amount), 0) AS BIGINT) FROM journal j JOIN payments p ON p.id = j.cause
		WHERE {scope:payment p} AND j.person = ? AND j.account = 'customer-balance'`, person)
	if err != nil {
		return 0, fmt.Errorf("read customer balance: %w", err)
	}
	return sum, nil
}

// TrialLine is an account with its sums.
type TrialLine struct {
	Account string    `json:"account" db:"account"`
	Debit   money.Fen `json:"debit_fen" db:"debit"`
	Credit  money.Fen `json:"credit_fen" db:"credit"` // positive
	Balance money.Fen `json:"balance_fen" db:"balance"`
}

// TrialFilter chooses journal lines; what is zero does not choose.
type TrialFilter struct {
	Center id.ID
	From   bizdate.Date
	Until  bizdate.Date // last day
}

// TrialBalance sums the journal in scope by account. The balances sum to zero, whatever was chosen (FIN-4).
func TrialBalance(ctx context.Context, tx *op.Tx, f TrialFilter) ([]TrialLine, error) {
	var where page.Filter
	if !f.Center.IsNone() {
		where.And("j.center = ?", f.Center)
	}
	if !f.From.IsZero() {
		where.And("j.day >= ?", int64(f.From))
	}
	if !f.Until.IsZero() {
		where.And("j.day <= ?", int64(f.Until))
	}
	text, args := where.SQL()
	list, err := op.All[TrialLine](ctx, tx, `SELECT j.account, CAST(SUM(CASE WHEN j.amount > 0 THEN j.amount ELSE 0 END) AS BIGINT) AS debit,
		CAST(-SUM(CASE WHEN j.amount < 0 THEN j.amount ELSE 0 END) AS BIGINT) AS credit, CAST(SUM(j.amount) AS BIGINT) AS balance
		FROM journal j WHERE {scope:journal j}`+text+" GROUP BY j.account ORDER BY j.account", args...)
	if err != nil {
		return nil, fmt.Errorf("read trial balance: %w", err)
	}
	return list, nil
}
