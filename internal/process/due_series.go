package process

import (
	"context"
	"errors"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// DueSeries makes the tasks of the series whose day came. What is refused pauses its series and is told to who gave it; what fails is tried
// again, and neither holds up the others. A job runs it every minute.
func DueSeries(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	type waits struct {
		ID     id.ID        `db:"id"`
		Center id.ID        `db:"center"`
		Next   bizdate.Date `db:"next_day"`
	}
	var due []id.ID
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		// a day begins in the east before it does here: which center's has come is asked of each
		list, err := op.AllOf[waits](ctx, tx.Unscoped("work of the system"), "SELECT id, center, next_day FROM task_series WHERE state = 'running' AND next_day <= ? ORDER BY next_day, id LIMIT ?", int64(tx.Today(id.None)+1), dueAtOnce)
		for _, s := range list {
			if s.Next <= tx.Today(s.Center) {
				due = append(due, s.ID)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for tasks that come again: %w", err)
	}
	var failed []error
	for _, key := range due {
		_, err := MakeTask.Run(ctx, r, SeriesInput{SeriesID: key})
		if p, ok := problem.As(err); ok && problem.Refused(err) && p.Code != "series-not-due" { // that one another node made
			_, err = StopSeries.Run(ctx, r, StopSeriesInput{SeriesID: key, Why: p.Code})
		}
		if err != nil && !problem.Refused(err) {
			failed = append(failed, fmt.Errorf("make a task of series %s: %w", key, err))
		}
	}
	return errors.Join(failed...)
}

// SeriesInScope lists the series in scope that have not ended, by their next day.
func SeriesInScope(ctx context.Context, tx *op.Tx, at page.Request) (page.Page[Series], error) {
	f := &page.Filter{}
	f.And("state <> 'ended'")
	return page.Read[Series](ctx, tx, "task-series", f, page.Sorts{Usual: "next", Columns: map[string]string{"next": "next_day"}}, at)
}
