package insight

import (
	"math"
	"slices"
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
// is called noise. What was never spent somewhere is never promised.
func concludeReturns(rows []Row) Conclusion {
	var paid, sure []Row
	c := Conclusion{Confidence: "none"}
	var cost, contracts float64
	for _, r := range rows {
		if r.Cells[atCost].V <= 0 || r.Value == "" {
			continue
		}
		paid = append(paid, r)
		cost, contracts = cost+r.Cells[atCost].V, contracts+r.Cells[atContracts].V
	}
	if len(paid) == 0 {
		c.Sentences = []Sentence{{Code: "no-cost"}}
		return c
	}
	for _, r := range paid {
		f := r.Cells[atPerContract]
		if !f.None && !math.IsInf(f.High, 0) {
			c.Evidence = append(c.Evidence, Evidence{Metric: "cost_per_contract", Row: r.Value, Value: f.V, Baseline: cost / max(contracts, 1), N: int(f.N), Low: f.Low, High: f.High})
		}
		if !f.thin() && !r.Young {
			sure = append(sure, r)
		}
	}
	if len(sure) < 2 {
		c.Sentences = []Sentence{{Code: "too-thin", Value: float64(len(paid))}}
		return c
	}
	by := func(a, b Row) int {
		if a.Cells[atPerContract].V < b.Cells[atPerContract].V {
			return -1
		}
		return 1
	}
	best, worst := slices.MinFunc(sure, by), slices.MaxFunc(sure, by)
	low, high := best.Cells[atPerContract], worst.Cells[atPerContract]
	switch {
	case low.High >= high.Low:
		c.Sentences = []Sentence{{Code: "no-difference", Metric: "cost_per_contract", Value: float64(len(sure))}}
		c.Confidence = "low"
	default:
		c.Sentences = []Sentence{
			{Code: "cheapest", Metric: "cost_per_contract", Row: best.Value, Value: low.V, Low: low.Low, High: low.High},
			{Code: "dearest", Metric: "cost_per_contract", Row: worst.Value, Value: high.V, Low: high.Low, High: high.High},
			{Code: "not-beyond", Metric: "campaign_cost", Row: best.Value, Value: best.Cells[atCost].V},
		}
		c.Confidence = "medium"
		if min(low.N, high.N) < fewCases {
			c.Confidence = "low"
		}
	}
	if n := len(paid) - len(sure); n > 0 {
		c.Sentences = append(c.Sentences, Sentence{Code: "thin-rows", Value: float64(n)})
	}
	return c
}
