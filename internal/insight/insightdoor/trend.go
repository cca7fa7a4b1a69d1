package insightdoor

import (
	"context"
	"slices"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/web"
	"zhike/internal/web/chart"
)

// Widths of a chart, in CSS pixels: chartWidth keeps its texts readable on a phone and in a mail, where it shrinks a little; wideWidth is
// half of a report's panel.
const (
	chartWidth = 380
	wideWidth  = 500
)

// trends draws the main figures of a report by day: the same drawings for page, mail and PDF (INS-12).
func trends(ctx context.Context, r insight.Report, width float64) []chart.Line {
	var out []chart.Line
	for _, t := range r.Trend {
		m, _ := insight.MetricByID(t.Metric)
		name := i18n.T(ctx, "metric."+t.Metric)
		word := func(v float64) string { return value(ctx, m.Unit, insight.Figure{V: v}) }
		line := chart.Line{
			Head:     chart.Head{Title: i18n.T(ctx, "insight.per-day", "metric", name), Of: i18n.T(ctx, "dimension.day"), Value: name, Width: width, Format: shortly(ctx, m)},
			Series:   []chart.Series{{Name: name, Values: t.Values}},
			FromZero: true,
		}
		var sum float64
		for i, v := range t.Values {
			sum += v
			day := t.From + bizdate.Date(i)
			line.Labels = append(line.Labels, i18n.DateShort(ctx, day))
			line.Series[0].Hrefs = append(line.Series[0].Hrefs, listLink(ctx, insight.Column{Metric: t.Metric}, insight.Params{From: day, Until: day, Centers: r.Params.Centers}, insight.Row{}))
		}
		if n := len(t.Values); n > 0 {
			most := slices.Max(t.Values)
			line.Alt = i18n.T(ctx, "insight.trend-alt", "metric", name, "period", period(ctx, insight.Params{From: t.From, Until: t.From + bizdate.Date(n-1)}),
				"sum", word(sum), "most", word(most), "day", i18n.Date(ctx, t.From+bizdate.Date(slices.Index(t.Values, most)), web.Today(ctx)), "last", word(t.Values[n-1]))
		}
		out = append(out, line)
	}
	return out
}
