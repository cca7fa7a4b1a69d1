package insight

import (
	"context"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
)

// Progress is how far a target of the running month is reached, and what is expected by its end (SAL-14).
type Progress struct {
	Metric         string
	Center, Staff  id.ID
	Target, Actual int64
	Outlook        Outlook
}

// Share is how much of the target is reached; nil where it is zero.
func (p Progress) Share() *float64 {
	if p.Target <= 0 {
		return nil
	}
	v := float64(p.Actual) / float64(p.Target)
	return &v
}

// ProgressOf is the progress of a consultant's targets of the running month, over all centers, in the order of sales.TargetMetrics.
func ProgressOf(ctx context.Context, tx *op.Tx, staff id.ID) (out []Progress, err error) {
	today := tx.Today(tx.Viewer.Center)
	goals, err := sales.Targets(ctx, tx, sales.TargetFilter{Staff: staff, From: today, Until: today})
	if err != nil || len(goals) == 0 {
		return nil, err
	}
	ask := paceAsk{dim: "consultant", value: staff.String()}
	for _, m := range sales.TargetMetrics {
		p := Progress{Metric: m.ID, Staff: staff, Target: sales.NoTarget}
		for _, g := range goals {
			if g.Metric == m.ID {
				p.Target = together(p.Target, g.Amount)
			}
		}
		if p.Target != sales.NoTarget {
			out, ask.metrics = append(out, p), append(ask.metrics, m.ID)
		}
	}
	return out, progressed(ctx, tx, out, ask, today, func(paceKey, Progress) bool { return true })
}

// ProgressOfCenters is the progress of the centers' targets of a metric in the running month; a center without one has that of its consultants together,
// and those without any are left out.
func ProgressOfCenters(ctx context.Context, tx *op.Tx, metric string, centers []id.ID) (out []Progress, err error) {
	today := tx.Today(tx.Viewer.Center)
	goals, err := sales.Targets(ctx, tx, sales.TargetFilter{Metric: metric, From: today, Until: today, Centers: centers})
	if err != nil || len(goals) == 0 {
		return nil, err
	}
	month := calendar{months: []span{{first: today.MonthStart()}}}
	aims := map[id.ID]int64{}
	for _, g := range month.aims(goals, false) {
		aims[g.center] = g.amount
	}
	for _, c := range centers {
		if amount, ok := aims[c]; ok {
			out = append(out, Progress{Metric: metric, Center: c, Target: amount})
		}
	}
	ask := paceAsk{metrics: []string{metric}, centers: centers}
	return out, progressed(ctx, tx, out, ask, today, func(k paceKey, p Progress) bool { return k.center == p.Center })
}

// progressed fills in what is there and what is expected, read in one query.
func progressed(ctx context.Context, tx *op.Tx, list []Progress, ask paceAsk, today bizdate.Date, of func(paceKey, Progress) bool) error {
	cal := calendarOf(tx, today, today, ask.centers)
	found, err := cal.series(ctx, tx, ask)
	if err != nil {
		return err
	}
	for i := range list {
		sum := cal.none()
		for k, s := range found {
			if k.metric == list[i].Metric && of(k, list[i]) {
				sum.plus(s)
			}
		}
		m, _ := MetricByID(list[i].Metric)
		list[i].Actual, list[i].Outlook = sum.reached[cal.now], cal.outlook(sum, m.Unit == "n")
	}
	return nil
}
