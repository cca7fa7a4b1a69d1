package sales

import "zhike/internal/kernel/money"

// Worth is what an open enquiry is worth: the odds that it signs × what it then brings, and how much it presses (SAL-3).
type Worth struct {
	Odds     int64     `json:"odds_x10000" db:"odds"` // that it signs, in ten-thousandths; 0: too little is known
	Amount   money.Fen `json:"amount_fen" db:"amount"`
	Expected money.Fen `json:"expected_fen" db:"expected"` // odds × amount
	Urgency  int64     `json:"urgency_x100" db:"urgency"`  // in hundredths; 100 is not pressing
	OddsBy   string    `json:"odds_by" db:"odds_by"`       // score, stage, none
	AmountBy string    `json:"amount_by" db:"amount_by"`   // quote, course, company
}

// oddsByStage gives for each stage the share that was signed of the enquiries which came at least as far, mixed with the share of all; none
// where too few were decided.
func oddsByStage(decided, signed map[Stage]int64) []stageOdds {
	var all, won int64
	for stage, n := range decided {
		all, won = all+n, won+signed[stage]
	}
	if all < fewDecided {
		return nil
	}
	var out []stageOdds
	for _, stage := range Stages[:Signed.Rank()] {
		o := stageOdds{Stage: stage}
		for other, n := range decided {
			if other.Rank() >= stage.Rank() {
				o.Decided, o.Signed = o.Decided+n, o.Signed+signed[other]
			}
		}
		o.Odds = (o.Signed*all + oddsLean*won) * 10_000 / ((o.Decided + oddsLean) * all)
		out = append(out, o)
	}
	return out
}
