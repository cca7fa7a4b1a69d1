package salesdoor

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// opens is the list of contracts that a figure counts; "" for who may not open all of them: who has the sums alone (SAL-8).
func (v promotionView) opens(ctx context.Context, f contracts.Filter) string {
	if !viewerOf(ctx).Covers("report:read", "contract:read", f.Centers) {
		return ""
	}
	return f.Address()
}

// effect is the contracts of the periods; every figure opens to them.
func (v promotionView) effect(ctx context.Context) web.Table {
	e := v.Effect
	seasonal := e.Baseline == sales.BaselineSeason
	difference := t(ctx, "promotion.difference")
	if seasonal {
		difference = t(ctx, "promotion.difference-expected")
	}
	out := web.Table{Caption: t(ctx, "promotion.effect"), Columns: []web.Column{
		{Label: t(ctx, "promotion.period")}, {Label: t(ctx, "promotion.dates")}, {Label: t(ctx, "promotion.contracts"), Num: true}, {Label: difference, Num: true},
	}}
	add := func(name string, s sales.Span, m *sales.More) {
		opens := v.opens(ctx, v.Promotion.Signed(s.From, s.Until, nil))
		cells := []templ.Component{web.Text(t(ctx, "promotion."+name)), web.Text(spanText(ctx, s.From, s.Until)), web.Figure{Value: i18n.Count(ctx, s.Contracts), Href: opens, Hidden: t(ctx, "promotion."+name)}, web.Text("")}
		if m != nil {
			cells[3] = web.Text(moreText(ctx, *m))
		}
		out.Rows = append(out.Rows, web.Row{ID: name, Cells: cells})
	}
	if y := e.YearBefore; seasonal {
		add("year-before", y.Before, nil)
		add("year-during", y.During, nil)
		if e.Ended {
			add("year-after", y.After, nil)
		}
	}
	add("before", e.Before, nil)
	add("during", e.During, &e.Additional)
	if e.Ended {
		add("after", e.After, &e.Dip)
	}
	return out
}

// moreText is a difference with its interval, or that there are too few contracts to tell one.
func moreText(ctx context.Context, m sales.More) string {
	if m.Thin {
		return t(ctx, "promotion.thin")
	}
	return t(ctx, "promotion.more", "value", signed(m.Value), "low", signed(int64(m.Low)), "high", signed(int64(m.High)))
}

func signed(n int64) string {
	if n > 0 {
		return "+" + strconv.FormatInt(n, 10)
	}
	return strings.Replace(strconv.FormatInt(n, 10), "-", "−", 1)
}

// cost is what the promotion gave away, and what each additional contract so cost.
func (v promotionView) cost(ctx context.Context) []web.Fact {
	e := v.Effect
	opens := v.opens(ctx, v.Promotion.Having(nil))
	fact := func(name, value string) web.Fact {
		return web.Fact{Term: t(ctx, "promotion."+name), Value: web.Figure{Value: value, Href: opens, Hidden: t(ctx, "promotion."+name)}}
	}
	out := []web.Fact{fact("with", i18n.Count(ctx, e.With)), fact("off", i18n.Money(ctx, e.Off))}
	if e.Gift > 0 {
		out = append(out, fact("hours-given", t(ctx, "promotion.hours-worth", "hours", i18n.Hours(ctx, e.Gift), "value", i18n.Money(ctx, e.GiftValue))))
	}
	if e.Cost > 0 {
		out = append(out, fact("things-cost", i18n.Money(ctx, e.Cost)))
	}
	if e.Away() != e.Off {
		out = append(out, fact("away", i18n.Money(ctx, e.Away())))
	}
	if e.Each.Known {
		each := t(ctx, "promotion.more", "value", i18n.MoneyWhole(ctx, e.Each.Value), "low", i18n.MoneyWhole(ctx, e.Each.Low), "high", i18n.MoneyWhole(ctx, e.Each.High))
		out = append(out, web.Fact{Term: t(ctx, "promotion.each"), Value: web.Text(each)})
	}
	return out
}

// renewals is what was pulled forward, by person.
func (v promotionView) renewals(ctx context.Context) []web.Fact {
	r := v.Effect.Renewals
	out := []web.Fact{{Term: t(ctx, "promotion.renewals-with"), Value: web.Text(i18n.Count(ctx, r.With))}}
	if !r.Known {
		return append(out, web.Fact{Term: t(ctx, "promotion.renewals-early"), Value: web.Text(t(ctx, "promotion.renewals-unknown", "count", int(r.History)))})
	}
	return append(out,
		web.Fact{Term: t(ctx, "promotion.renewals-early"), Value: web.Figure{Value: i18n.Count(ctx, r.Early), Href: v.opens(ctx, v.Promotion.EarlyOf(*v.Effect, nil)), Hidden: t(ctx, "promotion.renewals-early")}},
		web.Fact{Term: t(ctx, "promotion.renewals-beyond"), Value: web.Text(beyondText(ctx, r))},
		web.Fact{Term: t(ctx, "promotion.renewals-usual"), Value: web.Text(t(ctx, "promotion.renewals-usual-of", "share", int(r.Usual), "count", int(r.History)))},
	)
}

func beyondText(ctx context.Context, r sales.Renewals) string {
	if !r.Sure {
		return t(ctx, "promotion.renewals-chance")
	}
	return strconv.FormatFloat(r.Beyond, 'f', 1, 64)
}
