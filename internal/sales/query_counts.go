package sales

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// WorkCounts says how many enquiries of a consultant stand where: for the sentence and the tabs over the work list.
type WorkCounts struct {
	Open         int64 `db:"open"`
	New          int64 `db:"new"`
	Quoted       int64 `db:"quoted"`
	FirstOverdue int64 `db:"first_overdue"` // first contacts whose time is over
}

// CountWork counts a consultant's enquiries in scope; for no consultant those of all.
func CountWork(ctx context.Context, tx *op.Tx, staff id.ID) (WorkCounts, error) {
	text := `SELECT COUNT(*) AS open, COALESCE(SUM(CASE WHEN e.stage = 'new' THEN 1 ELSE 0 END), 0) AS new,
		COALESCE(SUM(CASE WHEN e.stage = 'quoted' THEN 1 ELSE 0 END), 0) AS quoted,
		COALESCE(SUM(CASE WHEN e.first_touch_at IS NULL AND e.walk_in = FALSE AND e.contact_due_at < ? THEN 1 ELSE 0 END), 0) AS first_overdue
		FROM enquiries e WHERE {scope:enquiry e} AND e.stage IN (?)`
	args := []any{tx.Now, stagesOf("open")}
	if !staff.IsNone() {
		text, args = text+" AND e.consultant = ?", append(args, staff)
	}
	c, err := op.One[WorkCounts](ctx, tx, text, args...)
	if err != nil {
		return c, fmt.Errorf("count work: %w", err)
	}
	return c, nil
}

// CountOpen counts the open enquiries in scope; a zero center or consultant holds for all. It adds up the numbers that are kept for each
// consultant of each center and counts only what has no consultant or no center, so that it takes the same time however many there are.
func CountOpen(ctx context.Context, tx *op.Tx, center, consultant id.ID) (int64, error) {
	var args []any
	of := func(alias string) string {
		text := "{scope:enquiry " + alias + "}"
		if !center.IsNone() {
			text, args = text+" AND "+alias+".center = ?", append(args, center)
		}
		if !consultant.IsNone() {
			text, args = text+" AND "+alias+".consultant = ?", append(args, consultant)
		}
		return text
	}
	open := func(where string) string {
		where = of("e") + " AND " + where + " AND e.stage IN (?)"
		args = append(args, stagesOf("open"))
		return "(SELECT COUNT(*) FROM enquiries e WHERE " + where + ")"
	}
	text := "SELECT (SELECT COALESCE(SUM(t.open_count), 0) FROM (SELECT center, staff AS consultant, open_count FROM assignment_turns) t WHERE " + of("t") + ") + " +
		open("e.center IS NULL") + " + " + open("e.consultant IS NULL AND e.center IS NOT NULL")
	n, err := op.One[int64](ctx, tx, text, args...)
	if err != nil {
		return 0, fmt.Errorf("count open enquiries: %w", err)
	}
	return n, nil
}

// CountAppointments counts the appointments of a day in scope that are still open; a zero center or consultant holds for all.
func CountAppointments(ctx context.Context, tx *op.Tx, center, consultant id.ID, day bizdate.Date) (int64, error) {
	text, args := "SELECT COUNT(*) FROM appointments a WHERE {scope:appointment a} AND a.day = ? AND a.state IN ('booked', 'confirmed')", []any{int64(day)}
	if !center.IsNone() {
		text, args = text+" AND a.center = ?", append(args, center)
	}
	if !consultant.IsNone() {
		text, args = text+" AND a.consultant = ?", append(args, consultant)
	}
	n, err := op.One[int64](ctx, tx, text, args...)
	if err != nil {
		return 0, fmt.Errorf("count appointments: %w", err)
	}
	return n, nil
}
