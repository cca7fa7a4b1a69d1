package insightdoor

import (
	"context"
	"math"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
)

// Answer is a report as JSON (contract.md, "Report names").
type Answer struct {
	Report     string           `json:"report"`
	Params     insight.Params   `json:"params"`
	Columns    []AnswerColumn   `json:"columns"`
	Rows       []map[string]any `json:"rows" doc:"objects by column key; a ratio is a number or null"`
	Totals     map[string]any   `json:"totals"`
	Conclusion AnswerConclusion `json:"conclusion"`
	Generated  time.Time        `json:"generated_at"`
}

// AnswerColumn is a column: a dimension or a metric.
type AnswerColumn struct {
	Key    string `json:"key"`
	Title  Both   `json:"title"`
	Unit   string `json:"unit,omitempty"`
	Metric string `json:"metric,omitempty"`
}

// Both is a text in both languages.
type Both struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// AnswerConclusion is what the report means.
type AnswerConclusion struct {
	Both
	Confidence string             `json:"confidence" enum:"none,low,medium,high"`
	Evidence   []insight.Evidence `json:"evidence"`
}

func both(ctx context.Context, text func(ctx context.Context) string) Both {
	return Both{ZH: text(i18n.WithLang(ctx, i18n.ZH)), EN: text(i18n.WithLang(ctx, i18n.EN))}
}

// answer writes a report for programs.
func (v view) answer(ctx context.Context) Answer {
	r := v.report
	a := Answer{
		Report: r.Name, Params: r.Params, Rows: []map[string]any{}, Generated: r.Generated,
		Conclusion: AnswerConclusion{
			Both:       both(ctx, func(ctx context.Context) string { return v.conclusion(ctx) }),
			Confidence: r.Conclusion.Confidence, Evidence: r.Conclusion.Evidence,
		},
	}
	if a.Conclusion.Evidence == nil {
		a.Conclusion.Evidence = []insight.Evidence{}
	}
	for i, c := range r.Columns {
		key := "metric." + c.Metric
		if i == 0 {
			key = "dimension." + c.Key
		}
		a.Columns = append(a.Columns, AnswerColumn{Key: c.Key, Unit: c.Unit, Metric: c.Metric, Title: both(ctx, func(ctx context.Context) string { return i18n.T(ctx, key) })})
	}
	for _, row := range r.Rows {
		m := cells(r, row)
		m[r.Columns[0].Key] = row.Value
		if row.Young {
			m["immature"] = true
		}
		if r.Params.Owned && row.Value != "" {
			fairCells(m, r, row)
		}
		if row.Promoted != nil {
			promotedCells(m, row.Promoted.Effect)
		}
		a.Rows = append(a.Rows, m)
	}
	a.Totals = cells(r, r.Totals)
	return a
}

func cells(r insight.Report, row insight.Row) map[string]any {
	m := map[string]any{}
	for i, f := range row.Cells {
		c := r.Columns[i+1]
		switch {
		case f.None:
			m[c.Key] = nil
		case c.Unit == "%" || c.Unit == "ratio" || c.Unit == "min" || c.Unit == "days":
			m[c.Key] = f.V
		case c.Unit == "n" && f.V != math.Trunc(f.V): // a part of a case, by attribution
			m[c.Key] = f.V
		default:
			m[c.Key] = int64(f.V + 0.5*sign(f.V))
		}
	}
	return m
}

func sign(v float64) float64 {
	if v < 0 {
		return -1
	}
	return 1
}

// fairCells adds what a comparison says of a row: intervals, strengths, and the step to coach.
func fairCells(m map[string]any, r insight.Report, row insight.Row) {
	for i, f := range row.Cells {
		if c := r.Columns[i+1]; c.Unit == "%" && f.N > 0 && !f.None {
			m[c.Key+"_low"], m[c.Key+"_high"], m[c.Key+"_n"] = f.Low, f.High, f.N
		}
	}
	m["thin"], m["strengths"], m["coach"] = row.Fair.Thin(), append([]string{}, row.Fair.Strong...), row.Fair.Coach
}
