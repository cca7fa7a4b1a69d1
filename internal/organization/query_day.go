package organization

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// SpecialDays lists the special days that hold for a center, its own and the company's, by their first day (ORG-1); the company's for none.
func SpecialDays(ctx context.Context, tx *op.Tx, center id.ID) (list []SpecialDay, err error) {
	err = tx.Select(&list).Where("active = TRUE AND (center IS NULL OR center = ?)", center).Order("from_day, id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list special days: %w", err)
	}
	return list, nil
}

// DayFilter chooses special days; empty fields hold for all.
type DayFilter struct {
	Text     string // part of a name
	Center   id.ID
	Kind     string
	From, To bizdate.Date // those that touch this period
	page.Request
}

// ListSpecialDays lists special days in scope by their first day (ORG-1).
func ListSpecialDays(ctx context.Context, tx *op.Tx, f DayFilter) (page.Page[SpecialDay], error) {
	var where page.Filter
	where.And("active = TRUE")
	if f.Text != "" {
		p := like(f.Text)
		where.And(`LOWER(name_zh) LIKE ? ESCAPE '\' OR LOWER(name_en) LIKE ? ESCAPE '\'`, p, p)
	}
	if !f.Center.IsNone() {
		where.And("center = ?", f.Center)
	}
	if f.Kind != "" {
		where.And("kind = ?", f.Kind)
	}
	if !f.From.IsZero() {
		where.And("until_day >= ?", f.From)
	}
	if !f.To.IsZero() {
		where.And("from_day <= ?", f.To)
	}
	return page.Read[SpecialDay](ctx, tx, "special-day", &where, page.Sorts{Usual: "from", Columns: map[string]string{"from": "from_day"}}, f.Request)
}

// SpecialDayByID gives a special day in scope.
func SpecialDayByID(ctx context.Context, tx *op.Tx, key id.ID) (s SpecialDay, err error) {
	return s, problem.Found(tx.Select(&s).Where("id = ? AND active = TRUE", key).Scan(ctx), "special-day")
}
