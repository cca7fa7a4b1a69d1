package insight

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// casesOfReferrals are the prospects behind a figure of referrals, or the students: a contract of each.
func casesOfReferrals(ctx context.Context, tx *op.Tx, r *Report, w wanted) (out []Counted, err error) {
	p := r.Params
	if w.metric == "active_students" {
		return studentsOf(ctx, tx, p, w)
	}
	list, err := journeys(ctx, tx, cohort{from: p.From, until: p.Until, centers: p.Centers})
	if err != nil {
		return nil, err
	}
	by, err := introductions(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	dims := dimensionsOf(tx)
	for _, j := range list {
		in, ok := by[j.enquiry]
		if !ok || !w.in(rowOfReferral(dims, p.By, j, in)) {
			continue
		}
		var one brought
		one.add(j, in)
		if n := one.value(w.metric); n != 0 {
			out = append(out, j.counted(n))
		}
	}
	return out, nil
}

// value is what a prospect adds to a column of referrals.
func (b brought) value(metric string) float64 {
	switch metric {
	case "referral_contracts":
		return float64(b.signed)
	case "referral_amount":
		return b.payable
	case "referral_cash":
		return b.cash
	case "reward_hours":
		return float64(b.hours)
	}
	return float64(b.n)
}

// studentsOf are the students of a row, or of all: the newest of the contracts by which each is counted.
func studentsOf(ctx context.Context, tx *op.Tx, p Params, w wanted) (out []Counted, err error) {
	day := p.Until
	first, err := bizdate.Parse(w.Row)
	if p.By == "month" && err == nil && !w.Total {
		day = min(first.AddMonths(1)-1, p.Until)
	}
	type row struct {
		ID         id.ID        `db:"id"`
		Student    id.ID        `db:"student"`
		Center     id.ID        `db:"center"`
		Consultant id.ID        `db:"consultant"`
		Day        bizdate.Date `db:"signed_day"`
	}
	text, args := runningOn(tx, p, day)
	list, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT c.id, c.student, c.center, c.consultant, c.signed_day FROM contracts c WHERE "+text+" ORDER BY c.id DESC", args...)
	if err != nil {
		return nil, fmt.Errorf("read students: %w", err)
	}
	counted := map[id.ID]bool{}
	for _, c := range list {
		at := matter{center: c.Center, consultant: c.Consultant}
		if p.By != "month" && !w.in(dimensionsOf(tx).row(p.By, at, day)) || counted[c.Student] {
			continue
		}
		counted[c.Student] = true
		out = append(out, Counted{Kind: kindContract, ID: c.ID, Person: c.Student, Consultant: c.Consultant, Center: c.Center, Day: c.Day, Value: 1})
	}
	return out, nil
}

// runningOn is the condition on contracts c that run on a day, in the scope of figures.
func runningOn(tx *op.Tx, p Params, day bizdate.Date) (text string, args []any) {
	scope := policy.Cut(tx.Viewer.Scope("report:read"), "c", "center", "consultant")
	text = scope.Text + " AND c.signed_day > 0 AND c.signed_day <= ? AND c.valid_until >= ? AND c.state IN ('signed', 'active', 'paused', 'expired')"
	args = append(slices.Clone(scope.Args), int64(day), int64(day))
	if len(p.Centers) > 0 {
		text, args = text+" AND c.center IN (?)", append(args, p.Centers)
	}
	return text, args
}

// casesOfPromotions are the promotions of a figure.
func casesOfPromotions(_ context.Context, _ *op.Tx, r *Report, w wanted) (out []Counted, err error) {
	i := slices.Index(promotionMetrics, w.metric)
	for _, row := range r.Rows {
		if f := row.Cells[i]; w.in(row.Value) && !f.None && f.V != 0 {
			out = append(out, Counted{Kind: kindPromotion, ID: row.Promoted.ID, Day: row.Promoted.From, Value: f.V})
		}
	}
	return out, nil
}
