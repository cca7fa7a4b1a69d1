package marketingdoor

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/money"
	"zhike/internal/marketing"
	"zhike/internal/web"
)

// reach is the row of whom the campaign reached: none where nothing counts it (MKT-6).
func (v campaignView) reach(ctx context.Context, add func(name, plan, actual, href string, share *float64)) {
	r := v.Diagnosis.Reach
	if v.Diagnosis.Part || !r.Known && v.PlanReach == 0 {
		return
	}
	plan, actual, href, share := i18n.None, i18n.None, "", (*float64)(nil)
	if v.PlanReach > 0 {
		plan = i18n.Count(ctx, v.PlanReach)
	}
	if r.Known {
		actual, href = i18n.Count(ctx, r.N()), "#reach"
		if v.PlanReach > 0 {
			share = new(float64(r.N()) / float64(v.PlanReach))
		}
	}
	add("reach", plan, actual, href, share)
}

// reachParts says of what the number of those reached is made.
func (v campaignView) reachParts(ctx context.Context) string {
	r := v.Diagnosis.Reach
	text := c(ctx, "reach-parts", "views", i18n.Count(ctx, r.Views), "persons", i18n.Count(ctx, r.Persons), "all", i18n.Count(ctx, r.N()))
	if slices.ContainsFunc(v.Diagnosis.Links, func(l insight.Link) bool { return l.Apart }) {
		text += c(ctx, "reach-apart", "n", cases(ctx, v.Diagnosis.ByForm))
	}
	return text
}

// links says which link failed, with its evidence (MKT-6).
func (v campaignView) links(ctx context.Context) web.Table {
	return v.linkTable(ctx, "links", v.Diagnosis.Links)
}

// linkName names a link; leads are a number, or a share of whom it reached.
func linkName(ctx context.Context, code, unit string) string {
	if code == "lead" && unit == "%" {
		code = "lead-rate"
	}
	return c(ctx, "link-"+code)
}

// linkWord words a value of a link.
func linkWord(ctx context.Context, unit string, n float64) string {
	switch unit {
	case "n":
		return cases(ctx, n)
	case "fen":
		return yuan(ctx, money.Fen(n))
	}
	return i18n.Percent(ctx, &n)
}

func (v campaignView) linkTable(ctx context.Context, caption string, links []insight.Link) web.Table {
	table := web.Table{Caption: c(ctx, caption), Plain: true, Columns: []web.Column{
		{Label: c(ctx, "link")}, {Label: c(ctx, "expected"), Num: true}, {Label: c(ctx, "actual"), Num: true}, {Label: c(ctx, "range"), Num: true}, {Label: c(ctx, "link-n"), Num: true}, {Label: c(ctx, "similar-mean"), Num: true}, {Label: c(ctx, "part"), Num: true}, {Label: c(ctx, "points-to")},
	}}
	for _, l := range links {
		word := func(n float64) string { return linkWord(ctx, l.Unit, n) }
		bounds := i18n.None
		if l.High > 0 {
			bounds = i18n.Range(ctx, word(l.Low), word(l.High))
		}
		like, part := i18n.None, i18n.None
		if l.Like > 0 {
			like = word(l.Like)
		}
		if l.Share != 0 {
			part = i18n.Percent(ctx, &l.Share)
		}
		name := web.Text(linkName(ctx, l.Code, l.Unit))
		if l.Failed {
			name = web.Chip{Text: linkName(ctx, l.Code, l.Unit), Tone: web.Bad}
		}
		table.Rows = append(table.Rows, web.Row{ID: caption + "-" + l.Code, Cells: []templ.Component{
			name, web.Text(word(l.Expected)), web.Text(word(l.Actual)), web.Text(bounds), web.Text(i18n.Count(ctx, l.N)), web.Text(like), web.Text(part), web.Text(c(ctx, "points-"+l.Code)),
		}})
	}
	return table
}

// reviewLinks are the links as they were judged when the campaign was closed (MKT-7).
func (v campaignView) reviewLinks() (out []insight.Link) {
	for _, l := range v.Review.Links {
		out = append(out, insight.Link{Code: l.Link, Unit: l.Unit, Actual: l.Actual, Low: l.Low, High: l.High, Expected: l.Expected, N: l.N, Share: l.Share, Failed: l.Failed})
	}
	return out
}

// reviewed says what the campaign had brought then.
func (v campaignView) reviewed(ctx context.Context) string {
	r := v.Review
	return c(ctx, "review-brought", "day", i18n.Date(ctx, r.Day, web.Today(ctx)), "leads", i18n.Count(ctx, r.Leads), "visits", i18n.Count(ctx, r.Visits), "contracts", i18n.Count(ctx, r.Contracts), "cash", i18n.MoneyWhole(ctx, r.Cash))
}

// reviewBasis says by which model it was counted, and what it had cost.
func (v campaignView) reviewBasis(ctx context.Context) string {
	if v.Review.Model == "" {
		return c(ctx, "review-old")
	}
	text := c(ctx, "review-model", "model", i18n.T(ctx, "insight.model-"+v.Review.Model))
	if may(ctx, "campaign-cost:read") {
		text += c(ctx, "review-cost", "cost", i18n.MoneyWhole(ctx, v.ReviewCost))
	}
	return text
}

// judged says of a closed campaign which link failed, with its evidence; "" where none is kept.
func (v planView) judged(ctx context.Context, k marketing.Campaign) string {
	if k.Review == nil {
		return ""
	}
	for _, l := range k.Review.Links {
		if l.Failed {
			return c(ctx, "judged", "link", linkName(ctx, l.Link, l.Unit), "expected", linkWord(ctx, l.Unit, l.Expected), "actual", linkWord(ctx, l.Unit, l.Actual),
				"low", linkWord(ctx, l.Unit, l.Low), "high", linkWord(ctx, l.Unit, l.High), "count", l.N)
		}
	}
	return ""
}
