package insight

import (
	"context"
	"math"
	"slices"

	"zhike/internal/kernel/bizdate"
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

// funnelMetrics are the columns of the funnel: counts, n : 1 ratios, and median days between the steps.
var funnelMetrics = []string{
	"leads", "appointments", "visits_new", "contracts_new", "leads_per_appointment", "appointments_per_visit", "visits_per_contract", "leads_per_contract", "days_to_appointment",
	"days_appointment_to_visit", "days_visit_to_contract", "days_to_contract",
}

// between are the steps whose days apart the funnel gives: each with the next one, and the whole way.
var between = [...][2]int{{StepLead, StepAppointment}, {StepAppointment, StepVisit}, {StepVisit, StepContract}, {StepLead, StepContract}}

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
	n    [4]float64              // leads, appointments, visits, contracts
	ripe [4]float64              // of those whose usual time to sign is over
	days [len(between)][]float64 // between steps
	last bizdate.Date            // of entry
}

// plus adds a row to another one.
func (f *funneled) plus(o *funneled) {
	for i := range f.n {
		f.n[i], f.ripe[i] = f.n[i]+o.n[i], f.ripe[i]+o.ripe[i]
	}
	for i := range f.days {
		f.days[i] = append(f.days[i], o.days[i]...)
	}
	f.last = max(f.last, o.last)
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
	if by := r.Params.By; ownOnly(tx.Viewer) && by != "consultant" && by != "center" && by != "region" && by != "month" {
		r.Params.Basis = ByCohort // own figures are kept by consultant only; the own records tell the rest
	}
	mature, usual := bizdate.Date(math.MaxInt32), bizdate.Date(0)
	if r.Params.Basis == ByCohort {
		usual, err = cohortFunnel(ctx, tx, r.Params, at)
		mature = tx.Today(tx.Viewer.Center) - usual
	} else if err = stepFunnel(ctx, tx, r.Params, at); err == nil {
		err = stepDays(ctx, tx, r.Params, at)
	}
	if err != nil {
		return err
	}
	r.funnel(rows, mature)
	r.Conclusion = concludeFunnel(r.Rows, usual)
	return nil
}

// funnel writes the rows and the totals.
func (r *Report) funnel(rows map[string]*funneled, mature bizdate.Date) {
	var total funneled
	for i := range total.days {
		n := 0
		for _, row := range rows {
			n += len(row.days[i])
		}
		total.days[i] = make([]float64, 0, n)
	}
	for _, k := range sortedRows(rows) {
		row := rows[k]
		ripe := row.n
		if r.Params.Basis == ByCohort {
			ripe = row.ripe
		}
		r.Rows = append(r.Rows, Row{Value: k, Cells: row.figures(), Young: row.last > mature, ripe: funneled{n: ripe}.figures()})
		total.plus(row)
	}
	r.Totals = Row{Cells: total.figures(), Young: total.last > mature}
}

// funnelSums are the roll-ups of the steps, in their order.
var funnelSums = []string{"leads", "appointments", "visits_new", "contracts_new"}

func stepFunnel(ctx context.Context, tx *op.Tx, p Params, at func(string) *funneled) error {
	ask := Ask{Metrics: funnelSums, From: p.From, Until: p.Until, Centers: p.Centers, Dim: p.By, Whole: p.By != "center" && p.By != "region"}
	switch p.By {
	case "month":
		ask.Dim, ask.By = "", "month"
	case "center", "region":
		ask.Dim = ""
	}
	cells, err := Figures(ctx, tx, ask)
	if err != nil {
		return err
	}
	dims := dimensionsOf(tx)
	for _, c := range cells {
		key := c.Value
		switch p.By {
		case "month":
			key = c.Day.String()
		case "center":
			key = named(c.Center)
		case "region":
			key = named(dims.region(c.Center))
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

// cohortFunnel counts what became of those entered in the span, and gives the usual time to sign.
func cohortFunnel(ctx context.Context, tx *op.Tx, p Params, at func(string) *funneled) (usual bizdate.Date, err error) {
	recent := tx.Today(tx.Viewer.Center) - usualSpan
	times, in := map[int64]int64{}, newEntrants(tx, p)
	rows := newPathRows(in, func(key string) *tallied { return &tallied{at(key), p.From, make([][4]int32, p.Until-p.From+1)} })
	err = eachPath(ctx, tx, min(p.From, recent), func(e *path) {
		if !in.scope(e) {
			return
		}
		if e.day >= recent {
			for _, day := range e.signed {
				times[int64(day-e.day)]++
			}
		}
		if in.span(e) {
			rows.of(e, e.day).add(e)
		}
	})
	usual = usualTime(times, usualOr)
	for _, row := range rows.rows {
		row.ripen(tx.Today(tx.Viewer.Center) - usual)
	}
	return usual, err
}

// tallied is a row with its counts by day of entry: which of them are past the usual time to sign is known at the end.
type tallied struct {
	*funneled
	from  bizdate.Date
	byDay [][4]int32 // from then on, to the end of the span
}

// ripen counts those who entered up to a day.
func (t *tallied) ripen(mature bizdate.Date) {
	for i, n := range t.byDay {
		if t.from+bizdate.Date(i) > mature {
			break
		}
		for i := range n {
			t.ripe[i] += float64(n[i])
		}
	}
}

// stepDays adds to the rows how long after the step before it each step of the span came, whenever the prospect entered.
func stepDays(ctx context.Context, tx *op.Tx, p Params, at func(string) *funneled) error {
	in := newEntrants(tx, p)
	rows := newPathRows(in, at)
	return in.eachStep(ctx, tx, func(e *path, pair int, day bizdate.Date, days float64) {
		row := rows.of(e, day)
		row.days[pair] = append(row.days[pair], days)
	})
}

// reached counts a prospect at each stage of the funnel: lead, appointment, visit, contract. A step that was skipped counts as reached with a later
// one: who walks in has come without an appointment.
func (j journey) reached() (n [4]float64) {
	n[0] = 1
	later := false
	for i, step := range []int{StepContract, StepVisit, StepAppointment} {
		if later = later || !j.at[step].IsZero(); later {
			n[len(n)-1-i] = 1
		}
	}
	return n
}

// add counts a path.
func (t *tallied) add(p *path) {
	sum := &t.byDay[p.day-t.from]
	for i, n := range p.stages() {
		t.n[i] += n
		sum[i] += int32(n)
	}
	t.last = max(t.last, p.day)
	for i := range between {
		if days, ok := p.apart(i); ok {
			t.days[i] = append(t.days[i], days)
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
		fig := Figure{None: len(days) == 0, N: int64(len(days))}
		if !fig.None {
			fig.V = stat.MedianInPlace(days) // of a row nothing but their order changes
		}
		out = append(out, fig)
	}
	return out
}

// The columns of the funnel that its conclusion reads.
const atLeads, atSigned = 0, 3

// concludeFunnel names the rows that sign best and worst of their leads, where their intervals (Wilson 1927, as wide as so many rows need: Bonferroni)
// lie apart; noise is called noise. It looks at those only whose usual time to sign, in days, is over.
func concludeFunnel(rows []Row, usual bizdate.Date) Conclusion {
	c := Conclusion{Confidence: "none"}
	var sure []Row
	var leads, signed, young float64
	for _, r := range rows {
		n, k := r.ripe[atLeads].V, r.ripe[atSigned].V
		leads, signed, young = leads+n, signed+k, young+r.Cells[atLeads].V-n
		if n >= fewCases && k <= n && r.Value != "" {
			sure = append(sure, r)
		}
	}
	var best, worst Evidence
	for _, r := range sure {
		n, k := int64(r.ripe[atLeads].V), int64(r.ripe[atSigned].V)
		low, high := stat.WilsonAmong(k, n, len(sure))
		e := Evidence{Metric: "lead_signing_rate", Row: r.Value, Value: float64(k) / float64(n), Baseline: quotient(signed, leads), N: int(n), Low: low, High: high}
		c.Evidence = append(c.Evidence, e)
		if best.N == 0 || e.Value > best.Value {
			best = e
		}
		if worst.N == 0 || e.Value < worst.Value {
			worst = e
		}
	}
	switch {
	case leads == 0 && young > 0:
		c.Sentences = []Sentence{{Code: "funnel-young", Value: float64(usual)}}
		return c
	case len(sure) < 2:
		c.Sentences = []Sentence{{Code: "funnel-thin", Value: float64(fewCases)}}
	case best.Low <= worst.High:
		c.Sentences, c.Confidence = []Sentence{{Code: "funnel-alike", Value: float64(len(sure))}}, "low"
	default:
		c.Sentences = []Sentence{
			{Code: "funnel-best", Metric: "lead_signing_rate", Row: best.Row, Value: best.Value, Low: best.Low, High: best.High},
			{Code: "funnel-worst", Metric: "lead_signing_rate", Row: worst.Row, Value: worst.Value, Low: worst.Low, High: worst.High},
		}
		c.Confidence = "medium"
	}
	if young > 0 {
		c.Sentences = append(c.Sentences, Sentence{Code: "ripe-only", Value: float64(usual)})
	}
	return c
}
