package insightdoor

import (
	"context"

	"zhike/internal/contracts"
	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
)

const promotionsReport = "promotions"

// said is what the report of promotions says of one of them.
type said struct{ name, words, href string }

// said says of each promotion of the report what it came to and what to do (SAL-8).
func (v view) said(ctx context.Context) (out []said) {
	for _, row := range v.report.Rows {
		if row.Promoted != nil {
			out = append(out, said{v.name(ctx, row.Value), row.Promoted.Effect.Words(ctx), "/promotions/" + row.Value})
		}
	}
	return out
}

// promotionLink leads from a figure of a promotion to the contracts that it counts, where the viewer may open all of them; what is reckoned
// from several figures leads to the promotion.
func promotionLink(ctx context.Context, metric string, p insight.Params, q *insight.Promoted) string {
	e := q.Effect
	var f contracts.Filter
	switch metric {
	case "contracts_during":
		f = q.Signed(e.During.From, e.During.Until, p.Centers)
	case "contracts_before":
		f = q.Signed(e.Before.From, e.Before.Until, p.Centers)
	case "renewals_early":
		f = q.EarlyOf(e, p.Centers)
	case "promotion_plan", "contracts_additional", "cost_per_additional":
		return "/promotions/" + q.ID.String()
	default:
		f = q.Having(p.Centers)
	}
	v, ok := op.ViewerOf(ctx)
	if !ok || !e.Begun || !v.Covers("report:read", "contract:read", f.Centers) {
		return ""
	}
	return f.Address()
}

// promotedCells adds what a promotion came to.
func promotedCells(m map[string]any, e sales.PromotionEffect) {
	m["verdict"], m["over"], m["baseline"] = e.Verdict, e.Over, e.Baseline
	if e.Begun && !e.Additional.Thin {
		m["contracts_additional_low"], m["contracts_additional_high"] = e.Additional.Low, e.Additional.High
	}
	if e.Each.Known {
		m["cost_per_additional_low_fen"], m["cost_per_additional_high_fen"] = e.Each.Low, e.Each.High
	}
	if r := e.Renewals; r.Known {
		m["renewals_with"], m["renewals_early_beyond"], m["usual_left_percent"] = r.With, r.Beyond, r.Usual
	}
}

// promotionNames names the promotions in scope.
func promotionNames(ctx context.Context, tx *op.Tx) (names, error) {
	known, err := sales.PromotionNames(ctx, tx)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, v string) string {
		if name := known[parsed(v)]; name != "" || v == "" {
			return nameOr(ctx, name)
		}
		return i18n.T(ctx, "insight.beyond-scope")
	}, nil
}
