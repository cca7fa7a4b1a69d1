package insight

import (
	"cmp"
	"math"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/stat"
)

// The columns of returns that its conclusion reads.
const (
	atContracts, atCost, atPer, atPerContract = 4, 7, 8, 10
	widest                                    = 2.0 // an interval whose upper bound is more than so many times the lower one tells too little to move money
	fewCases                                  = 50  // under which a difference is believed with little confidence
)

// thin tells whether a cost per contract is too uncertain to be compared: none at all, or an interval too wide (MKT-5).
func (f Figure) thin() bool {
	return f.None || f.Low <= 0 || math.IsInf(f.High, 0) || f.High > widest*f.Low
}

// concludeReturns names the cheapest and the dearest row, by cost per contract, only where their intervals lie apart and neither is too thin; noise
// is called noise, and the more rows are compared, the wider are the intervals (Bonferroni). It looks at those only whose usual time to sign, in days,
// is over. What was never spent somewhere is never promised.
func concludeReturns(rows []Row, blind bool, usual bizdate.Date) Conclusion {
	c := Conclusion{Confidence: "none"}
	var paid, sure []Row
	placed, young := false, false
	var all, cost, contracts float64
	for _, r := range rows {
		if all += r.Cells[atCost].V; r.Cells[atCost].V <= 0 || r.Value == "" {
			continue
		}
		placed, young = true, young || r.Young
		if r.ripe[atCost].V <= 0 {
			continue
		}
		paid = append(paid, r)
		cost, contracts = cost+r.ripe[atCost].V, contracts+r.ripe[atContracts].V
		if !r.ripe[atPerContract].thin() {
			sure = append(sure, r)
		}
	}
	switch {
	case blind:
		c.Sentences = []Sentence{{Code: "costs-unseen"}}
		return c
	case all == 0:
		c.Sentences = []Sentence{{Code: "no-cost"}}
		return c
	case !placed:
		c.Sentences = []Sentence{{Code: "cost-unplaced"}}
		return c
	case len(paid) == 0:
		c.Sentences = []Sentence{{Code: "too-young", Value: float64(usual)}}
		return c
	}
	for _, r := range paid {
		if f := among(r.ripe, len(sure)); !f.None && !math.IsInf(f.High, 0) {
			c.Evidence = append(c.Evidence, Evidence{Metric: "cost_per_contract", Row: r.Value, Value: f.V, Baseline: cost / max(contracts, 1), N: int(f.N), Low: f.Low, High: f.High})
		}
	}
	if len(sure) < 2 {
		c.Sentences = []Sentence{{Code: "too-thin", Value: float64(len(paid))}}
	} else {
		c.returns(sure)
		if n := len(paid) - len(sure); n > 0 {
			c.Sentences = append(c.Sentences, Sentence{Code: "thin-rows", Value: float64(n)})
		}
	}
	if young {
		c.Sentences = append(c.Sentences, Sentence{Code: "ripe-only", Value: float64(usual)})
	}
	return c
}

// among is what a contract cost in a row, with the interval of one of so many rows.
func among(figures []Figure, family int) Figure {
	f := figures[atPerContract]
	if f.None {
		return f
	}
	low, high := stat.PoissonAmong(f.N, family)
	f.Low, f.High = figures[atCost].V/high, over(figures[atCost].V, low)
	return f
}

// returns says which of several rows is the cheapest and which the dearest.
func (c *Conclusion) returns(sure []Row) {
	by := func(a, b Row) int { return cmp.Compare(a.ripe[atPerContract].V, b.ripe[atPerContract].V) }
	best, worst := slices.MinFunc(sure, by), slices.MaxFunc(sure, by)
	low, high := among(best.ripe, len(sure)), among(worst.ripe, len(sure))
	if low.High >= high.Low {
		c.Sentences, c.Confidence = []Sentence{{Code: "no-difference", Metric: "cost_per_contract", Value: float64(len(sure))}}, "low"
		return
	}
	c.Sentences = []Sentence{
		{Code: "cheapest", Metric: "cost_per_contract", Row: best.Value, Value: low.V, Low: low.Low, High: low.High},
		{Code: "dearest", Metric: "cost_per_contract", Row: worst.Value, Value: high.V, Low: high.Low, High: high.High},
		{Code: "not-beyond", Metric: "campaign_cost", Row: best.Value, Value: best.ripe[atCost].V},
	}
	c.Confidence = "medium"
	if min(low.N, high.N) < fewCases {
		c.Confidence = "low"
	}
}
