package sales

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// WorkRow is one thing to do on a consultant's list (SAL-3, first form: overdue first contacts, then what is due, then age).
type WorkRow struct {
	Enquiry
	Why       string `json:"why" db:"why"` // code: first-overdue, first, due, overdue, no-step
	Rank      int64  `json:"-" db:"rank"`
	NextVisit id.ID  `json:"-" db:"appointment"` // open appointment, if any
}

// WorkPage is a page of a work list.
type WorkPage struct {
	Items []WorkRow
	Total int64
	Next  string // cursor of the next page; "" at the end
}

// WorkAfter is the page of a work list after a cursor, from its beginning for "".
func WorkAfter(ctx context.Context, tx *op.Tx, staff id.ID, cursor string, limit int) (out WorkPage, err error) {
	offset, err := offsetOf(cursor, 0)
	if err != nil {
		return out, err
	}
	out.Items, out.Total, err = WorkList(ctx, tx, staff, limit, offset)
	out.Next = nextCursor(offset, len(out.Items), limit, out.Total)
	return out, err
}

// WorkList lists the open enquiries of a consultant that want something done by today, most urgent first, with their number:
// breached first contacts, first contacts due, next steps of today, next steps overdue, and matters without a next step. A visitor
// who walked in has had the first contact.
func WorkList(ctx context.Context, tx *op.Tx, staff id.ID, limit, offset int) (rows []WorkRow, total int64, err error) {
	v := tx.Viewer
	today := int64(tx.Today(v.Center))
	const from = ` FROM enquiries e WHERE {scope:enquiry e} AND e.consultant = ? AND e.outcome = 'open' AND (e.first_touch_at IS NULL AND e.walk_in = FALSE OR e.next_day <= ?)`
	if total, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+from, staff, today); err != nil {
		return nil, 0, fmt.Errorf("count work: %w", err)
	}
	text := `SELECT ` + enquiryColumns + `,
		CASE WHEN e.first_touch_at IS NULL AND e.walk_in = FALSE AND e.contact_due_at < ? THEN 'first-overdue'
			WHEN e.first_touch_at IS NULL AND e.walk_in = FALSE THEN 'first'
			WHEN e.next_day = 0 THEN 'no-step'
			WHEN e.next_day < ? THEN 'overdue' ELSE 'due' END AS why,
		CASE WHEN e.first_touch_at IS NULL AND e.walk_in = FALSE AND e.contact_due_at < ? THEN 0
			WHEN e.first_touch_at IS NULL AND e.walk_in = FALSE THEN 1
			WHEN e.next_day = 0 THEN 4
			WHEN e.next_day < ? THEN 3 ELSE 2 END AS rank,
		(SELECT a.id FROM appointments a WHERE a.enquiry = e.id AND a.state IN ('booked', 'confirmed') LIMIT 1) AS appointment` +
		from + ` ORDER BY rank, e.contact_due_at, e.next_day DESC, e.moved_at DESC, e.id LIMIT ? OFFSET ?`
	rows, err = op.All[WorkRow](ctx, tx, text, tx.Now, today, tx.Now, today, staff, today, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list work: %w", err)
	}
	return rows, total, nil
}
