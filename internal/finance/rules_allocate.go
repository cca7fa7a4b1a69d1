package finance

import (
	"cmp"
	"fmt"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

// AllocationInput says how much of a payment pays an instalment.
type AllocationInput struct {
	InstalmentID id.ID     `json:"instalment_id"`
	Amount       money.Fen `json:"amount_fen" minimum:"1"`
}

// allocate divides a payment over the instalments of its contract: as given, else the oldest due first (FIN-1). What is left over
// is the payer's balance. Each instalment's part pays the lines in proportion to what is open of them, exactly. Refused: an
// instalment of another contract or named twice, more than is open, more than the payment.
func allocate(amount money.Fen, o contracts.Owed, given []AllocationInput) ([]facts.Allocated, error) {
	if len(given) == 0 {
		given = oldestFirst(amount, o.Plan)
	} else if err := checkGiven(amount, o.Plan, given); err != nil {
		return nil, err
	}
	open := make([]money.Fen, len(o.Lines))
	for i, l := range o.Lines {
		open[i] = l.Open()
	}
	var out []facts.Allocated
	for _, g := range given {
		for i, part := range g.Amount.Spread(open) {
			if part == 0 {
				continue
			}
			open[i] -= part
			out = append(out, facts.Allocated{Instalment: g.InstalmentID, Line: o.Lines[i].ID, Amount: part})
		}
	}
	return out, nil
}

func oldestFirst(amount money.Fen, plan []contracts.Instalment) []AllocationInput {
	byDue := slices.Clone(plan)
	slices.SortStableFunc(byDue, func(a, b contracts.Instalment) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.No, b.No)) })
	var out []AllocationInput
	for _, i := range byDue {
		if part := min(amount, i.Open()); part > 0 {
			out = append(out, AllocationInput{InstalmentID: i.ID, Amount: part})
			amount -= part
		}
	}
	return out
}

func checkGiven(amount money.Fen, plan []contracts.Instalment, given []AllocationInput) error {
	var bad problem.Invalid
	var sum money.Fen
	for n, g := range given {
		field := fmt.Sprintf("allocations.%d.", n)
		at := slices.IndexFunc(plan, func(i contracts.Instalment) bool { return i.ID == g.InstalmentID })
		switch {
		case at < 0:
			bad.Add(field+"instalment_id", "unknown", g.InstalmentID)
			continue
		case slices.ContainsFunc(given[:n], func(o AllocationInput) bool { return o.InstalmentID == g.InstalmentID }):
			bad.Add(field+"instalment_id", "twice", g.InstalmentID)
		case g.Amount <= 0 || g.Amount > plan[at].Open():
			bad.Add(field+"amount_fen", "over-open", g.Amount, "open", plan[at].Open())
			continue
		}
		sum += g.Amount
	}
	if len(bad) == 0 && sum > amount {
		bad.Add("allocations", "over-payment", sum, "sum", sum, "amount", amount)
	}
	return bad.Err("FIN-1")
}
