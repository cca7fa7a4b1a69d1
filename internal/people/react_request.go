package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/personal"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// Requests lists what follows from data requests (PPL-11): rows and holds are those of all domains. A request to anonymize is refused, and so
// is its doing, while something stands in the way: retention-runs with the day on which it ends, or the code of a hold.
func Requests(rows []personal.Rows, holds []personal.Hold) []op.Reaction {
	return []op.Reaction{
		op.On(func(ctx context.Context, tx *op.Tx, f facts.DataRequestFiled, _ event.Event) error {
			if f.Asked != RequestAnonymize {
				return nil
			}
			return mayForget(ctx, tx, f.DataRequest, nil, rows, holds)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.PersonAnonymized, _ event.Event) error {
			if err := mayForget(ctx, tx, f.DataRequest, f.Merged, rows, holds); err != nil {
				return err
			}
			for _, person := range append([]id.ID{f.Person}, f.Merged...) {
				for _, r := range rows {
					if err := clearRows(ctx, tx, r, person); err != nil {
						return err
					}
				}
				if err := errors.Join(dropFilesOf(ctx, tx, person), forget(ctx, tx, person)); err != nil {
					return err
				}
			}
			return nil
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalGiven, _ event.Event) error {
			return decided(ctx, tx, f.Asked, RequestApproved)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalRefused, _ event.Event) error {
			return decided(ctx, tx, f.Asked, RequestRefused)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalWithdrawn, _ event.Event) error {
			return decided(ctx, tx, f.Asked, RequestWithdrawn)
		}),
	}
}

// ApprovalOfRequest is the kind of approval that a data request waits for.
const ApprovalOfRequest = "data-request"

func decided(ctx context.Context, tx *op.Tx, a facts.Asked, state string) error {
	if a.Matter != ApprovalOfRequest {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE data_requests SET state = ?, decided_at = ?, version = version + 1 WHERE id = ? AND state = 'open'", state, tx.Now, a.Subject)
	if err != nil {
		return fmt.Errorf("decide data request: %w", err)
	}
	return nil
}

// clearRows takes from the rows of a person what tells who it was.
func clearRows(ctx context.Context, tx *op.Tx, r personal.Rows, person id.ID) error {
	var text string
	switch {
	case r.Gone:
		text = "DELETE FROM " + r.Table
	case len(r.Clear) == 0:
		return nil
	default:
		for i, c := range r.Clear {
			value, ok := r.With[c]
			if !ok {
				value = "''"
			}
			text += map[bool]string{true: "UPDATE " + r.Table + " SET ", false: ", "}[i == 0] + c + " = " + value
		}
	}
	if _, err := tx.Exec(ctx, text+" WHERE "+r.Where(), r.Values(person)...); err != nil {
		return fmt.Errorf("clear rows of %s: %w", r.Table, err)
	}
	return nil
}

// mayForget refuses to anonymize while something stands in the way.
func mayForget(ctx context.Context, tx *op.Tx, f facts.DataRequest, merged []id.ID, rows []personal.Rows, holds []personal.Hold) error {
	field := problem.Field{Location: "person_id", Value: f.Person}
	var last time.Time
	for _, person := range append([]id.ID{f.Person}, merged...) {
		for _, h := range holds {
			held, day, err := holding(ctx, tx, h, f.Center, person)
			if err != nil {
				return err
			}
			if p := problem.Refuse("PPL-11", h.Code, field); held && !day.IsZero() {
				return p.With("day", day)
			} else if held {
				return p
			}
		}
		at, err := lastDealt(ctx, tx, rows, person)
		if err != nil {
			return err
		}
		if at.After(last) {
			last = at
		}
	}
	months := organization.Of(tx).Number(f.Center, organization.RetentionMonths)
	if over := bizdate.Of(last, organization.Of(tx).Zone(f.Center)).AddMonths(int(months)); over > tx.Today(f.Center) {
		return problem.Refuse("PPL-11", "retention-runs", field).With("day", over)
	}
	return nil
}

// holding tells whether something stands in the way of anonymizing a person, and until which day, where one is known.
func holding(ctx context.Context, tx *op.Tx, h personal.Hold, center, person id.ID) (held bool, day bizdate.Date, err error) {
	var n, at int64
	if h.Last != "" {
		if err := tx.QueryRow(ctx, h.Last, h.LastValues(person), &at); err != nil {
			return false, 0, fmt.Errorf("look for what the law keeps: %w", err)
		}
		if at == 0 {
			return false, 0, nil
		}
		years := int(organization.Of(tx).Number(center, h.Years))
		day = bizdate.Of(time.UnixMicro(at), organization.Of(tx).Zone(center)).AddMonths(12 * years)
		return day > tx.Today(center), day, nil
	}
	if err := tx.QueryRow(ctx, h.Query, h.Values(person), &n); err != nil {
		return false, 0, fmt.Errorf("look for what holds a person: %w", err)
	}
	if n == 0 || h.Day == "" {
		return n > 0, 0, nil
	}
	if err := tx.QueryRow(ctx, h.Day, h.DayValues(person), &at); err != nil {
		return false, 0, fmt.Errorf("look for the day of what holds a person: %w", err)
	}
	return true, bizdate.Date(at), nil
}

// lastDealt is when there was last something to do with a person.
func lastDealt(ctx context.Context, tx *op.Tx, rows []personal.Rows, person id.ID) (time.Time, error) {
	var last int64
	for _, r := range rows {
		if r.At == "" {
			continue
		}
		var at int64
		if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX("+r.At+"), 0) FROM "+r.Table+" WHERE "+r.Where(), r.Values(person), &at); err != nil {
			return time.Time{}, fmt.Errorf("look for the last matter of a person: %w", err)
		}
		last = max(last, at)
	}
	return time.UnixMicro(last), nil
}
