package sim

import (
	"context"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
)

const (
	aimBack     = 3         // months that a target looks back on
	aimMore     = 105       // per cent of their mean
	aimAmount   = 6_000_000 // fen a consultant in a month, where there are none
	aimCount    = 6         // contracts likewise
	aimRound    = 100_000   // fen
	aimOfCenter = 110       // per cent of its consultants' targets
)

// aims lets the supervisor set the targets of the month's contracts for the consultants, by what they signed in the months before, and the
// principal that of the center, once a month.
func (a *agenda) aims(ctx context.Context, tx *op.Tx) error {
	month := a.day.MonthStart()
	known, err := sales.Targets(ctx, tx, sales.TargetFilter{From: month, Until: month, Centers: []id.ID{a.place.center}})
	if err != nil || len(known) > 0 {
		return err
	}
	ask := insight.Ask{Metrics: []string{"contract_amount", "contracts"}, From: month.AddMonths(-aimBack), Until: month - 1, Centers: []id.ID{a.place.center}, Dim: "consultant"}
	cells, err := insight.Figures(ctx, tx, ask)
	if err != nil {
		return err
	}
	amounts, counts := a.aim(cells, "contract_amount", aimAmount, aimRound), a.aim(cells, "contracts", aimCount, 1)
	boss := a.l.dir.Holders("supervisor", a.place.center)
	head := a.l.dir.Holders("principal", a.place.center)
	if len(boss) == 0 || len(head) == 0 {
		return nil // nobody sets targets here
	}
	a.at(a.minute(20), func(ctx context.Context) error {
		for _, in := range []sales.SetTargetsInput{amounts, counts} {
			if _, err := sales.SetTargets.Run(a.l.as(ctx, boss[0].ID), a.l.run, in); err != nil {
				return err
			}
			if _, err := sales.SetTargets.Run(a.l.as(ctx, head[0].ID), a.l.run, ofCenter(in)); err != nil {
				return err
			}
			a.l.Clock.Set(a.l.Clock.Now().Add(time.Minute))
		}
		return nil
	})
	return nil
}

// aim is a little more than the mean of the months before, for each consultant.
func (a *agenda) aim(cells insight.Cells, metric string, usual, round int64) sales.SetTargetsInput {
	in := sales.SetTargetsInput{Metric: metric}
	for _, c := range a.place.consultants {
		sum := cells.Sum(metric, func(cell insight.Cell) bool { return cell.Value == c.String() })
		value := sum * aimMore / aimBack / 100 / round * round
		if a.day.MonthStart().AddMonths(-aimBack) < a.l.Start() || value == 0 {
			value = usual
		}
		in.Targets = append(in.Targets, sales.TargetInput{Center: a.place.center, Staff: c, Month: a.day, Value: &value})
	}
	return in
}

// ofCenter is the center's own target: somewhat more than its consultants' together.
func ofCenter(in sales.SetTargetsInput) sales.SetTargetsInput {
	var sum int64
	for _, c := range in.Targets {
		sum += *c.Value
	}
	sum = sum * aimOfCenter / 100
	return sales.SetTargetsInput{Metric: in.Metric, Targets: []sales.TargetInput{{Center: in.Targets[0].Center, Month: in.Targets[0].Month, Value: &sum}}}
}
