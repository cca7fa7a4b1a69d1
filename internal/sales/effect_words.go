package sales

import (
	"context"
	"math"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/money"
)

// BaselineWords say what it was compared with.
func (e PromotionEffect) BaselineWords(ctx context.Context) string {
	y := e.YearBefore
	return i18n.T(ctx, "promotion-baseline."+string(e.Baseline), "then", i18n.Count(ctx, y.Before.Contracts), "now", i18n.Count(ctx, y.During.Contracts), "expected", i18n.Count(ctx, e.During.Contracts-e.Additional.Value))
}

// Words say what the effect comes to, compared with what, and what to do (INS-7).
func (e PromotionEffect) Words(ctx context.Context) string {
	a, r := e.Additional, e.Renewals
	if e.Verdict == VerdictMore {
		a = e.Brought
	}
	pairs := []any{
		"count", i18n.Count(ctx, int64(math.Abs(float64(a.Value)))), "low", i18n.Count(ctx, int64(a.Low)), "high", i18n.Count(ctx, int64(a.High)),
		"both", i18n.Count(ctx, e.During.Contracts+e.Before.Contracts), "with", i18n.Count(ctx, e.With), "moved", i18n.Count(ctx, int64(math.Round(e.Moved()))),
		"early", i18n.Count(ctx, r.Early), "away", i18n.MoneyWhole(ctx, e.Away()), "each", i18n.MoneyWhole(ctx, yuans(e.Each.Value)), "least", i18n.MoneyWhole(ctx, yuans(e.Each.Low)),
		"most", i18n.MoneyWhole(ctx, yuans(e.Each.High)), "usual", int(r.Usual), "known", r.Known && r.Early > 0, "over", e.Over, "free", e.Away() == 0, "season", e.Baseline == BaselineSeason,
	}
	between := i18n.T(ctx, "promotion-advice.between")
	out := i18n.T(ctx, "promotion-verdict."+string(e.Verdict), pairs...)
	if e.Baseline != BaselineNone {
		out += between + e.BaselineWords(ctx)
	}
	return out + between + i18n.T(ctx, "promotion-advice."+string(e.Verdict), pairs...)
}

// yuans rounds an estimate to whole yuan: it is no finer.
func yuans(n money.Fen) money.Fen { return (n + 50) / 100 * 100 }
