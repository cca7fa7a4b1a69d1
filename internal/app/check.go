package app

import (
	"context"
	"fmt"

	"zhike/internal/insight"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
)

// Check proves every invariant of the database in one read-only snapshot and lists what is wrong, with ids, the first of each check (TRU-8). Events that
// are not sealed yet are part of the log.
func (a *App) Check(ctx context.Context) (found []check.Finding, err error) {
	err = a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		recount, refold := insight.NewRecount(a.Facts), sales.NewRefold(a.Facts)
		each := func(e event.Event) error {
			if err := recount.Event(e); err != nil {
				return err
			}
			return refold.Event(e)
		}
		faults, _, _, err := event.Verify(ctx, tx.Tx, each)
		if err != nil {
			return err
		}
		for _, f := range faults {
			found = append(found, check.Finding{Check: "log", Rule: "TRU-24", What: fmt.Sprintf("event %d: %s", f.Seq, f.What)})
		}
		if err := event.Unsealed(ctx, tx.Tx, each); err != nil {
			return err
		}
		list, err := check.Run(ctx, tx, append([]check.Check{
			{Name: "insight.roll-ups", Rule: "INS-3", Run: recount.Differences},
			{Name: "sales.stage", Rule: "SAL-1", Run: refold.Differences},
		}, Checks()...))
		found = append(found, list...)
		return err
	})
	return check.Cap(found), err
}
