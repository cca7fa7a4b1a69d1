package contracts

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// InstalmentView is an instalment with its contract, for the cash desk.
type InstalmentView struct {
	Instalment
	ContractNo string       `json:"contract_no" db:"contract_no"`
	Student    id.ID        `json:"student_id" db:"student"`
	Payer      id.ID        `json:"payer_id" db:"payer"`
	Center     id.ID        `json:"center_id" db:"center"`
	Consultant id.ID        `json:"consultant_id" db:"consultant"`
	SignedDay  bizdate.Date `json:"signed_day" db:"signed_day"`
}

// InstalmentFilter chooses open instalments; what is zero does not choose.
type InstalmentFilter struct {
	Contract   id.ID
	Person     id.ID   // as student or payer
	Persons    []id.ID // found by a search, as student or payer; nil: no search
	Center     id.ID
	Consultant id.ID
	DueUntil   bizdate.Date
	Limit      int // page.Most if zero
	Offset     int
}

const openInstalments = ` FROM instalments i JOIN contracts c ON c.id = i.contract
	WHERE {scope:contract c} AND i.paid < i.amount AND c.state IN ('signed', 'active', 'paused', 'completed', 'expired')`

func (f InstalmentFilter) where() (string, []any) {
	var where page.Filter
	for _, c := range []struct {
		text  string
		value id.ID
	}{{"c.id = ?", f.Contract}, {"c.center = ?", f.Center}, {"c.consultant = ?", f.Consultant}} {
		if !c.value.IsNone() {
			where.And(c.text, c.value)
		}
	}
	if !f.Person.IsNone() {
		where.And("c.student = ? OR c.payer = ?", f.Person, f.Person)
	}
	if f.Persons != nil {
		where.And("c.student IN (?) OR c.payer IN (?)", f.Persons, f.Persons)
	}
	if !f.DueUntil.IsZero() {
		where.And("i.due <= ?", int64(f.DueUntil))
	}
	return where.SQL()
}

// OpenInstalments lists what is still to be paid on signed contracts in scope, oldest due first.
func OpenInstalments(ctx context.Context, tx *op.Tx, f InstalmentFilter) ([]InstalmentView, error) {
	text, args := f.where()
	if f.Limit <= 0 || f.Limit > page.Most {
		f.Limit = page.Most
	}
	list, err := op.All[InstalmentView](ctx, tx, "SELECT "+instalmentColumns+openInstalments+text+" ORDER BY i.due, i.id LIMIT ? OFFSET ?",
		append(args, f.Limit, f.Offset)...)
	if err != nil {
		return nil, fmt.Errorf("list open instalments: %w", err)
	}
	return list, nil
}

// ListInstalments gives a page of what is still to be paid, oldest due first; sort -due turns it round. Refused: another sort, a cursor of
// another list.
func ListInstalments(ctx context.Context, tx *op.Tx, f InstalmentFilter, r page.Request) (out page.Page[InstalmentView], err error) {
	comparison, order := ">", "i.due, i.id"
	switch r.Sort {
	case "", "due":
	case "-due":
		comparison, order = "<", "i.due DESC, i.id DESC"
	default:
		return out, problem.Refuse("", "invalid", problem.Field{Location: "sort", Code: "not-one-of", Value: r.Sort, Args: map[string]any{"list": "due, -due"}})
	}
	sum, err := SumInstalments(ctx, tx, f)
	if err != nil {
		return out, err
	}
	out.Total = sum.Count
	text, args := f.where()
	if r.Cursor != "" {
		due, key, err := page.After(r.Cursor)
		if err != nil {
			return out, err
		}
		text, args = text+" AND (i.due, i.id) "+comparison+" (?, ?)", append(args, due, key)
	}
	limit := min(max(r.Limit, 1), page.Most)
	out.Items, err = op.All[InstalmentView](ctx, tx, "SELECT "+instalmentColumns+openInstalments+text+" ORDER BY "+order+" LIMIT ?", append(args, limit+1)...)
	if err != nil {
		return out, fmt.Errorf("list open instalments: %w", err)
	}
	if len(out.Items) > limit {
		out.Items = out.Items[:limit]
		last := out.Items[limit-1]
		out.Next, err = page.CursorOf(int64(last.Due), last.ID)
	}
	return out, err
}

const instalmentColumns = "i.id, i.contract, i.no, i.due, i.amount, i.paid, c.no AS contract_no, c.student, c.payer, c.center, c.consultant, c.signed_day"

// InstalmentSum is how many instalments are open, and how much of them.
type InstalmentSum struct {
	Count int64     `json:"count" db:"n"`
	Open  money.Fen `json:"open_fen" db:"open"`
}

// SumInstalments sums the open instalments of signed contracts in scope.
func SumInstalments(ctx context.Context, tx *op.Tx, f InstalmentFilter) (InstalmentSum, error) {
	text, args := f.where()
	sum, err := op.One[InstalmentSum](ctx, tx, "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(i.amount - i.paid), 0) AS BIGINT) AS open"+openInstalments+text, args...)
	if err != nil {
		return sum, fmt.Errorf("sum open instalments: %w", err)
	}
	return sum, nil
}

// ShowOwed is LockOwed without the lock, to show what a payment would do.
func ShowOwed(ctx context.Context, tx *op.Tx, contract id.ID) (o Owed, err error) {
	if err := tx.Select(&o.Contract).Where("id = ?", contract).Scan(ctx); err != nil {
		return o, problem.Found(err, "contract")
	}
	if o.Lines, err = linesOf(ctx, tx, contract); err != nil {
		return o, err
	}
	o.Plan, err = planOf(ctx, tx, contract)
	return o, err
}
