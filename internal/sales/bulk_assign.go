package sales

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

const (
	// MostAtOnce is the most enquiries that one bulk run assigns.
	MostAtOnce  = 5000
	partOfABulk = 100 // assigned in one commit, so that others are not kept waiting
)

// BulkAssign gives many enquiries to one consultant (UI-L3).
type BulkAssign struct {
	IDs          []id.ID       // those chosen, unless All
	All          bool          // all that match Filter, less Except
	Filter       EnquiryFilter // of the list
	Except       []id.ID
	Total        int64 // how many matched when they were chosen
	ConsultantID id.ID
	Reason       string
}

// BulkAssigned is what came of it.
type BulkAssigned struct {
	Done    int
	Skipped []Skipped
}

// Skipped is an enquiry that was left out, and why.
type Skipped struct {
	Enquiry id.ID
	Why     *problem.Problem
}

// AssignMany runs Assign for each of them, under one run id, so that all are taken back together. key makes the idempotency key of one.
// Refused as a whole: choose-rows (none, or more than MostAtOnce), and count-changed where another number matches than was seen.
func AssignMany(ctx context.Context, r *op.Runner, in BulkAssign, key func(id.ID) string) (out BulkAssigned, err error) {
	ids, err := in.chosen(ctx, r)
	if err != nil {
		return out, err
	}
	ctx = op.WithRun(ctx, r.Clock.NewID())
	for part := range slices.Chunk(ids, partOfABulk) {
		var done BulkAssigned
		err := r.Batch(ctx, func(ctx context.Context) error {
			done = BulkAssigned{} // a batch may run again
			return in.assign(ctx, r, part, key, &done)
		})
		if err != nil {
			return out, err
		}
		out.Done, out.Skipped = out.Done+done.Done, append(out.Skipped, done.Skipped...)
	}
	return out, nil
}

func (in BulkAssign) assign(ctx context.Context, r *op.Runner, ids []id.ID, key func(id.ID) string, done *BulkAssigned) error {
	for _, e := range ids {
		_, err := Assign.Run(op.WithKey(ctx, key(e)), r, AssignInput{EnquiryID: e, ConsultantID: in.ConsultantID, Reason: in.Reason})
		switch why, ok := problem.As(err); {
		case err == nil:
			done.Done++
		case ok:
			done.Skipped = append(done.Skipped, Skipped{e, why})
		default:
			return err
		}
	}
	return nil
}

func (in BulkAssign) chosen(ctx context.Context, r *op.Runner) (ids []id.ID, err error) {
	ids = in.IDs
	if in.All {
		err = r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
			where, args := in.Filter.where()
			ids, err = op.All[id.ID](ctx, tx, "SELECT e.id FROM enquiries e WHERE "+where+" ORDER BY e.id LIMIT ?", append(args, MostAtOnce+len(in.Except)+1)...)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list enquiries to assign: %w", err)
		}
		if n := int64(len(ids)); n != in.Total && n <= MostAtOnce {
			return nil, problem.Refuse("UI-L3", "invalid", problem.Field{Location: "ids", Code: "count-changed", Value: in.Total, Args: map[string]any{"seen": in.Total, "now": n}})
		}
		ids = slices.DeleteFunc(ids, func(e id.ID) bool { return slices.Contains(in.Except, e) })
	}
	if len(ids) == 0 || len(ids) > MostAtOnce {
		return nil, problem.Refuse("UI-L3", "invalid", problem.Field{Location: "ids", Code: "choose-rows", Value: len(ids), Args: map[string]any{"limit": MostAtOnce}})
	}
	return ids, nil
}

// PersonsOf gives the persons of enquiries in scope, by enquiry.
func PersonsOf(ctx context.Context, tx *op.Tx, enquiries []id.ID) (map[id.ID]id.ID, error) {
	var list []Enquiry
	if err := tx.Select(&list).Where("id IN (?)", enquiries).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read persons of enquiries: %w", err)
	}
	out := make(map[id.ID]id.ID, len(list))
	for _, e := range list {
		out[e.ID] = e.Person
	}
	return out, nil
}
