package sales

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// TargetFilter chooses targets.
type TargetFilter struct {
	Metric      string // "": all
	From, Until bizdate.Date
	Centers     []id.ID
	Staff       id.ID
}

// mostTargetsRead bounds what one view reads.
const mostTargetsRead = 50_000

// Targets lists targets in scope (SAL-14).
func Targets(ctx context.Context, tx *op.Tx, f TargetFilter) (list []Target, err error) {
	sel := tx.Select(&list).Where("month >= ? AND month <= ?", int64(f.From.MonthStart()), int64(f.Until)).Order("month, id").Limit(mostTargetsRead)
	if f.Metric != "" {
		sel.Where("metric = ?", f.Metric)
	}
	if len(f.Centers) > 0 {
		sel.Where("center IN (?)", f.Centers)
	}
	if !f.Staff.IsNone() {
		sel.Where("staff = ?", f.Staff)
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list targets: %w", err)
	}
	return list, nil
}

// TargetHistory lists who set what when, newest first (SAL-14).
func TargetHistory(ctx context.Context, tx *op.Tx, center id.ID, metric string, limit int) ([]TargetRecord, error) {
	text, args := "", []any(nil)
	if metric != "" {
		text, args = " AND c.metric = ?", append(args, metric)
	}
	if !center.IsNone() {
		text, args = text+" AND c.center = ?", append(args, center)
	}
	list, err := op.All[TargetRecord](ctx, tx, `SELECT c.id, c.center, c.staff, c.month, c.metric, c.was, c.now, c.set_by, c.at FROM target_changes c
		WHERE {scope:target c}`+text+" ORDER BY c.id DESC LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("list changes of targets: %w", err)
	}
	return list, nil
}
