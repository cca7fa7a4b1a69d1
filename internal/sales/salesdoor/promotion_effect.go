package salesdoor

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// contractsOn is the list of the contracts of a period, where a promotion is given and on what.
func contractsOn(p sales.Promotion, s sales.Span) string {
	q := url.Values{"signed_from": {s.From.String()}, "signed_until": {s.Until.String()}}
	for _, k := range p.Centers {
		q.Add("center", k.String())
	}
	for _, k := range p.Packages {
		q.Add("package", k.String())
	}
	if len(p.Kinds) > 0 {
		q.Set("kind", strings.Join(p.Kinds, ","))
	}
	return "/contracts?" + q.Encode()
}

// contractsWith is the list of the contracts that were signed with a promotion.
func contractsWith(p sales.Promotion) string {
	return query("/contracts", "promotion", p.ID.String(), "signed_from", p.From.String())
}

// effect is the contracts of the periods; every figure opens to them.
func (v promotionView) effect(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "promotion.effect"), Columns: []web.Column{
		{Label: t(ctx, "promotion.period")}, {Label: t(ctx, "promotion.dates")}, {Label: t(ctx, "promotion.contracts"), Num: true}, {Label: t(ctx, "promotion.difference"), Num: true},
	}}
	add := func(name string, s sales.Span, m *sales.More) {
		cells := []templ.Component{web.Text(t(ctx, "promotion."+name)), web.Text(spanText(ctx, s.From, s.Until)), web.Figure{Value: i18n.Count(ctx, s.Contracts), Href: contractsOn(v.Promotion, s), Hidden: t(ctx, "promotion."+name)}, web.Text("")}
		if m != nil {
			cells[3] = web.Text(moreText(ctx, *m))
		}
		out.Rows = append(out.Rows, web.Row{ID: name, Cells: cells})
	}
	e := v.Effect
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

// cost is what the promotion gave away.
func (v promotionView) cost(ctx context.Context) []web.Fact {
	e := v.Effect
	out := []web.Fact{
		{Term: t(ctx, "promotion.with"), Value: web.Figure{Value: i18n.Count(ctx, e.With), Href: contractsWith(v.Promotion), Hidden: t(ctx, "promotion.with")}},
		{Term: t(ctx, "promotion.off"), Value: web.Figure{Value: i18n.Money(ctx, e.Off), Href: contractsWith(v.Promotion), Hidden: t(ctx, "promotion.off")}},
	}
	if e.Gift > 0 {
		out = append(out, web.Fact{Term: t(ctx, "promotion.hours-given"), Value: web.Figure{Value: i18n.Hours(ctx, e.Gift), Href: contractsWith(v.Promotion), Hidden: t(ctx, "promotion.hours-given")}})
	}
	if e.Cost > 0 {
		out = append(out, web.Fact{Term: t(ctx, "promotion.things-cost"), Value: web.Figure{Value: i18n.Money(ctx, e.Cost), Href: contractsWith(v.Promotion), Hidden: t(ctx, "promotion.things-cost")}})
	}
	return out
}
