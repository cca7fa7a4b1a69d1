package insight

import (
	"context"
	"slices"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/sales"
)

// promotionMetrics are the columns of the report of promotions.
var promotionMetrics = []string{
	"promotion_plan", "contracts_additional", "contracts_during", "contracts_before", "promotion_contracts", "promotion_off", "gift_value", "thing_cost", "margin_given", "cost_per_additional", "renewals_early",
}

// Promoted is a promotion that a row is about, with its effect.
type Promoted struct {
	sales.Promotion
	Effect sales.PromotionEffect
}

// mostPromotions is how many promotions one report compares, the newest first.
const mostPromotions = page.Most

// promotionReport fills the report of promotions (SAL-8): those that were given on a day of the span, each with its whole effect, not cut to
// the span. Money is added up. Counts are not: promotions run side by side, and a contract may have two.
func promotionReport(ctx context.Context, tx *op.Tx, r *Report) error {
	p := r.Params
	list, err := sales.Promotions(ctx, tx, sales.PromotionFilter{Started: true, From: p.From, Until: p.Until}, page.Request{Limit: mostPromotions})
	if err != nil {
		return err
	}
	given := slices.DeleteFunc(list.Items, func(q sales.Promotion) bool { return !q.GivenAt(p.Centers) })
	effects, err := sales.EffectsOf(ctx, tx, given, p.Centers)
	if err != nil {
		return err
	}
	totals := make([]float64, len(promotionMetrics))
	for i, q := range given {
		row := Promoted{q, effects[i]}
		cells := row.figures()
		for n, f := range cells {
			totals[n] += f.V
		}
		r.Rows = append(r.Rows, Row{Value: q.ID.String(), Cells: cells, Young: !effects[i].Over, Promoted: &row})
	}
	for n, m := range promotionMetrics {
		metric, _ := MetricByID(m)
		r.Totals.Cells = append(r.Totals.Cells, Figure{V: totals[n], None: metric.Unit != "fen" && m != "promotion_plan" || m == "cost_per_additional"})
	}
	r.Conclusion = concludePromotions(r.Rows)
	return nil
}

// figures are the columns of the report.
func (p Promoted) figures() []Figure {
	e := p.Effect
	n := func(v int64) Figure { return Figure{V: float64(v)} }
	more := Figure{V: float64(e.Additional.Value), Low: e.Additional.Low, High: e.Additional.High, N: e.During.Contracts + e.Before.Contracts, Ranged: true}
	if e.Additional.Thin || !e.Begun {
		more = Figure{None: true, Thin: e.Begun}
	}
	each := Figure{None: true, Thin: e.Additional.Thin && e.Begun}
	if e.Each.Known {
		each = Figure{V: float64(e.Each.Value), Low: float64(e.Each.Low), High: float64(e.Each.High), N: e.During.Contracts}
	}
	early := n(e.Renewals.Early)
	if !e.Renewals.Known && e.Renewals.With > 0 {
		early = Figure{None: true, Thin: true}
	}
	return []Figure{
		n(p.PlanContracts), more, n(e.During.Contracts), n(e.Before.Contracts), n(e.With), n(int64(e.Off)), n(int64(e.GiftValue)), n(int64(e.Cost)), n(int64(e.Away())), each, early,
	}
}

// concludePromotions names what brought more and what mostly moved contracts forward, those that gave away most before, and counts the others.
func concludePromotions(rows []Row) Conclusion {
	c := Conclusion{Confidence: "none"}
	var named []*Promoted
	counts := map[sales.Verdict]int{}
	sure, known := 0, 0
	for _, r := range rows {
		e := r.Promoted.Effect
		counts[e.Verdict]++
		if e.Verdict == sales.VerdictMore || e.Verdict == sales.VerdictMoved {
			named = append(named, r.Promoted)
		}
		if e.Verdict != sales.VerdictThin && e.Verdict != sales.VerdictUnknown && e.Begun {
			if known++; e.Confident() {
				sure++
			}
		}
		if e.Begun && !e.Additional.Thin {
			c.Evidence = append(c.Evidence, Evidence{
				Metric: "contracts_additional", Row: r.Value, Value: float64(e.Additional.Value), Baseline: float64(r.Promoted.PlanContracts), N: int(e.During.Contracts + e.Before.Contracts), Low: e.Additional.Low, High: e.Additional.High,
			})
		}
	}
	if len(rows) == 0 {
		c.Sentences = []Sentence{{Code: "promotion-none"}}
		return c
	}
	slices.SortStableFunc(named, func(a, b *Promoted) int { return int(b.Effect.Away() - a.Effect.Away()) })
	for i, p := range named {
		if i == namedRows {
			c.count("promotion-further", len(named)-namedRows)
			break
		}
		c.Sentences = append(c.Sentences, p.sentence())
	}
	c.count("promotion-alike", counts[sales.VerdictNone])
	c.count("promotion-other", counts[sales.VerdictOther])
	c.count("promotion-fewer", counts[sales.VerdictFewer])
	c.count("promotion-thin", counts[sales.VerdictThin])
	c.count("promotion-unrecorded", counts[sales.VerdictUnknown])
	switch {
	case known == 0:
	case sure == known:
		c.Confidence = "medium"
	default:
		c.Confidence = "low"
	}
	return c
}

// sentence is about a promotion that brought more, or mostly moved contracts forward.
func (p *Promoted) sentence() Sentence {
	e, row := p.Effect, p.ID.String()
	if e.Verdict == sales.VerdictMoved {
		return Sentence{Code: "promotion-moved", Metric: "margin_given", Row: row, Value: float64(e.Away()), N: int64(e.Moved() + 0.5)}
	}
	return Sentence{Code: "promotion-more", Metric: "cost_per_additional", Row: row, Value: float64(e.Each.Value), Low: float64(e.Each.Low), High: float64(e.Each.High), N: e.Brought.Value}
}
