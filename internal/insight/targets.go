package insight

import (
	"context"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
)

// targetMetrics are the columns of the report of targets; the first stands for the metric that was chosen.
var targetMetrics = []string{"contract_amount", "target", "targets_of_consultants", "target_attainment", "forecast", "forecast_low", "forecast_high", "forecast_attainment"}

// The columns of the report of targets that its conclusion reads.
const atActual, atTarget, atForecast = 0, 1, 4

// settleMetric chooses and checks the metric of the targets, and takes whole months, up to today.
func (p *Params) settleMetric(d definition, today bizdate.Date, bad *problem.Invalid) {
	if !d.targets {
		if p.Metric != "" {
			bad.Add("metric", "not-one-of", p.Metric, "list", "")
		}
		return
	}
	if p.Metric == "" {
		p.Metric = sales.TargetMetrics[0].ID
	}
	if _, ok := sales.TargetMetricByID(p.Metric); !ok {
		names := make([]string, len(sales.TargetMetrics))
		for i, m := range sales.TargetMetrics {
			names[i] = m.ID
		}
		bad.Add("metric", "not-one-of", p.Metric, "list", names)
	}
	if p.From.IsZero() && p.Until.IsZero() {
		return
	}
	if p.Until.IsZero() {
		p.Until = p.From
	}
	if p.From.IsZero() {
		p.From = p.Until
	}
	if p.Until >= p.From {
		p.From = min(p.From, today).MonthStart()
		p.Until = min(max(p.Until, p.From).MonthStart().AddMonths(1)-1, today)
	}
}

// aimed is a row of the report: what was reached by month, and what was to be.
type aimed struct {
	monthly
	target, consultants []int64 // by month; sales.NoTarget for none
}

// targetReport fills the report of targets (SAL-14): what a metric reached in whole months against what was to be reached, and what the running
// month is expected to bring (calendar.outlook). A center without a target of its own has that of its consultants together.
func targetReport(ctx context.Context, tx *op.Tx, r *Report) error {
	p := r.Params
	metric, _ := MetricByID(p.Metric)
	for i := range r.Columns {
		c := &r.Columns[i]
		switch {
		case i == atActual+1:
			*c = Column{Key: metric.Key(), Metric: metric.ID, Unit: metric.Unit}
		case i > 0 && c.Unit != "%" && metric.Unit == "fen":
			c.Key, c.Unit = c.Key+"_fen", "fen"
		}
	}
	cal := calendarOf(tx, p.From, tx.Today(tx.Viewer.Center), p.Centers)
	ask := paceAsk{metrics: []string{p.Metric}, centers: p.Centers}
	if p.By == "consultant" {
		ask.dim = "consultant"
	}
	found, err := cal.series(ctx, tx, ask)
	if err != nil {
		return err
	}
	goals, err := sales.Targets(ctx, tx, sales.TargetFilter{Metric: p.Metric, From: cal.months[0].first, Until: p.Until, Centers: p.Centers})
	if err != nil {
		return err
	}
	rows := map[string]*aimed{}
	total := cal.aimed()
	at := func(key string) *aimed {
		if rows[key] == nil {
			rows[key] = cal.aimed()
		}
		return rows[key]
	}
	dims := dimensionsOf(tx)
	for k, s := range found {
		at(rowOfTarget(dims, p.By, k.center, k.value)).plus(s)
		total.plus(s)
	}
	for _, g := range cal.aims(goals, p.By == "consultant" || ownOnly(tx.Viewer)) {
		for _, row := range []*aimed{at(rowOfTarget(dims, p.By, g.center, named(g.staff))), total} {
			row.aim(g)
		}
	}
	r.aimedRows(cal, rows, total)
	r.concludeTargets(cal)
	return nil
}

func rowOfTarget(dims dimensions, by string, center id.ID, staff string) string {
	switch by {
	case "center":
		return named(center)
	case "region":
		return named(dims.region(center))
	case "consultant":
		if key, err := id.Parse(staff); err != nil || key.IsNone() {
			return ""
		}
		return staff
	}
	return ""
}

func (c calendar) aimed() *aimed {
	none := slices.Repeat([]int64{sales.NoTarget}, len(c.months))
	return &aimed{c.none(), none, slices.Clone(none)}
}

// goal is a target at the place of its month, or the targets of consultants together.
type goal struct {
	at                  int
	center, staff       id.ID
	amount, consultants int64
}

// aims gives the targets by consultant; or by center, each with those of its consultants together, which stand for a missing one.
func (c calendar) aims(list []sales.Target, byStaff bool) (out []goal) {
	type key struct {
		center id.ID
		at     int
	}
	centers := map[key]*goal{}
	for _, t := range list {
		at := c.at(t.Month)
		switch {
		case at < 0:
			continue
		case byStaff:
			if !t.Staff.IsNone() {
				out = append(out, goal{at, t.Center, t.Staff, t.Amount, t.Amount})
			}
			continue
		}
		k := key{t.Center, at}
		if centers[k] == nil {
			centers[k] = &goal{at, t.Center, id.None, sales.NoTarget, sales.NoTarget}
		}
		if t.Staff.IsNone() {
			centers[k].amount = t.Amount
		} else {
			centers[k].consultants = together(centers[k].consultants, t.Amount)
		}
	}
	for _, g := range centers {
		if g.amount == sales.NoTarget {
			g.amount = g.consultants
		}
		out = append(out, *g)
	}
	return out
}

// together adds what may be none.
func together(a, b int64) int64 {
	switch {
	case a == sales.NoTarget:
		return b
	case b == sales.NoTarget:
		return a
	}
	return a + b
}

func (a *aimed) aim(g goal) {
	a.target[g.at] = together(a.target[g.at], g.amount)
	a.consultants[g.at] = together(a.consultants[g.at], g.consultants)
}

// aimedRows writes the rows and the totals.
func (r *Report) aimedRows(cal calendar, rows map[string]*aimed, total *aimed) {
	p := r.Params
	first, last := cal.at(p.From), cal.at(p.Until)
	metric, _ := MetricByID(p.Metric)
	counts := metric.Unit == "n"
	r.Totals = Row{Cells: total.figures(cal, first, last, counts)}
	if p.By == "month" {
		for i := first; i <= last; i++ {
			r.Rows = append(r.Rows, Row{Value: cal.months[i].first.String(), Cells: total.figures(cal, i, i, counts)})
		}
		return
	}
	keys := make([]string, 0, len(rows))
	for k, row := range rows {
		if row.within(first, last) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	if i := slices.Index(keys, ""); i >= 0 { // none comes last
		keys = append(slices.Delete(keys, i, i+1), "")
	}
	for _, k := range keys {
		r.Rows = append(r.Rows, Row{Value: k, Cells: rows[k].figures(cal, first, last, counts)})
	}
}

// within tells whether a row has anything in the months asked for.
func (a *aimed) within(first, last int) bool {
	for i := first; i <= last; i++ {
		if a.total[i] != 0 || a.target[i] != sales.NoTarget {
			return true
		}
	}
	return false
}

// figures are the columns of the report, of some months. Attainment compares the whole target with what is there so far.
func (a *aimed) figures(cal calendar, first, last int, counts bool) []Figure {
	var actual float64
	target, consultants := int64(sales.NoTarget), int64(sales.NoTarget)
	for i := first; i <= last; i++ {
		if i == cal.now {
			actual += float64(a.reached[i]) // up to today, as the lists that it opens
		} else {
			actual += float64(a.total[i])
		}
		target, consultants = together(target, a.target[i]), together(consultants, a.consultants[i])
	}
	goal := func(v int64) Figure { return Figure{V: max(0, float64(v)), None: v == sales.NoTarget} }
	of := func(v float64) Figure {
		if target <= 0 {
			return Figure{None: true}
		}
		return Figure{V: v / float64(target)}
	}
	out := []Figure{{V: actual}, goal(target), goal(consultants), of(actual), {None: true}, {None: true}, {None: true}, {None: true}}
	if last != cal.now {
		return out
	}
	o := cal.outlook(a.monthly, counts)
	if o.Thin {
		for i := atForecast; i < len(out); i++ {
			out[i].Thin = true
		}
		return out
	}
	o.whole(counts)
	before := actual - float64(a.reached[cal.now])
	copy(out[atForecast:], []Figure{{V: before + o.V, Low: before + o.Low, High: before + o.High, N: int64(o.Months)}, {V: before + o.Low}, {V: before + o.High}, of(before + o.V)})
	return out
}

// namedRows is how many rows a conclusion names.
const namedRows = 3

// concludeTargets names who will surely stay below the target, and counts who surely reaches it and who may; of months that are over, who did.
func (r *Report) concludeTargets(cal calendar) {
	c := Conclusion{Confidence: "none"}
	running := cal.at(r.Params.Until) == cal.now
	metric := r.Params.Metric
	var aims, reached, open, thin, below int
	for _, row := range r.Rows {
		actual, target, f := row.Cells[atActual], row.Cells[atTarget], row.Cells[atForecast]
		if target.None || row.Value == "" {
			continue
		}
		aims++
		switch {
		case actual.V >= target.V:
			reached++
		case r.Params.By == "month" && row.Value != cal.months[cal.now].first.String(), !running:
			below++
		case f.Thin:
			thin++
		case f.High < target.V:
			if below++; below <= namedRows {
				c.Sentences = append(c.Sentences, Sentence{Code: "target-missed", Metric: metric, Row: row.Value, Value: target.V, Low: f.Low, High: f.High})
			}
		default:
			open++
		}
		if running && !f.Thin && !f.None {
			c.Evidence = append(c.Evidence, Evidence{Metric: metric, Row: row.Value, Value: f.V, Baseline: target.V, N: int(f.N), Low: f.Low, High: f.High})
		}
	}
	if aims == 0 {
		c.Sentences = []Sentence{{Code: "target-none"}}
		r.Conclusion = c
		return
	}
	c.count("target-reached", reached)
	if !running || r.Params.By == "month" {
		c.count("target-below", below)
	} else {
		c.count("target-more", below-namedRows)
	}
	c.count("target-open", open)
	c.count("target-thin", thin)
	c.Confidence = trust(running, thin, aims)
	r.Conclusion = c
}

// count says how many rows are so; nothing for none.
func (c *Conclusion) count(code string, n int) {
	if n > 0 {
		c.Sentences = append(c.Sentences, Sentence{Code: code, Value: float64(n)})
	}
}

// trust is how sure a conclusion on targets is: what is over is known, a forecast is not, the less of it where history is thin.
func trust(running bool, thin, aims int) string {
	switch {
	case !running:
		return "high"
	case thin == 0:
		return "medium"
	case thin < aims:
		return "low"
	}
	return "none"
}
