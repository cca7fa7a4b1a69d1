package app

import (
	"context"
	"errors"
	"fmt"

	"zhike/internal/insight"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
)

// Check proves every invariant of the database in one read-only snapshot and lists what is wrong, with ids, the first of each check (TRU-8). Events that
// are not sealed yet are part of the log.
func (a *App) Check(ctx context.Context) ([]check.Finding, error) { return a.CheckAgainst(ctx, nil) }

// CheckAgainst is Check, also against anchors of the log that left the database (TRU-24), signed with its own key or one of keys, which are
// hexadecimal.
func (a *App) CheckAgainst(ctx context.Context, outside []event.SignedAnchor, keys ...string) (found []check.Finding, err error) {
	keys = append(keys, a.anchorKey())
	err = a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		kept, err := event.Anchors(ctx, tx.Tx)
		if err != nil {
			return err
		}
		kept = append(kept, outside...)
		recount, refold, anchors := insight.NewRecount(a.Facts), sales.NewRefold(a.Facts), event.NewAnchorCheck(a.Facts, kept, keys...)
		each := func(e event.Event) error {
			if err := recount.Event(e); err != nil {
				return err
			}
			return refold.Event(e)
		}
		faults, _, _, err := event.Verify(ctx, tx.Tx, func(e event.Event) error { return errors.Join(each(e), anchors.Event(e)) })
		if err != nil {
			return err
		}
		for _, f := range faults {
			found = append(found, check.Finding{Check: "log", Rule: "TRU-24", What: fmt.Sprintf("event %d: %s", f.Seq, f.What)})
		}
		differ, err := anchors.Faults(ctx, tx.Tx, kept)
		if err != nil {
			return err
		}
		views, err := event.VerifyViews(ctx, tx.Tx)
		if err != nil {
			return err
		}
		for _, what := range views {
			found = append(found, check.Finding{Check: "views", Rule: "TRU-19", What: what})
		}
		for _, what := range differ {
			found = append(found, check.Finding{Check: "anchors", Rule: "TRU-24", What: what})
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
