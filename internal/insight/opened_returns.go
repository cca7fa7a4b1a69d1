package insight

import (
	"context"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
)

// paid is the mark of a sum of what campaigns brought only.
const paid = "paid "

// returnSteps are the steps that the columns of returns count.
var returnSteps = map[string]int{"leads": StepLead, "qualified": StepQualified, "appointments": StepAppointment, "visits": StepVisit, "contracts_new": StepContract}

// casesOfReturns are the prospects behind a figure of campaigns or channels, each with its share by the model of attribution, or the costs behind
// one: the parts of company costs that fall to the row.
func casesOfReturns(ctx context.Context, tx *op.Tx, r *Report, w wanted) (out []Counted, err error) {
	metric, only := strings.CutPrefix(w.metric, paid)
	b := booking{by: r.Params.By}
	places := map[id.ID]int{}
	note := func(c Counted) {
		if i, ok := places[c.ID]; ok {
			out[i].Value += c.Value
			return
		}
		places[c.ID], out = len(out), append(out, c)
	}
	if metric == "campaign_cost" {
		b.costed = func(row string, c spent, n money.Fen) {
			if w.in(row) && n != 0 {
				note(Counted{Kind: kindCost, ID: c.id, Center: c.center, Campaign: c.campaign, Day: c.day, Value: float64(n)})
			}
		}
	} else {
		b.brought = func(row string, j journey, p part) {
			if n := p.value(metric); w.in(row) && n != 0 && (!only || !p.campaign.IsNone()) {
				note(j.counted(n))
			}
		}
	}
	if _, _, err := b.read(ctx, tx, r.Params); err != nil {
		return nil, err
	}
	for i := range out { // shares are parts of a million
		if _, step := returnSteps[metric]; step {
			out[i].Value /= whole
		}
	}
	return out, nil
}

// value is what a part of a journey adds to a column: to a step in millionths.
func (p part) value(metric string) float64 {
	switch metric {
	case "contract_amount":
		return float64(p.Payable)
	case "cash_in":
		return float64(p.Cash)
	}
	return float64(p.Steps[returnSteps[metric]])
}
