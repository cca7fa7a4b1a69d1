package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/rollup"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/rollout"
	"zhike/internal/sales"
)

// keysKept is how long idempotency keys are remembered (TRU-2).
const keysKept = 30 * 24 * time.Hour

// Loops runs what a serving program does by itself until ctx ends: sealing the log, folding roll-ups, keeping the paths of enquiries, noting views, settling search terms, work
// that falls due by time, submissions whose door was stopped, scores of enquiries, mails of saved views and notices, imports whose node vanished, watching the disk, anchoring the log, forgetting old keys.
func (a *App) Loops(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { a.every(ctx, 500*time.Millisecond, a.Woken, "seal the log", a.seal) })
	all.Go(func() { a.every(ctx, 2*time.Second, nil, "fold roll-ups", a.fold) })
	all.Go(func() { a.every(ctx, 2*time.Second, nil, "keep paths", a.foldPaths) })
	all.Go(func() { a.every(ctx, time.Second, nil, "write views", a.writeAllViews) })
	all.Go(func() { a.every(ctx, 2*time.Second, nil, "settle search terms", a.settleTerms) })
	all.Go(func() {
		a.every(ctx, time.Minute, nil, "due work", func(ctx context.Context) error {
			return errors.Join(sales.DueWork(ctx, a.Run), process.DueApprovals(ctx, a.Run), process.DueSeries(ctx, a.Run), people.CarryOut(ctx, a.Run), people.RemoveExports(ctx, a.Run))
		})
	})
	all.Go(func() { a.every(ctx, time.Minute, nil, "score enquiries", a.score) })
	all.Go(func() {
		a.every(ctx, time.Minute, nil, "settle rewards", func(ctx context.Context) error { return sales.SettleRewards(ctx, a.Run) })
		a.every(ctx, 10*time.Minute, nil, "return to the pool", func(ctx context.Context) error {
			return errors.Join(sales.ReturnIdle(ctx, a.Run), sales.ReturnFormer(ctx, a.Run))
		})
	})
	all.Go(func() {
		a.every(ctx, 5*time.Second, nil, "enter submissions", func(ctx context.Context) error { return sales.EnterSubmissions(ctx, a.Run) })
	})
	all.Go(func() { a.every(ctx, time.Minute, nil, "watch the disk", a.watchDisk) })
	all.Go(func() { a.every(ctx, time.Hour, nil, "watch the calendar", a.watchCalendar) })
	all.Go(func() {
		a.every(ctx, time.Minute, nil, "mail saved views", func(ctx context.Context) error { return insight.MailViews(ctx, a.Run) })
	})
	all.Go(func() {
		a.every(ctx, time.Minute, nil, "mail notices", func(ctx context.Context) error { return insight.MailNotices(ctx, a.Run) })
	})
	all.Go(func() { a.every(ctx, time.Minute, nil, "resume imports", a.resumeImports) })
	all.Go(func() { a.every(ctx, 10*time.Minute, nil, "anchor the log", a.anchor) })
	all.Go(func() { a.every(ctx, time.Hour, nil, "forget old keys", a.forget) })
	all.Wait()
	if err := a.writeAllViews(context.WithoutCancel(ctx)); err != nil { // those of the last second
		a.Log.ErrorContext(ctx, "background work failed", slog.String("work", "write views"), slog.Any("error", err))
	}
}

// every runs work again and again; a failure is logged and tried again the next time.
func (a *App) every(ctx context.Context, pause time.Duration, wake <-chan struct{}, name string, work func(context.Context) error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, db.ErrUnavailable) {
			a.Log.ErrorContext(ctx, "background work failed", slog.String("work", name), slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-wake:
			select { // several commits make one block
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}

func (a *App) seal(ctx context.Context) error {
	return again(event.SealAtMost, func() (n int, err error) {
		err = a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = event.Seal(ctx, tx, a.Clock.Now())
			return err
		})
		return n, err
	})
}

func (a *App) fold(ctx context.Context) error {
	return again(rollup.FoldAtMost, func() (n int, err error) {
		err = a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = rollup.Fold(ctx, tx)
			return err
		})
		return n, err
	})
}

func (a *App) foldPaths(ctx context.Context) error {
	return again(insight.FoldPathsAtMost, func() (int, error) { return insight.FoldPaths(ctx, a.Run) })
}

// score keeps what enquiries are worth, and their scores; where something is measured, nothing is learned beside it.
func (a *App) score(ctx context.Context) error {
	if err := sales.DueWorth(ctx, a.Run); err != nil {
		return err
	}
	if a.Unlimited {
		return sales.ScoreOpen(ctx, a.Run)
	}
	return sales.DueScores(ctx, a.Run)
}

func (a *App) settleTerms(ctx context.Context) error { return a.DB.Write(ctx, people.SettleTerms) }

// again repeats a step that takes at most a number of rows until it took fewer.
func again(most int, step func() (int, error)) error {
	for {
		n, err := step()
		if err != nil || n < most {
			return err
		}
	}
}

func (a *App) forget(ctx context.Context) error {
	return a.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM idempotency WHERE at < ?", tx.Now.Add(-keysKept)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM undos WHERE at < ?", tx.Now.Add(-op.UndoTime)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM sessions WHERE expires_at < ?", tx.Now); err != nil {
			return err
		}
		if err := rollout.ForgetPages(ctx, tx); err != nil {
			return err
		}
		if err := attach.Forget(ctx, tx); err != nil {
			return err
		}
		return organization.ForgetDelays(ctx, tx)
	})
}

// Settle seals, folds and settles everything that is open: after an import or a simulation.
func (a *App) Settle(ctx context.Context) error {
	return errors.Join(a.seal(ctx), a.fold(ctx), a.foldPaths(ctx), a.settleTerms(ctx))
}
