package insight

import (
	"context"
	"slices"

	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
)

// ReportPlan is how SQLite reads what a report needs, a line a step.
func ReportPlan(ctx context.Context, tx *op.Tx, name string, p Params) ([]string, error) {
	type step struct {
		ID      int64  `db:"id"`
		Parent  int64  `db:"parent"`
		NotUsed int64  `db:"notused"`
		Detail  string `db:"detail"`
	}
	text, args, _, _ := gatherQuery(tx, definitions[name], p)
	steps, err := op.All[step](ctx, tx, "EXPLAIN QUERY PLAN "+text, args...)
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.Detail)
	}
	return lines, err
}

// Cases are leads, appointments, visits and contracts of a stratum.
type Cases = cases

// Compare compares consultants whose strata are all of one center.
func Compare(strata map[string]map[string]Cases) map[string]*Fair {
	var keys []string
	for _, own := range strata {
		for key := range own {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return compare(strata, func(string) []string { return keys })
}

// Expected is the outlook of a month after months with so much in all, and so much after as many working days.
func Expected(total, reached []int64, here int64, counts bool) Outlook {
	c := calendar{months: make([]span, len(total)+1), now: len(total)}
	return c.outlook(monthly{append(slices.Clone(total), here), append(slices.Clone(reached), here)}, counts)
}

// MeanAmount is the mean of the amounts of contracts with its interval.
func MeanAmount(amounts ...float64) (mean, low, high float64) {
	var t Tally
	for _, a := range amounts {
		t.Steps[StepContract] += whole
		t.Payable += money.Fen(a)
		t.Squares += a * a
	}
	return meanAmount(t)
}
