package insight

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// Params choose a report.
type Params struct {
	From    bizdate.Date `json:"from"`
	Until   bizdate.Date `json:"to"`
	Centers []id.ID      `json:"center,omitempty"`
	By      string       `json:"by"`               // dimension of the rows: center, consultant, channel, day, campaign, format, month
	Model   Model        `json:"model,omitempty"`  // of attribution (MKT-4)
	Basis   Basis        `json:"basis,omitempty"`  // of the funnel: by the date of the step, or of the entry (SAL-9)
	Metric  string       `json:"metric,omitempty"` // of the targets (SAL-14)
	Owned   bool         `json:"-"`                // counts by who has the records now
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
	Trend      []Trend // main figures by day, for the charts
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
	Young bool     // still inside the usual time to sign (MKT-5): more may come of it
	Fair  Fair     // of the comparison of consultants (SAL-11)
	ripe  []Figure // as Cells, of those whose usual time to sign is over: what a conclusion rests on

	Promoted *Promoted // of the report of promotions (SAL-8)
}

// Figure is one number; None stands for a quotient without a denominator.
type Figure struct {
	V         float64
	None      bool
	Low, High float64 // interval, where one is known
	N         int64   // cases that it rests on
	Thin      bool    // too few cases to say; then None
	Better    int     // beyond chance better (1) or worse (-1) than what it is compared with
	Ranged    bool    // its interval is said with it
}

// Trend is a metric by day: the last weeks up to the report's day, or its span.
type Trend struct {
	Metric string
	From   bizdate.Date
	Values []float64 // of the days from From on
}

// definition is a report by name.
type definition struct {
	metrics []string
	by      []string // dimensions that its rows may have, the first by default
	daily   bool
	main    []string                                                                     // metrics that its conclusion compares
	trend   []string                                                                     // metrics that are drawn by day
	targets bool                                                                         // of a chosen metric, by whole months
	models  bool                                                                         // counts by attribution
	longest bizdate.Date                                                                 // the longest span; that of a daily report if zero
	records func(ctx context.Context, tx *op.Tx, r *Report) error                        // of a report that counts records by attribution, not roll-ups
	right   string                                                                       // that it needs besides report:read
	sums    bool                                                                         // its cases are the records of roll-ups, of which the store gives a page
	cases   func(ctx context.Context, tx *op.Tx, r *Report, w wanted) ([]Counted, error) // behind a cell (OpenFigure)
}

var definitions = map[string]definition{
	"daily-sales": {
		metrics: []string{
			"leads", "first_contact_minutes", "appointments", "no_shows", "visits", "show_rate", "contracts_new", "contracts_renewal", "visits_per_contract", "contract_amount",
			"average_contract", "cash_in", "cash_in_new", "cash_in_renewal", "cash_in_other",
		},
		by:    []string{"center", "region", "consultant", "channel", "kind", "promotion", "day"},
		daily: true,
		main:  []string{"leads", "visits", "contracts", "cash_in"},
		trend: []string{"cash_in", "visits"},
		sums:  true,
		cases: casesOfSums,
	},
	"campaigns":    {metrics: returns, by: []string{"campaign", "format", "channel", "center", "region", "kind", "month"}, models: true, longest: 1_100, records: campaignReturns, cases: casesOfReturns},
	"channels":     {metrics: returns, by: []string{"channel", "center", "region", "kind", "month"}, models: true, longest: 1_100, records: campaignReturns, cases: casesOfReturns},
	"targets":      {metrics: targetMetrics, by: []string{"center", "region", "consultant", "month"}, targets: true, sums: true, longest: 1_100, records: targetReport, cases: casesOfSums},
	ReferralReport: {metrics: referralMetrics, by: []string{"center", "region", "consultant", "referrer", "kind", "month"}, longest: 1_100, records: referralReport, cases: casesOfReferrals},
	"consultants":  {metrics: fairMetrics, by: []string{"consultant"}, longest: 1_100, records: fairReport, cases: casesOfFair},
	"funnel":       {metrics: funnelMetrics, by: []string{"channel", "campaign", "consultant", "center", "region", "course", "kind", "promotion", "month"}, longest: 1_100, records: funnel, cases: casesOfFunnel},
	"promotions":   {metrics: promotionMetrics, by: []string{"promotion"}, longest: 1_100, records: promotionReport, cases: casesOfPromotions, right: "promotion:read"},
}

// returns are the columns of what campaigns and channels brought for what they cost (MKT-5).
var returns = []string{"leads", "qualified", "appointments", "visits", "contracts_new", "contract_amount", "cash_in", "campaign_cost", "cost_per_lead", "cost_per_visit", "cost_per_contract", "return_ratio"}

// Names lists the reports.
func Names() []string {
	var out []string
	for name := range definitions {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// NamesFor lists the reports that a viewer may see.
func NamesFor(v *policy.Viewer) []string {
	return slices.DeleteFunc(Names(), func(name string) bool { return !definitions[name].open(v) })
}

// RightsFor lists the rights that a report needs.
func RightsFor(name string) []string { return definitions[name].rights() }

func (d definition) rights() []string {
	if d.right == "" {
		return []string{"report:read"}
	}
	return []string{"report:read", d.right}
}

func (d definition) open(v *policy.Viewer) bool {
	return !slices.ContainsFunc(d.rights(), func(right string) bool { return !v.May(right) })
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
	if !d.open(tx.Viewer) {
		return Report{}, problem.Forbidden(d.right)
	}
	p, err := settle(ctx, tx, d, p)
	if err != nil {
		return Report{}, err
	}
	metrics := d.columnsOf(name, p.By)
	r := Report{Name: name, Params: p, Generated: tx.Now, Columns: make([]Column, 1, len(metrics)+1)}
	r.Columns[0].Key = p.By
	for _, m := range metrics {
		metric, _ := MetricByID(m)
		r.Columns = append(r.Columns, Column{Key: metric.Key(), Metric: m, Unit: metric.Unit})
	}
	if r.shared() {
		return r, signedReport(ctx, tx, &r, d)
	}
	if d.records != nil {
		return r, d.records(ctx, tx, &r)
	}
	g, err := gather(ctx, tx, d, p)
	if err != nil {
		return Report{}, err
	}
	r.Conclusion = conclude(d, p, g)
	r.fill(tx, d, g.rows)
	r.Trend = g.trends(d, p)
	return r, nil
}

func settle(ctx context.Context, tx *op.Tx, d definition, p Params) (Params, error) {
	var bad problem.Invalid
	if p.By == "" {
		p.By = d.rowsFor(tx.Viewer)[0]
	}
	if by := d.rowsFor(tx.Viewer); !slices.Contains(by, p.By) {
		bad.Add("by", "not-one-of", p.By, "list", strings.Join(by, ", "))
	}
	seen := organization.Of(tx).Centers(tx.Viewer)
	for _, c := range p.Centers {
		if !slices.ContainsFunc(seen, func(s organization.Center) bool { return s.ID == c }) {
			return p, problem.NotFound("center")
		}
	}
	if d.models {
		if p.Model == "" {
			p.Model = Models[0]
		}
		if !slices.Contains(Models, p.Model) {
			bad.Add("model", "not-one-of", p.Model, "list", "first, last, linear, position")
		}
	}
	p.settleBasis(d, &bad)
	p.settleMetric(d, tx.Today(tx.Viewer.Center), &bad)
	if !d.daily && p.From.IsZero() && p.Until.IsZero() { // the last twelve months
		p.Until = tx.Today(tx.Viewer.Center)
		p.From = p.Until.MonthStart().AddMonths(-11)
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
	case p.Until-p.From > max(d.longest, longest):
		bad.Add("to", "span-too-long", p.Until, "most", int(max(d.longest, longest)))
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

// fill adds the rows: each center of the viewer or of those asked for and each day, with or without figures; of other dimensions the
// values that occur.
func (r *Report) fill(tx *op.Tx, d definition, cells Cells) {
	switch r.Params.By {
	case "region":
		dims := dimensionsOf(tx)
		r.values(newPivot(d.metrics, cells, func(c Cell) rowKey { return rowKey{value: named(dims.region(c.Center))} }))
	case "center":
		p := newPivot(d.metrics, cells, func(c Cell) rowKey { return rowKey{center: c.Center} })
		for _, c := range organization.Of(tx).Centers(tx.Viewer) {
			if len(r.Params.Centers) == 0 || slices.Contains(r.Params.Centers, c.ID) {
				r.Rows = append(r.Rows, Row{Value: c.ID.String(), Cells: p.figures(rowKey{center: c.ID})})
			}
		}
		if p.rows[rowKey{}] != nil { // the company's pool
			r.Rows = append(r.Rows, Row{Cells: p.figures(rowKey{})})
		}
		r.Totals = Row{Cells: p.of(p.total)}
	case "day":
		p := newPivot(d.metrics, cells, func(c Cell) rowKey { return rowKey{day: c.Day} })
		for day := r.Params.From; day <= r.Params.Until; day++ {
			r.Rows = append(r.Rows, Row{Value: day.String(), Day: day, Cells: p.figures(rowKey{day: day})})
		}
		r.Totals = Row{Cells: p.of(p.total)}
	default:
		r.values(newPivot(d.metrics, cells, func(c Cell) rowKey { return rowKey{value: c.Value} }))
	}
}

// values adds the rows of those values that occur.
func (r *Report) values(p *pivot) {
	values := make([]string, 0, len(p.rows))
	for k := range p.rows {
		values = append(values, k.value)
	}
	slices.Sort(values)
	for _, v := range values {
		r.Rows = append(r.Rows, Row{Value: v, Cells: p.figures(rowKey{value: v})})
	}
	r.Totals = Row{Cells: p.of(p.total)}
}

// DimensionsOf lists the dimensions that a report's rows may have for a viewer.
func DimensionsOf(v *policy.Viewer, name string) []string { return definitions[name].rowsFor(v) }

// rowsFor leaves out dimensions by which a viewer has no figures: the own ones are kept by consultant, not by channel too.
func (d definition) rowsFor(v *policy.Viewer) []string {
	if !v.May("promotion:read") {
		d.by = slices.DeleteFunc(slices.Clone(d.by), func(dim string) bool { return dim == byPromotion })
	}
	if ownOnly(v) && d.targets {
		return []string{"consultant", "month"} // a center's figures are not the own ones
	}
	if !ownOnly(v) || d.records != nil {
		return d.by
	}
	var out []string
	for _, dim := range d.by {
		if dim == "center" || dim == "region" || dim == "consultant" || dim == byPromotion || dim == "day" {
			out = append(out, dim)
		}
	}
	return out
}
