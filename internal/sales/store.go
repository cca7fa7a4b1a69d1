package sales

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

func loadEnquiry(ctx context.Context, tx *op.Tx, key id.ID) (e Enquiry, err error) {
	if err := tx.Lock(ctx, "enquiries", key); err != nil {
		return e, fmt.Errorf("lock enquiry: %w", err)
	}
	// Other roles act on the matter through what they see: the desk on an appointment, a reaction on a contract.
	err = tx.Unscoped("the subject of the operation was seen").Select(&e).Where("id = ?", key).Scan(ctx)
	return e, problem.Found(err, "enquiry")
}

func loadAppointment(ctx context.Context, tx *op.Tx, key id.ID) (a Appointment, err error) {
	if err := tx.Lock(ctx, "appointments", key); err != nil {
		return a, fmt.Errorf("lock appointment: %w", err)
	}
	err = tx.Select(&a).Where("id = ?", key).Scan(ctx)
	return a, problem.Found(err, "appointment")
}

func loadVisit(ctx context.Context, tx *op.Tx, key id.ID) (v Visit, err error) {
	if err := tx.Lock(ctx, "visits", key); err != nil {
		return v, fmt.Errorf("lock visit: %w", err)
	}
	err = tx.Select(&v).Where("id = ?", key).Scan(ctx)
	return v, problem.Found(err, "visit")
}

// move saves an enquiry at the stage that a fact leads to.
func move(ctx context.Context, tx *op.Tx, e *Enquiry, to Stage, columns ...string) error {
	if to != e.Stage {
		was := e.Stage
		e.Stage, e.Reached, e.Moved = to, progress{was, e.Reached}.at(to).Reached, tx.Now
		columns = append(columns, "stage", "reached", "moved_at")
		e.Outcome, e.OutcomeDay = to.outcome(), 0
		if !to.Open() {
			e.OutcomeDay = tx.Today(e.Center)
		}
		columns = append(columns, "outcome", "outcome_day")
		if to != Lost && e.LostReason != "" {
			e.LostReason = ""
			if !slices.Contains(columns, "lost_reason") { // PostgreSQL takes a column once
				columns = append(columns, "lost_reason")
			}
		}
		if was.Open() != to.Open() {
			if err := countOpen(ctx, tx, *e, e.Consultant, map[bool]int64{true: 1, false: -1}[to.Open()]); err != nil {
				return err
			}
		}
	}
	if len(columns) == 0 {
		return nil
	}
	return tx.Save(ctx, e, columns...)
}

// countOpen keeps the number of open enquiries of a consultant.
func countOpen(ctx context.Context, tx *op.Tx, e Enquiry, staff id.ID, n int64) error {
	if staff.IsNone() || e.Center.IsNone() {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO assignment_turns (center, staff, given, open_count, last_at) VALUES (?, ?, 0, ?, 0)
		ON CONFLICT (center, staff) DO UPDATE SET open_count = assignment_turns.open_count + excluded.open_count`, e.Center, staff, n)
	if err != nil {
		return fmt.Errorf("count open enquiries: %w", err)
	}
	return nil
}

// give notes that it was a consultant's turn.
func give(ctx context.Context, tx *op.Tx, center, staff id.ID, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO assignment_turns (center, staff, given, open_count, last_at) VALUES (?, ?, 1, 1, ?)
		ON CONFLICT (center, staff) DO UPDATE SET given = assignment_turns.given + 1, open_count = assignment_turns.open_count + 1, last_at = excluded.last_at`,
		center, staff, at)
	if err != nil {
		return fmt.Errorf("note turn: %w", err)
	}
	return nil
}
