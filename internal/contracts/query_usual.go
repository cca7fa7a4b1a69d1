package contracts

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
)

// UsualAmount is what a contract of a course brings: the mean payable of those signed in a time, else the mean price of its packages.
type UsualAmount struct {
	Course    id.ID     `db:"course"`
	Contracts int64     `db:"contracts"`
	Amount    money.Fen `db:"amount"`
}

// leaning is the number of contracts of all courses that each course's own are mixed with, so that one large contract of a small course
// does not stand for all that follow.
const leaning = 5

// UsualAmounts gives for each course what a contract signed from a business date on usually brings (SAL-3).
func UsualAmounts(ctx context.Context, tx *op.Tx, since bizdate.Date) ([]UsualAmount, error) {
	u := tx.Unscoped("means of the company's contracts name nobody")
	list, err := op.AllOf[struct {
		UsualAmount
		Price int64 `db:"price"`
	}](ctx, u, `SELECT c.id AS course, COALESCE(k.contracts, 0) AS contracts, COALESCE(k.amount, 0) AS amount, COALESCE(p.price, 0) AS price FROM courses c
		LEFT JOIN (SELECT course, COUNT(*) AS contracts, CAST(SUM(payable) AS BIGINT) AS amount FROM contracts WHERE signed_day >= ? AND signed_at IS NOT NULL GROUP BY course) k ON k.course = c.id
		LEFT JOIN (SELECT course, CAST(SUM(price) / COUNT(*) AS BIGINT) AS price FROM packages WHERE active = TRUE GROUP BY course) p ON p.course = c.id ORDER BY c.id`, int64(since))
	if err != nil {
		return nil, fmt.Errorf("read usual amounts: %w", err)
	}
	var contracts, amount int64
	for _, row := range list {
		contracts, amount = contracts+row.Contracts, amount+int64(row.Amount)
	}
	out := make([]UsualAmount, len(list))
	for i, row := range list {
		out[i] = row.UsualAmount
		switch {
		case row.Contracts > 0:
			out[i].Amount = money.Fen((int64(row.Amount) + leaning*amount/contracts) / (row.Contracts + leaning))
		case row.Price > 0 || contracts == 0:
			out[i].Amount = money.Fen(row.Price)
		default:
			out[i].Amount = money.Fen(amount / contracts)
		}
	}
	return out, nil
}
