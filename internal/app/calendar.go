package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/process"
)

// watchCalendar tells those who keep the calendar that the public holidays of a year are not entered yet, once from November of the year
// before on, and once in the year itself (ORG-1): deadlines count them as any other day.
func (a *App) watchCalendar(ctx context.Context) error {
	return a.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		today := tx.Today(id.None)
		year, missing := a.Dir.HolidaysMissing(today)
		if !missing {
			return nil
		}
		since := bizdate.New(year-1, time.November, 1)
		if january := bizdate.New(year, time.January, 1); today >= january {
			since = january
		}
		told, err := process.ToldSince(ctx, tx, "holidays-missing", since.In(a.Dir.Zone(id.None)))
		if err != nil || told {
			return err
		}
		for _, m := range append(a.Dir.Holders("it", id.None), a.Dir.Holders("project", id.None)...) {
			n := process.Notice{Staff: m.ID, Kind: "holidays-missing", Link: "/special-days", Params: map[string]string{"year": strconv.Itoa(year)}}
			if err := process.Notify(ctx, tx, n); err != nil {
				return fmt.Errorf("tell of the calendar: %w", err)
			}
		}
		return nil
	})
}
