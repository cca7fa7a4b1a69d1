package people

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
)

// RevealFilter narrows the reveals; what is empty does not.
type RevealFilter struct {
	Staff   id.ID
	From    bizdate.Date // first business date
	Until   bizdate.Date // last
	Refused bool         // only what was refused
	Offset  int
	Limit   int
}

// where is the condition on reveals r in scope.
func (f RevealFilter) where() (text string, args []any) {
	text = " FROM reveals r WHERE {scope:reveal r}"
	add := func(cond string, value any) { text, args = text+" AND "+cond, append(args, value) }
	if !f.Staff.IsNone() {
		add("r.staff = ?", f.Staff)
	}
	if !f.From.IsZero() {
		add("r.day >= ?", int64(f.From))
	}
	if !f.Until.IsZero() {
		add("r.day <= ?", int64(f.Until))
	}
	if f.Refused {
		text += " AND r.field LIKE '%" + refusedMark + "'"
	}
	return text, args
}

// RevealCount is how often a staff member was shown masked data in a period (PPL-10).
type RevealCount struct {
	Staff   id.ID `json:"staff_id" db:"staff"` // none: of the program or an account without a person
	Days    int64 `json:"days" db:"days"`      // with anything
	Shown   int64 `json:"shown" db:"shown"`    // the same of the same person counts once a day
	Most    int64 `json:"most_in_a_day" db:"most"`
	Refused int64 `json:"days_refused" db:"refused"` // days on which more was asked for than is allowed, of phones and of the pool
	Allowed int64 `json:"allowed_a_day"`             // today
}

// RevealCounts is a page of them.
type RevealCounts struct {
	Items   []RevealCount
	Total   int64 // staff members
	Shown   int64 // of all of them
	Refused int64
}

// CountReveals says how often each staff member in scope was shown masked data: who was refused first, then who was shown most (PPL-10).
func CountReveals(ctx context.Context, tx *op.Tx, f RevealFilter) (out RevealCounts, err error) {
	from, args := f.where()
	days := ` FROM (SELECT r.staff, r.day, SUM(CASE WHEN r.field LIKE '%` + refusedMark + `' THEN 0 ELSE 1 END) AS shown,
		SUM(CASE WHEN r.field LIKE '%` + refusedMark + `' THEN 1 ELSE 0 END) AS refused` + from + ` GROUP BY r.staff, r.day) d`
	type sums struct {
		Total   int64 `db:"total"`
		Shown   int64 `db:"shown"`
		Refused int64 `db:"refused"`
	}
	sum, err := op.One[sums](ctx, tx, `SELECT COUNT(DISTINCT d.staff) + COALESCE(MAX(CASE WHEN d.staff IS NULL THEN 1 ELSE 0 END), 0) AS total,
		CAST(COALESCE(SUM(d.shown), 0) AS BIGINT) AS shown, CAST(COALESCE(SUM(d.refused), 0) AS BIGINT) AS refused`+days, args...)
	if err != nil {
		return out, fmt.Errorf("count reveals: %w", err)
	}
	out.Total, out.Shown, out.Refused = sum.Total, sum.Shown, sum.Refused
	out.Items, err = op.All[RevealCount](ctx, tx, `SELECT d.staff, COUNT(*) AS days, CAST(SUM(d.shown) AS BIGINT) AS shown, CAST(MAX(d.shown) AS BIGINT) AS most, CAST(SUM(d.refused) AS BIGINT) AS refused`+
		days+" GROUP BY d.staff ORDER BY refused DESC, shown DESC, d.staff LIMIT ? OFFSET ?", append(args, f.Limit, f.Offset)...)
	if err != nil {
		return out, fmt.Errorf("count reveals by staff member: %w", err)
	}
	for i, c := range out.Items {
		out.Items[i].Allowed = organization.Of(tx).RevealsPerDay(c.Staff, "phone")
	}
	return out, nil
}

// RevealNote is something that was shown, or refused, of a person on a day (PPL-10).
type RevealNote struct {
	Person id.ID        `json:"person_id" db:"person"`
	Staff  id.ID        `json:"staff_id" db:"staff"`
	Center id.ID        `json:"center_id" db:"center"` // of who looked
	Day    bizdate.Date `json:"day" db:"day"`
	At     time.Time    `json:"at" db:"at"`       // the last time of the day
	Field  string       `json:"field" db:"field"` // phone, duplicate, pool; refused ones end in -refused
}

// What is what was looked at.
func (r RevealNote) What() string { return strings.TrimSuffix(r.Field, refusedMark) }

// Refused tells that it was not shown.
func (r RevealNote) Refused() bool { return strings.HasSuffix(r.Field, refusedMark) }

// RevealList is a page of them.
type RevealList struct {
	Items []RevealNote
	Total int64
}

// RevealNotes lists what was shown, and to whom, the latest first (PPL-10).
func RevealNotes(ctx context.Context, tx *op.Tx, f RevealFilter) (out RevealList, err error) {
	from, args := f.where()
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+from, args...); err != nil {
		return out, fmt.Errorf("count reveals: %w", err)
	}
	out.Items, err = op.All[RevealNote](ctx, tx, "SELECT r.person, r.staff, r.center, r.day, r.at, r.field"+from+" ORDER BY r.at DESC, r.person DESC, r.field LIMIT ? OFFSET ?", append(args, f.Limit, f.Offset)...)
	if err != nil {
		return out, fmt.Errorf("list reveals: %w", err)
	}
	return out, nil
}
