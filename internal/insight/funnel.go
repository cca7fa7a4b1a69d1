package insight

import (
	"context"
	"math"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/stat"
)

// Basis says on which date the funnel counts a step (SAL-9).
type Basis string

// The bases of the funnel.
const (
	ByStep   Basis = "step"   // each step on its own date: what happened in the span
	ByCohort Basis = "cohort" // each step on the date of entry: what became of those entered in the span
)

// Bases lists them; the first one holds where none is chosen.
var Bases = []Basis{ByStep, ByCohort}

// funnelMetrics are the columns of the funnel: counts, n : 1 ratios, and median days from the entry, which only a cohort has.
var funnelMetrics = []string{
	"leads", "appointments", "visits_new", "contracts_new", "leads_per_appointment", "appointments_per_visit", "visits_per_contract", "leads_per_contract", "days_to_appointment", "days_to_visit",
	"days_to_contract",
}

// settleBasis chooses and checks the basis of a funnel.
func (p *Params) settleBasis(d definition, bad *problem.Invalid) {
	if !slices.Equal(d.metrics, funnelMetrics) {
		return
	}
	if p.Basis == "" {
		p.Basis = Bases[0]
	}
	if !slices.Contains(Bases, p.Basis) {
		bad.Add("basis", "not-one-of", string(p.Basis), "list", "step, cohort")
	}
}

// funneled is a row of the funnel.
type funneled struct {
	n    [4]float64   // leads, appointments, visits, contracts
	days [3][]float64 // to appointment, visit, contract
	last bizdate.Date // of entry
}

// funnel fills the report of conversion figures (SAL-9): by the date of the step from the roll-ups, by the date of entry from the records.
func funnel(ctx context.Context, tx *op.Tx, r *Report) (err error) {
	rows := map[string]*funneled{}
	at := func(key string) *funneled {
		if rows[key] == nil {
			rows[key] = &funneled{}
		}
		return rows[key]
	}
	if by := r.Params.By; ownOnly(tx.Viewer) && by != "consultant" && by != "center" && by != "month" {
		r.Params.Basis = ByCohort // own figures are kept by consultant only; the own records tell the rest
	}
	mature := bizdate.Date(math.MaxInt32)
	if r.Params.Basis == ByCohort {
		var usual bizdate.Date
		usual, err = cohortFunnel(ctx, tx, r.Params, at)
		mature = tx.Today(tx.Viewer.Center) - usual
	} else {
		err = stepFunnel(ctx, tx, r.Params, at)
	}
	if err != nil {
		return err
	}
	if r.Params.Basis == ByStep { // who did a step in the span may have entered long before it
		r.Columns = r.Columns[:len(r.Columns)-len(funneled{}.days)]
	}
	var total funneled
	keys := make([]string, 0, len(rows))
	for k := range rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if i := slices.Index(keys, ""); i >= 0 { // none comes last
		keys = append(slices.Delete(keys, i, i+1), "")
	}
	for _, k := range keys {
		row := rows[k]
		r.Rows = append(r.Rows, Row{Value: k, Cells: row.figures()[:len(r.Columns)-1], Young: row.last > mature})
		for i := range row.n {
			total.n[i] += row.n[i]
		}
		for i := range row.days {
			total.days[i] = append(total.days[i], row.days[i]...)
		}
		total.last = max(total.last, row.last)
	}
	r.Totals = Row{Cells: total.figures()[:len(r.Columns)-1], Young: total.last > mature}
	r.Conclusion = concludeFunnel(r.Rows)
	return nil
}

// funnelSums are the roll-ups of the steps, in their order.
var funnelSums = []string{"leads", "appointments", "visits_new", "contracts_new"}

func stepFunnel(ctx context.Context, tx *op.Tx, p Params, at func(string) *funneled) error {
	ask := Ask{Metrics: funnelSums, From: p.From, Until: p.Until, Centers: p.Centers, Dim: p.By, Whole: p.By != "center"}
	switch p.By {
	case "month":
		ask.Dim, ask.By = "", "month"
	case "center":
		ask.Dim = ""
	}
	cells, err := Figures(ctx, tx, ask)
	if err != nil {
		return err
	}
	for _, c := range cells {
		key := c.Value
		switch p.By {
		case "month":
			key = c.Day.String()
		case "center":
			key = named(c.Center)
		}
		at(key).n[slices.Index(funnelSums, c.Metric)] += float64(c.N)
	}
	if p.By != "campaign" {
		return nil
	}
	ask.Dim = "" // what no campaign brought is the sum less what campaigns did
	all, err := Figures(ctx, tx, ask)
	if err != nil {
		return err
	}
	for i, m := range funnelSums {
		at("").n[i] = float64(all.Sum(m, nil) - cells.Sum(m, nil))
	}
	return nil
}

// cohortFunnel counts what became of those entered in the span, and gives the usual time to sign. A step that was skipped counts as reached
// with a later one: who walks in has come without an appointment.
func cohortFunnel(ctx context.Context, tx *op.Tx, p Params, at func(string) *funneled) (usual bizdate.Date, err error) {
	seen := tx.Viewer.Scope("report:read")
	recent := tx.Today(tx.Viewer.Center) - usualSpan
	times, rows := map[int64]int64{}, map[funnelKey]*funneled{}
	err = eachPath(ctx, tx, min(p.From, recent), func(e *path) {
		if !seen.All && !slices.Contains(seen.Centers, e.dims[pathCenter]) && !slices.Contains(seen.Staff, e.dims[pathConsultant]) {
			return
		}
		if e.day >= recent {
			for _, day := range e.signed {
				times[int64(day-e.day)]++
			}
		}
		if !e.fresh || e.day < p.From || e.day > p.Until || len(p.Centers) > 0 && !slices.Contains(p.Centers, e.dims[pathCenter]) {
			return
		}
		key := e.dim(p.By)
		row := rows[key]
		if row == nil {
			row = at(key.String())
			rows[key] = row
		}
		row.add(e)
	})
	return usualTime(times), err
}

// funnelKey is a row of the cohort funnel: the value of a dimension, or a month.
type funnelKey struct {
	value id.ID
	month bizdate.Date
}

// String is the row's value in the report.
func (k funnelKey) String() string {
	if !k.month.IsZero() {
		return k.month.String()
	}
	return named(k.value)
}

// dim is the row of a path.
func (p *path) dim(by string) funnelKey {
	i := slices.Index([]string{pathCenter: "center", pathConsultant: "consultant", pathChannel: "channel", pathCampaign: "campaign", pathCourse: "course"}, by)
	if i < 0 {
		return funnelKey{month: p.day.MonthStart()}
	}
	return funnelKey{value: p.dims[i]}
}

// add counts a path.
func (f *funneled) add(p *path) {
	const day = float64(24 * time.Hour / time.Microsecond)
	f.n[0]++
	f.last = max(f.last, p.day)
	for step := range p.reached {
		for later := step; later < pathSteps; later++ {
			if p.reached[later] {
				f.n[step+1]++
				f.days[step] = append(f.days[step], max(0, float64(p.after[later])/day))
				break
			}
		}
	}
}

// figures are the columns of the funnel.
func (f funneled) figures() []Figure {
	out := make([]Figure, 0, len(funnelMetrics))
	for _, n := range f.n {
		out = append(out, Figure{V: n})
	}
	for _, r := range [][2]int{{0, 1}, {1, 2}, {2, 3}, {0, 3}} {
		fig := Figure{None: f.n[r[1]] == 0, N: int64(f.n[r[1]])}
		if !fig.None {
			fig.V = f.n[r[0]] / f.n[r[1]]
		}
		out = append(out, fig)
	}
	for _, days := range f.days {
		out = append(out, Figure{V: stat.Median(days), None: len(days) == 0, N: int64(len(days))})
	}
	return out
}

// The columns of the funnel that its conclusion reads.
const atLeads, atSigned = 0, 3

// concludeFunnel names the rows that sign best and worst of their leads, where their intervals (Wilson 1927) lie apart; noise is called noise.
func concludeFunnel(rows []Row) Conclusion {
	c := Conclusion{Confidence: "none"}
	var best, worst Evidence
	var leads, signed float64
	for _, r := range rows {
		n, k := int64(r.Cells[atLeads].V), int64(r.Cells[atSigned].V)
		if leads, signed = leads+r.Cells[atLeads].V, signed+r.Cells[atSigned].V; n < fewCases || k > n || r.Young || r.Value == "" {
			continue
		}
		low, high := stat.Wilson(k, n)
		c.Evidence = append(c.Evidence, Evidence{Metric: "lead_signing_rate", Row: r.Value, Value: float64(k) / float64(n), N: int(n), Low: low, High: high})
	}
	for i, e := range c.Evidence {
		c.Evidence[i].Baseline = quotient(signed, leads)
		if best.N == 0 || e.Value > best.Value {
			best = e
		}
		if worst.N == 0 || e.Value < worst.Value {
			worst = e
		}
	}
	switch {
	case len(c.Evidence) < 2:
		c.Sentences = []Sentence{{Code: "funnel-thin", Value: float64(fewCases)}}
	case best.Low <= worst.High:
		c.Sentences, c.Confidence = []Sentence{{Code: "funnel-alike", Value: float64(len(c.Evidence))}}, "low"
	default:
		c.Sentences = []Sentence{
			{Code: "funnel-best", Metric: "lead_signing_rate", Row: best.Row, Value: best.Value, Low: best.Low, High: best.High},
			{Code: "funnel-worst", Metric: "lead_signing_rate", Row: worst.Row, Value: worst.Value, Low: worst.Low, High: worst.High},
		}
		c.Confidence = "medium"
	}
	return c
}
