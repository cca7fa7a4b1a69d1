package insight

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"zhike/internal/kernel/stat"
)

const (
	fairLeast  = 30  // cases of a step under which it is too thin to compare
	fairPrior  = 2.0 // cases at the usual rate that each rate of a channel begins with
	fairSteps  = 4   // the three steps, and all of them together
	fairWhole  = 3   // place of all of them together
	fairChance = 1 - stat.Level
)

// stepCodes are the steps of a comparison, in their order.
var stepCodes = [...]string{"appointment", "visit", "contract"}

// stepEnds are the stages between which each step lies: leads, appointments, visits, contracts.
var stepEnds = [fairSteps][2]int{{0, 1}, {1, 2}, {2, 3}, {0, 3}}

// cases counts what reached each stage: leads, appointments, visits, contracts.
type cases [4]int64

// Fair is what a comparison says of a consultant (SAL-11).
type Fair struct {
	Steps  [fairSteps]FairStep
	Strong []string // steps beyond chance better than usual there
	Coach  string   // the one step to coach: beyond chance worse, and costing most contracts
	Lost   float64  // contracts that the step to coach cost
}

// FairStep is a step as it would be with the mix of channels of the consultant's centers.
type FairStep struct {
	Rate, Low, High float64 // interval that holds for all comparisons at once
	Usual           float64 // of the same centers
	N               int64   // own cases
	Thin            bool    // too few cases, or nobody to compare with
	Better          int     // beyond chance: 1 better, -1 worse
	chance          float64
}

// compare makes consultants comparable that have other channels (SAL-11). strata are their cases by consultant and stratum: a center and a
// channel; peers gives the strata of the centers where a consultant has cases.
//
// Rates are directly standardized: the rate of each stratum counts as often as the stratum has cases at all, whoever has them (Fleiss, Levin and
// Paik, Statistical Methods for Rates and Proportions, ch. 19). A stratum's own rate is drawn to the usual one by two cases, so that a channel
// with one lead does not decide. Whether somebody differs is not read from rates but from the Mantel-Haenszel test over the strata (JNCI 22, 1959),
// with correction of continuity: whoever has the usual rate in every channel is not told apart, whatever the mix. All comparisons of a report
// together err in at most one of twenty reports (Holm, Scandinavian Journal of Statistics 6, 1979); intervals are as wide (Bonferroni).
func compare(strata map[string]map[string]cases, peers func(consultant string) []string) map[string]*Fair {
	all := map[string]cases{}
	out := make(map[string]*Fair, len(strata))
	for who, own := range strata {
		out[who] = &Fair{}
		for key, n := range own {
			all[key] = all[key].plus(n)
		}
	}
	family := 0
	for who, f := range out {
		for step := range f.Steps {
			f.Steps[step] = test(strata[who], all, step)
			if !f.Steps[step].Thin {
				family++
			}
		}
	}
	for who, f := range out {
		for step := range f.Steps {
			f.Steps[step].adjust(strata[who], all, peers(who), step, family)
		}
	}
	judge(out, family)
	for _, f := range out {
		f.name()
	}
	return out
}

func (c cases) plus(o cases) cases {
	for i := range c {
		c[i] += o[i]
	}
	return c
}

// test compares a consultant's successes of a step with what all have in the same strata.
func test(own, all map[string]cases, step int) FairStep {
	from, to := stepEnds[step][0], stepEnds[step][1]
	var s FairStep
	var got, want, spread float64
	for _, key := range slices.Sorted(maps.Keys(own)) { // the same sums in the same order give the same figures
		c := own[key]
		n, k := float64(c[from]), float64(c[to])
		of, ok := float64(all[key][from]), float64(all[key][to])
		s.N += c[from]
		if n == 0 || of < 2 {
			continue
		}
		got, want = got+k, want+n*ok/of
		spread += n * (of - n) * ok * (of - ok) / (of * of * (of - 1))
	}
	if s.N < fairLeast || spread < 1 {
		s.Thin = true
		return s
	}
	z := max(0, math.Abs(got-want)-0.5) / math.Sqrt(spread)
	s.chance = 2 * distuv.UnitNormal.Survival(z)
	s.Better = 1
	if got < want {
		s.Better = -1
	}
	return s
}

// adjust fills in the rate of a step with the mix of all, and its interval.
func (s *FairStep) adjust(own, all map[string]cases, peers []string, step, family int) {
	from, to := stepEnds[step][0], stepEnds[step][1]
	var of, ok float64
	for _, key := range peers {
		of, ok = of+float64(all[key][from]), ok+float64(all[key][to])
	}
	if of == 0 {
		return
	}
	s.Usual = ok / of
	var variance float64
	for _, key := range peers {
		weight := float64(all[key][from]) / of
		usual := (float64(all[key][to]) + fairPrior*s.Usual) / (float64(all[key][from]) + fairPrior)
		n := float64(own[key][from]) + fairPrior
		rate := (float64(own[key][to]) + fairPrior*usual) / n
		s.Rate += weight * rate
		variance += weight * weight * rate * (1 - rate) / (n + 1)
	}
	if s.Rate <= 0 || s.Rate >= 1 {
		s.Low, s.High = s.Rate, s.Rate
		return
	}
	z := distuv.UnitNormal.Quantile(1 - fairChance/(2*float64(max(family, 1))))
	logit, half := math.Log(s.Rate/(1-s.Rate)), z*math.Sqrt(variance)/(s.Rate*(1-s.Rate))
	back := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	s.Low, s.High = back(logit-half), back(logit+half)
}

// judge keeps of the differences those that are beyond chance for all comparisons together, and whose interval leaves out the usual rate.
func judge(list map[string]*Fair, family int) {
	var steps []*FairStep
	for _, f := range list {
		for i := range f.Steps {
			if !f.Steps[i].Thin {
				steps = append(steps, &f.Steps[i])
			}
		}
	}
	slices.SortFunc(steps, func(a, b *FairStep) int { return cmp.Compare(a.chance, b.chance) })
	holds := true
	for i, s := range steps {
		holds = holds && s.chance <= fairChance/float64(family-i)
		if !holds || s.Low <= s.Usual && s.Usual <= s.High {
			s.Better = 0
		}
	}
}

// name says what is strong, and which one step to coach: of those beyond chance worse the one that cost most contracts, the steps after it
// being as usual.
func (f *Fair) name() {
	after := 1.0
	for i := len(stepCodes) - 1; i >= 0; i-- {
		s := f.Steps[i]
		switch s.Better {
		case 1:
			f.Strong = append([]string{stepCodes[i]}, f.Strong...)
		case -1:
			if lost := (s.Usual - s.Rate) * float64(s.N) * after; lost > f.Lost {
				f.Coach, f.Lost = stepCodes[i], lost
			}
		}
		after *= s.Usual
	}
}

// Thin tells whether nothing at all can be compared.
func (f Fair) Thin() bool {
	for _, s := range f.Steps {
		if !s.Thin {
			return false
		}
	}
	return true
}

// Step gives a step by its code.
func (f Fair) Step(code string) FairStep {
	return f.Steps[max(0, slices.Index(stepCodes[:], code))]
}
