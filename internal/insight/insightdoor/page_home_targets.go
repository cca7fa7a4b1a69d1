package insightdoor

import (
	"context"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// goalRows is how many centers' targets a home page shows.
const goalRows = 12

// readGoals reads the centers' targets of the running month (SAL-14).
func (v *managerView) readGoals(ctx context.Context, tx *op.Tx) (err error) {
	if v.Aims = tx.Viewer.May("target:read"); !v.Aims {
		return nil
	}
	keys := make([]id.ID, len(v.Centers))
	for i, c := range v.Centers {
		keys[i] = c.ID
	}
	v.Goals, err = insight.ProgressOfCenters(ctx, tx, sales.TargetMetrics[0].ID, keys)
	return err
}

// goals is what each center is to reach this month, has, and is expected to have at its end; each figure opens its records.
func (v managerView) goals(ctx context.Context) web.Table {
	m, _ := insight.MetricByID(sales.TargetMetrics[0].ID)
	out := web.Table{Caption: i18n.T(ctx, "home.targets"), Plain: true, Columns: []web.Column{
		{Label: i18n.T(ctx, "dimension.center")},
		{Label: i18n.T(ctx, "metric."+m.ID), Num: true},
		{Label: i18n.T(ctx, "metric.target"), Num: true},
		{Label: i18n.T(ctx, "metric.target_attainment"), Num: true},
		{Label: i18n.T(ctx, "home.target-range"), Num: true},
	}}
	params := insight.Params{From: v.Today.MonthStart(), Until: v.Today, By: "center", Metric: m.ID}
	names := map[id.ID]string{}
	for _, c := range v.Centers {
		names[c.ID] = c.Name(string(i18n.LangOf(ctx)))
	}
	for _, g := range v.Goals[:min(goalRows, len(v.Goals))] {
		row, name := insight.Row{Value: g.Center.String()}, names[g.Center]
		out.Rows = append(out.Rows, web.Row{ID: g.Center.String(), Cells: []templ.Component{
			web.Text(name),
			web.Figure{Value: value(ctx, m.Unit, insight.Figure{V: float64(g.Actual)}), Href: listLink(ctx, insight.Column{Metric: m.ID}, params, row), Hidden: name},
			web.Figure{Value: value(ctx, m.Unit, insight.Figure{V: float64(g.Target)}), Href: listLink(ctx, insight.Column{Metric: "target"}, params, row), Hidden: name},
			web.Text(i18n.Percent(ctx, g.Share())), web.Text(expected(ctx, m, g.Outlook)),
		}})
	}
	return out
}

// expected words a forecast by its range; an estimate of money is no finer than its short form.
func expected(ctx context.Context, m insight.Metric, o insight.Outlook) string {
	if o.Thin {
		return i18n.T(ctx, "insight.thin")
	}
	word := shortly(ctx, m)
	return i18n.Range(ctx, word(o.Low), word(o.High))
}

// runningTargets is the report behind it.
func runningTargets(today bizdate.Date) string {
	return "/reports/targets?" + query(insight.Params{From: today.MonthStart(), Until: today, By: "center", Metric: sales.TargetMetrics[0].ID})
}
