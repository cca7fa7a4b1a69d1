package insight

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// Params choose a report.
type Params struct {
	From    bizdate.Date `json:"from"`
	Until   bizdate.Date `json:"to"`
	Centers []id.ID      `json:"center,omitempty"`
	By      string       `json:"by"` // dimension of the rows: center, consultant, channel, day
}

// Report is a table of figures and what it means (INS-5, contract.md "Report names").
type Report struct {
	Name       string
	Params     Params
	Columns    []Column
	Rows       []Row
	Totals     Row
	Conclusion Conclusion
	Generated  time.Time
	Trend      []Point // the main figure by day, for the chart
}

// Column is a column: a dimension, or a metric of the catalogue.
type Column struct {
	Key    string
	Metric string // "" for the dimension
	Unit   string
}

// Row is a row: the dimension's value and a figure a column.
type Row struct {
	Value string // id or code of the dimension; "" for the totals
	Day   bizdate.Date
	Cells []Figure
}

// Figure is one number; None stands for a quotient without a denominator.
type Figure struct {
	V    float64
	None bool
}

// Point is a day's value.
type Point struct {
	Day bizdate.Date
	V   float64
}

// definition is a report by name.
type definition struct {
	metrics []string
	by      []string // dimensions that its rows may have, the first by default
	daily   bool
	main    []string // metrics that its conclusion compares
}

var definitions = map[string]definition{
	"daily-sales": {
		metrics: []string{
			"leads", "appointments", "no_shows", "visits", "show_rate", "contracts_new", "contracts_renewal", "visits_per_contract", "contract_amount",
			"average_contract", "cash_in", "cash_in_new", "cash_in_renewal", "cash_in_other",
		},
		by:    []string{"center", "consultant", "channel", "day"},
		daily: true,
		main:  []string{"leads", "visits", "contracts", "cash_in"},
	},
}

// Names lists the reports.
func Names() []string {
	var out []string
	for name := range definitions {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// longest is the longest span of a daily report.
const longest = 400

// Make answers a report, cut to what the viewer may see. Refused: unknown report, dimension or center, to before from, too long.
func Make(ctx context.Context, tx *op.Tx, name string, p Params) (Report, error) {
	d, ok := definitions[name]
	if !ok {
		return Report{}, problem.NotFound("report")
	}
	if !tx.Viewer.May("report:read") {
		return Report{}, problem.Forbidden("report:read")
	}
	p, err := settle(ctx, tx, d, p)
	if err != nil {
		return Report{}, err
	}
	dim := p.By
	ask := Ask{Metrics: d.metrics, From: p.From, Until: p.Until, Centers: p.Centers}
	switch dim {
	case "center":
	case "day":
		ask.By = "day"
	default:
		ask.Dim = dim
	}
	cells, err := Figures(ctx, tx, ask)
	if err != nil {
		return Report{}, err
	}
	r := Report{Name: name, Params: p, Generated: tx.Now, Columns: []Column{{Key: dim}}}
	for _, m := range d.metrics {
		metric, _ := MetricByID(m)
		r.Columns = append(r.Columns, Column{Key: metric.Key(), Metric: m, Unit: metric.Unit})
	}
	r.fill(tx, d, cells)
	return r, conclude(ctx, tx, d, &r)
}

func settle(ctx context.Context, tx *op.Tx, d definition, p Params) (Params, error) {
	var bad problem.Invalid
	if p.By == "" {
		p.By = d.by[0]
	}
	if !slices.Contains(d.by, p.By) {
		bad.Add("by", "not-one-of", p.By, "list", strings.Join(d.by, ", "))
	}
	seen := organization.Of(tx).Centers(tx.Viewer)
	for _, c := range p.Centers {
		if !slices.ContainsFunc(seen, func(s organization.Center) bool { return s.ID == c }) {
			return p, problem.NotFound("center")
		}
	}
	if p.From.IsZero() && p.Until.IsZero() {
		last, err := lastDay(ctx, tx)
		if err != nil {
			return p, err
		}
		p.From, p.Until = last, last
	}
	if p.Until.IsZero() {
		p.Until = p.From
	}
	if p.From.IsZero() {
		p.From = p.Until
	}
	switch {
	case p.Until < p.From:
		bad.Add("to", "before-from", p.Until)
	case p.Until-p.From > longest:
		bad.Add("to", "span-too-long", p.Until, "most", longest)
	}
	return p, bad.Err("INS-5")
}

// lastDay is the last business date with an event that a figure counts, up to today.
func lastDay(ctx context.Context, tx *op.Tx) (bizdate.Date, error) {
	today := tx.Today(tx.Viewer.Center)
	day, err := op.One[int64](ctx, tx, `SELECT COALESCE(MAX(day), 0) FROM (
		SELECT MAX(r.day) AS day FROM rollups r WHERE {scope:report r} AND r.grain = 'd' AND r.metric IN ('leads', 'visits', 'contracts', 'cash_in') AND r.day <= ?
		UNION ALL SELECT MAX(r.day) AS day FROM rollup_deltas r WHERE {scope:report r} AND r.metric IN ('leads', 'visits', 'contracts', 'cash_in') AND r.day <= ?) AS days`,
		int64(today), int64(today))
	if err != nil {
		return 0, err
	}
	if day == 0 {
		return today, nil
	}
	return bizdate.Date(day), nil
}

func (r *Report) fill(tx *op.Tx, d definition, cells Cells) {
	figures := func(match func(Cell) bool) []Figure {
		out := make([]Figure, len(d.metrics))
		for i, m := range d.metrics {
			v, ok := cells.Value(m, match)
			out[i] = Figure{V: v, None: !ok}
		}
		return out
	}
	switch r.Params.By {
	case "center":
		for _, c := range organization.Of(tx).Centers(tx.Viewer) {
			if len(r.Params.Centers) == 0 || slices.Contains(r.Params.Centers, c.ID) {
				r.Rows = append(r.Rows, Row{Value: c.ID.String(), Cells: figures(func(x Cell) bool { return x.Center == c.ID })})
			}
		}
		if slices.ContainsFunc(cells, func(x Cell) bool { return x.Center.IsNone() }) {
			r.Rows = append(r.Rows, Row{Cells: figures(func(x Cell) bool { return x.Center.IsNone() })})
		}
	case "day":
		for day := r.Params.From; day <= r.Params.Until; day++ {
			r.Rows = append(r.Rows, Row{Value: day.String(), Day: day, Cells: figures(func(x Cell) bool { return x.Day == day })})
		}
	default:
		for _, v := range cells.values() {
			r.Rows = append(r.Rows, Row{Value: v, Cells: figures(func(x Cell) bool { return x.Value == v })})
		}
	}
	r.Totals = Row{Cells: figures(nil)}
}

func (c Cells) values() []string {
	var out []string
	for _, x := range c {
		if !slices.Contains(out, x.Value) {
			out = append(out, x.Value)
		}
	}
	slices.Sort(out)
	return out
}

// DimensionsOf lists the dimensions that a report's rows may have.
func DimensionsOf(name string) []string { return definitions[name].by }
