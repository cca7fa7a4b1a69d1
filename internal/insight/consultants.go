package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"zhike/internal/kernel/op"
)

// fairMetrics are the columns of the comparison of consultants: what reached each stage, the rate as it is, and the rates with the mix of channels
// of the own centers.
var fairMetrics = []string{
	"leads", "appointments", "visits_new", "contracts_new", "lead_signing_rate", "lead_signing_adjusted", "appointment_adjusted", "visit_adjusted", "contract_adjusted",
}

// adjustedMetrics are the metrics of the steps, in the order of Fair.Steps.
var adjustedMetrics = [fairSteps]string{"appointment_adjusted", "visit_adjusted", "contract_adjusted", "lead_signing_adjusted"}

// StepMetric is the metric of a step.
func StepMetric(code string) string { return adjustedMetrics[max(0, slices.Index(stepCodes[:], code))] }

// fairReport fills the report of consultants (SAL-11): what became of the leads of the span that each has now, counted as the cohort of the funnel
// is, and compared by compare. It ends where leads are still inside the usual time to sign: who got the newest ones would look worst. Rows stand
// in the order of their leads, never of their rates.
func fairReport(ctx context.Context, tx *op.Tx, r *Report) error {
	r.Params.Owned = true
	usual, err := usualDays(ctx, tx, false)
	if err != nil {
		return err
	}
	if mature := tx.Today(tx.Viewer.Center) - usual; r.Params.Until > mature {
		r.Params.Until = mature
	}
	strata := map[string]map[string]cases{}
	if r.Params.Until >= r.Params.From {
		if strata, err = fairCases(ctx, tx, r.Params); err != nil {
			return err
		}
	} else {
		r.Params.From = r.Params.Until
		r.Conclusion = Conclusion{Confidence: "none", Sentences: []Sentence{{Code: "fair-young", Value: float64(usual)}}}
	}
	r.fairRows(strata)
	if len(r.Rows) > 0 || len(r.Conclusion.Sentences) == 0 {
		r.Conclusion = concludeFair(r.Rows)
	}
	return nil
}

// fairCases counts the leads of a span by consultant, center and channel. A step that was skipped counts as reached with a later one.
func fairCases(ctx context.Context, tx *op.Tx, p Params) (map[string]map[string]cases, error) {
	list, _, err := walked(ctx, tx, cohort{from: p.From, until: p.Until, centers: p.Centers})
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]cases{}
	for _, j := range list {
		who := named(j.consultant)
		if out[who] == nil {
			out[who] = map[string]cases{}
		}
		key := named(j.center) + "/" + named(j.channel)
		var c cases
		for i, n := range j.reached() {
			c[i] = int64(n)
		}
		out[who][key] = out[who][key].plus(c)
	}
	return out, nil
}

// stratumCenter is the center of a stratum.
func stratumCenter(key string) string {
	center, _, _ := strings.Cut(key, "/")
	return center
}

// fairRows writes the rows; leads that nobody has are compared with nobody.
func (r *Report) fairRows(strata map[string]map[string]cases) {
	nobody := strata[""]
	delete(strata, "")
	byCenter := map[string][]string{}
	for _, own := range strata {
		for key := range own {
			if c := stratumCenter(key); !slices.Contains(byCenter[c], key) {
				byCenter[c] = append(byCenter[c], key)
			}
		}
	}
	peers := func(who string) (keys []string) {
		seen := map[string]bool{}
		for key := range strata[who] {
			if c := stratumCenter(key); !seen[c] {
				seen[c] = true
				keys = append(keys, byCenter[c]...)
			}
		}
		slices.Sort(keys)
		return keys
	}
	var total cases
	for who, f := range compare(strata, peers) {
		sum := sumOf(strata[who])
		total = total.plus(sum)
		r.Rows = append(r.Rows, Row{Value: who, Cells: fairFigures(sum, f), Fair: *f})
	}
	slices.SortFunc(r.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Cells[0].V, a.Cells[0].V), cmp.Compare(a.Value, b.Value))
	})
	if len(nobody) > 0 {
		sum := sumOf(nobody)
		total = total.plus(sum)
		r.Rows = append(r.Rows, Row{Cells: fairFigures(sum, nil)})
	}
	r.Totals = Row{Cells: fairFigures(total, nil)}
}

func sumOf(own map[string]cases) (sum cases) {
	for n := range maps.Values(own) {
		sum = sum.plus(n)
	}
	return sum
}

// fairFigures are the columns; without a comparison the adjusted rates are none.
func fairFigures(sum cases, f *Fair) []Figure {
	out := make([]Figure, 0, len(fairMetrics))
	for _, n := range sum {
		out = append(out, Figure{V: float64(n)})
	}
	out = append(out, Figure{V: quotient(float64(sum[3]), float64(sum[0])), None: sum[0] == 0})
	for _, step := range []int{fairWhole, 0, 1, 2} {
		if f == nil {
			out = append(out, Figure{None: true})
			continue
		}
		s := f.Steps[step]
		out = append(out, Figure{V: s.Rate, Low: s.Low, High: s.High, N: s.N, None: s.Thin, Thin: s.Thin, Better: s.Better})
	}
	return out
}

// concludeFair names whom to coach in which step, and who is strong in one, beyond chance only; noise is called noise.
func concludeFair(rows []Row) Conclusion {
	c := Conclusion{Confidence: "none"}
	compared, thin := 0, 0
	var coach []Row
	for _, r := range rows {
		switch {
		case r.Value == "":
			continue
		case r.Fair.Thin():
			thin++
			continue
		}
		compared++
		if r.Fair.Coach != "" {
			coach = append(coach, r)
		}
		for i, s := range r.Fair.Steps {
			if s.Better != 0 {
				c.Evidence = append(c.Evidence, Evidence{Metric: adjustedMetrics[i], Row: r.Value, Value: s.Rate, Baseline: s.Usual, N: int(s.N), Low: s.Low, High: s.High})
			}
		}
	}
	slices.SortStableFunc(coach, func(a, b Row) int { return cmp.Compare(b.Fair.Lost, a.Fair.Lost) })
	for _, r := range coach[:min(namedRows, len(coach))] {
		c.Sentences = append(c.Sentences, fairSentence("fair-coach", r, r.Fair.Coach))
	}
	for _, r := range rows {
		for _, code := range r.Fair.Strong {
			if len(c.Sentences) < 2*namedRows {
				c.Sentences = append(c.Sentences, fairSentence("fair-strong", r, code))
			}
		}
	}
	switch {
	case compared == 0:
		c.Sentences = []Sentence{{Code: "fair-none", Value: fairLeast}}
		return c
	case len(c.Sentences) == 0:
		c.Sentences, c.Confidence = []Sentence{{Code: "fair-alike", Value: float64(compared)}}, "low"
	default:
		c.Confidence = "medium"
	}
	if thin > 0 {
		c.Sentences = append(c.Sentences, Sentence{Code: "fair-thin", Value: float64(thin)})
	}
	return c
}

func fairSentence(code string, r Row, step string) Sentence {
	s := r.Fair.Step(step)
	return Sentence{Code: code, Metric: StepMetric(step), Row: r.Value, Value: s.Rate, Low: s.Low, High: s.High, Base: s.Usual, N: s.N}
}
