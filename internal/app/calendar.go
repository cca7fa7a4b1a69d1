package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/process"
)

// watchCalendar tells those who set the program up, once from November on, that the public holidays of the next year are not entered yet
// (ORG-1): deadlines would count them as any other day.
func (a *App) watchCalendar(ctx context.Context) error {
	return a.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		today := tx.Today(id.None)
		year, missing := a.Dir.HolidaysMissing(today)
		if !missing {
			return nil
		}
		told, err := process.ToldSince(ctx, tx, "holidays-missing", time.Date(year-1, time.November, 1, 0, 0, 0, 0, a.Dir.Zone(id.None)))
		if err != nil || told {
			return err
		}
		for _, m := range a.Dir.Holders("it", id.None) {
			n := process.Notice{Staff: m.ID, Kind: "holidays-missing", Link: "/special-days", Params: map[string]string{"year": strconv.Itoa(year)}}
			if err := process.Notify(ctx, tx, n); err != nil {
				return fmt.Errorf("tell of the calendar: %w", err)
			}
		}
		return nil
	})
}
