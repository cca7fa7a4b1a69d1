package insightdoor

import (
	"context"
	"net/url"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// recordList is a page that states the records a metric counts: its right, the filters that make it count the same, and its names for
// the days.
type recordList struct {
	path, right, fixed, from, until string
	moves                           bool // its records change hands: it does not state those of a consultant of then
}

// lists are the pages of the metrics' records (UI-B1, UI-G 10).
var lists = map[string]recordList{
	"leads":             {"/enquiries", "enquiry:read", "kind=new%2Creturn", "from", "until", true},
	"renewal-enquiries": {"/enquiries", "enquiry:read", "kind=renewal%2Cupgrade", "from", "until", true},
	"referrals":         {"/enquiries", "enquiry:read", "kind=new%2Creturn&referred=true", "from", "until", true},
	"referrals-signed":  {"/enquiries", "enquiry:read", "kind=new%2Creturn&referred=true&outcome=signed", "from", "until", true},
	"appointments":      {"/appointments", "appointment:read", "due=1", "from", "until", false},
	"arrived":           {"/appointments", "appointment:read", "state=arrived", "from", "until", false},
	"no-shows":          {"/appointments", "appointment:read", "state=no-show", "from", "until", false},
	"visits":            {"/visits", "visit:read", "", "from", "until", false},
	"visits-new":        {"/visits", "visit:read", "kind=new%2Creturn", "from", "until", false},
	"contracts":         {"/contracts", "contract:read", "", "signed_from", "signed_until", false},
	"contracts-new":     {"/contracts", "contract:read", "kind=new%2Creturn", "signed_from", "signed_until", false},
	"contracts-renewal": {"/contracts", "contract:read", "kind=renewal%2Cupgrade", "signed_from", "signed_until", false},
	"payments":          {"/payments", "payment:read", "", "from", "until", false},
	"payments-new":      {"/payments", "payment:read", "contract_kind=new%2Creturn", "from", "until", false},
	"payments-renewal":  {"/payments", "payment:read", "contract_kind=renewal%2Cupgrade", "from", "until", false},
	"payments-other":    {"/payments", "payment:read", "contract_kind=none", "from", "until", false},
}

// link leads from a figure to its records: to their list where one states what the figure counts, and the viewer sees all of it, else to the cases
// behind it.
func link(ctx context.Context, r insight.Report, c insight.Column, row insight.Row, total bool) string {
	if total || row.Value != "" {
		if href := listLink(ctx, c, r.Params, row); href != "" {
			return href
		}
	}
	return casesLink(r, c, row.Value, total)
}

// listLink leads to a list of records; "" where there is none for the row, and where the viewer does not see all records that the figure counts.
func listLink(ctx context.Context, c insight.Column, p insight.Params, row insight.Row) string {
	m, _ := insight.MetricByID(c.Metric)
	if m.List == targetList {
		return targetLink(ctx, p, row)
	}
	if row.Promoted != nil {
		return promotionLink(ctx, c.Metric, p, row.Promoted)
	}
	l, ok := lists[m.List]
	v, known := op.ViewerOf(ctx)
	if !ok || !known || !states(m, p) || !v.Covers("report:read", l.right, centersOf(p, row)) {
		return ""
	}
	q, err := url.ParseQuery(l.fixed)
	if err != nil {
		return ""
	}
	from, until := p.From, p.Until
	if row.Day != 0 {
		from, until = row.Day, row.Day
	}
	if first, err := bizdate.Parse(row.Value); err == nil && p.By == "month" {
		from, until = max(from, first), min(until, first.AddMonths(1)-1)
	}
	q.Set(l.from, from.String())
	q.Set(l.until, until.String())
	if len(p.Centers) == 0 {
		q.Set("center", "") // all of them, whatever the center switch says
	}
	for _, center := range p.Centers {
		q.Add("center", center.String())
	}
	if own := v.Scope("report:read"); !own.All && len(own.Centers) == 0 && len(own.Staff) == 1 {
		q.Set("consultant", own.Staff[0].String()) // the figures are the own ones
	}
	if row.Value != "" && row.Day == 0 && p.By != "month" {
		q.Set(p.By, row.Value)
	}
	if l.moves && !p.Owned && q.Has("consultant") {
		return ""
	}
	return l.path + "?" + q.Encode()
}

// states tells whether a list states what a metric counts: only leads are listed by who has them now, and none counts by attribution, or what
// became of a cohort.
func states(m insight.Metric, p insight.Params) bool {
	if p.By == "promotion" { // a list of a promotion's contracts is not cut to new ones
		return false
	}
	if m.List == "leads" {
		return p.Model == "" && p.Basis != insight.ByCohort && p.By != "region" && p.By != "campaign"
	}
	return !p.Owned && p.Model == "" && p.Basis != insight.ByCohort && p.By != "campaign" && p.By != "kind" && p.By != "region"
}

// targetList is the list of targets: their sheet.
const targetList = "targets"

// targetLink leads from a target to the sheet where it stands.
func targetLink(ctx context.Context, p insight.Params, row insight.Row) string {
	v, ok := op.ViewerOf(ctx)
	if !ok || !v.May("target:read") {
		return ""
	}
	q := url.Values{"metric": {p.Metric}, "year": {p.Until.String()[:4]}}
	if centers := centersOf(p, row); len(centers) == 1 {
		q.Set("center", centers[0].String())
	}
	return "/targets?" + q.Encode()
}

// centersOf are the centers that a figure counts; none for all in scope.
func centersOf(p insight.Params, row insight.Row) []id.ID {
	if key, err := id.Parse(row.Value); err == nil && p.By == "center" && row.Day == 0 {
		return []id.ID{key}
	}
	return p.Centers
}
