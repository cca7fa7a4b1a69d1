package sales

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Load is how much a consultant has open.
type Load struct {
	Consultant id.ID `json:"consultant_id" db:"consultant"` // none: nobody has them
	Open       int64 `json:"open" db:"n"`
	Breached   int64 `json:"breached" db:"breached"` // of them with a first contact that was late
	Overdue    int64 `json:"overdue" db:"overdue"`   // of them with a next step before today
}

// Loads counts the open enquiries in scope by consultant, most first; a zero center holds for all.
func Loads(ctx context.Context, tx *op.Tx, center id.ID) ([]Load, error) {
	text, args := `SELECT e.consultant, COUNT(*) AS n, SUM(CASE WHEN e.breached = TRUE THEN 1 ELSE 0 END) AS breached,
		SUM(CASE WHEN e.next_day > 0 AND e.next_day < ? THEN 1 ELSE 0 END) AS overdue
		FROM enquiries e WHERE {scope:enquiry e} AND e.outcome = 'open'`, []any{int64(tx.Today(center))}
	if !center.IsNone() {
		text, args = text+" AND e.center = ?", append(args, center)
	}
	list, err := op.All[Load](ctx, tx, text+" GROUP BY e.consultant ORDER BY n DESC, e.consultant", args...)
	if err != nil {
		return nil, fmt.Errorf("count open enquiries by consultant: %w", err)
	}
	return list, nil
}
