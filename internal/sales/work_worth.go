package sales

import (
	"context"
	"fmt"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

const (
	worthDays  = 365 // of the company's own history
	oddsLean   = 10  // enquiries of all stages that each stage's own are mixed with
	fewDecided = 20  // below which nothing is said of odds
)

// DueWorth makes anew each day what the company's own history says where an enquiry has no score or no quote: the share of the enquiries
// that came as far and were signed, and what a contract of a course usually brings (SAL-3). A job runs it every minute.
func DueWorth(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var amounts []contracts.UsualAmount
	var odds []stageOdds
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		today := tx.Today(id.None)
		last, err := op.OneOf[int64](ctx, tx.Unscoped("work of the system"), "SELECT COALESCE(MAX(day), 0) FROM usual_amounts")
		if err != nil || last >= int64(today) {
			return err
		}
		if amounts, err = contracts.UsualAmounts(ctx, tx, today-worthDays); err != nil {
			return err
		}
		odds, err = usualOdds(ctx, tx, today-worthDays)
		return err
	})
	if err != nil || len(amounts) == 0 {
		return err
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		return keepUsual(ctx, tx, tx.Today(id.None), amounts, odds)
	})
}

// stageOdds says of the decided enquiries that came as far as a stage how many were signed.
type stageOdds struct {
	Stage           Stage
	Decided, Signed int64
	Odds            int64 // ten-thousandths, mixed with those of all
}

// usualOdds are the odds by stage of what was decided since a day; none where that is too little.
func usualOdds(ctx context.Context, tx *op.Tx, since bizdate.Date) ([]stageOdds, error) {
	list, err := op.AllOf[struct {
		Reached Stage `db:"reached"`
		Decided int64 `db:"decided"`
		Signed  int64 `db:"signed"`
	}](ctx, tx.Unscoped("shares of the company's enquiries name nobody"),
		`SELECT e.reached, COUNT(*) AS decided, SUM(CASE WHEN e.outcome = 'signed' THEN 1 ELSE 0 END) AS signed
		FROM enquiries e WHERE e.outcome IN ('signed', 'lost') AND e.outcome_day >= ? GROUP BY e.reached`, int64(since))
	if err != nil {
		return nil, fmt.Errorf("read usual odds: %w", err)
	}
	decided, signed := map[Stage]int64{}, map[Stage]int64{}
	for _, row := range list {
		decided[row.Reached], signed[row.Reached] = row.Decided, row.Signed
	}
	return oddsByStage(decided, signed), nil
}

// keepUsual replaces what was known.
func keepUsual(ctx context.Context, tx *op.Tx, today bizdate.Date, amounts []contracts.UsualAmount, odds []stageOdds) error {
	for _, table := range []string{"usual_amounts", "usual_odds"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
			return fmt.Errorf("drop %s: %w", table, err)
		}
	}
	rows := make([][]any, len(amounts))
	for i, a := range amounts {
		rows[i] = []any{a.Course, a.Contracts, int64(a.Amount), int64(today)}
	}
	if err := tx.InsertRows(ctx, "usual_amounts (course, contracts, amount, day)", "", rows); err != nil {
		return fmt.Errorf("keep usual amounts: %w", err)
	}
	rows = make([][]any, len(odds))
	for i, o := range odds {
		rows[i] = []any{string(o.Stage), o.Decided, o.Signed, o.Odds, int64(today)}
	}
	if err := tx.InsertRows(ctx, "usual_odds (stage, decided, signed, odds, day)", "", rows); err != nil {
		return fmt.Errorf("keep usual odds: %w", err)
	}
	return nil
}
