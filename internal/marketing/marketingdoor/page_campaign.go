package marketingdoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/stat"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// campaignView is a campaign: plan against actual, costs, and who came.
type campaignView struct {
	names
	marketing.Campaign
	Got       insight.Tally
	Diagnosis insight.Diagnosis
	Costs     marketing.CampaignCosts
	Lines     page.Page[marketing.CostLine]
	Files     map[id.ID][]attach.File // of the lines
	Kept      []web.Kept              // of a form that was refused
	Prospects page.Page[sales.Prospect]
	persons   map[id.ID]people.Brief
	course    course
	Segment   marketing.Segment // whom it is for, if the viewer sees it
	Approval  process.Approval  // that it waits for, likewise
}

// shownProspects is how many prospects the page of a campaign shows; their list has them all.
const shownProspects = 10

func (p pages) getCampaign(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "campaign")
	if err != nil {
		return err
	}
	ctx := r.Context()
	var v campaignView
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx, key) })
	if err != nil {
		return err
	}
	shell := web.Page{Title: c(ctx, "title"), H1: v.sentence(ctx), Sub: v.No}
	if may(ctx, "campaign:update") && v.State != marketing.Closed && v.State != marketing.Dropped && v.State != marketing.Submitted {
		shell.Aside = web.Button{Label: c(ctx, "edit"), Href: "/campaigns/" + v.ID.String() + "/edit"}
	} else if may(ctx, "campaign:create") && v.State == marketing.Closed {
		shell.Aside = web.Button{Label: c(ctx, "plan-like"), Href: "/campaigns/new?from=" + v.ID.String(), Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(shell, campaignPage(v)))
}

func (v *campaignView) read(ctx context.Context, tx *op.Tx, key id.ID) (err error) {
	if v.Campaign, err = marketing.CampaignByID(ctx, tx, key); err != nil {
		return err
	}
	if err := v.load(ctx, tx); err != nil {
		return err
	}
	if tx.Viewer.May("report:read") {
		if v.Diagnosis, v.Got, err = insight.Diagnose(ctx, tx, v.Campaign); err != nil {
			return err
		}
	}
	if v.Segment, err = segmentFor(ctx, tx, v.Campaign); err != nil {
		return err
	}
	if v.State == marketing.Submitted && tx.Viewer.May("approval:read") {
		if v.Approval, err = process.ApprovalOf(ctx, tx, key); err != nil {
			return err
		}
	}
	costs, err := marketing.CostsOf(ctx, tx, []id.ID{key})
	if err != nil {
		return err
	}
	v.Costs = costs[key]
	if tx.Viewer.May("campaign-cost:read") {
		if v.Lines, err = marketing.CostLines(ctx, tx, key, page.Request{Limit: pageRows}); err != nil {
			return err
		}
		if v.Files, err = marketing.FilesOfCosts(ctx, tx, v.Lines.Items); err != nil {
			return err
		}
		if v.Kept, err = loose(ctx, tx); err != nil {
			return err
		}
	}
	if err := v.follow(ctx, tx); err != nil {
		return err
	}
	return v.prospects(ctx, tx, page.Request{Limit: shownProspects})
}

// prospects reads who came by the campaign, with stage, next step and outcome but no phone (MKT-13).
func (v *campaignView) prospects(ctx context.Context, tx *op.Tx, r page.Request) (err error) {
	if !tx.Viewer.May("lead:read") {
		return nil
	}
	if v.Prospects, err = sales.Prospects(ctx, tx, v.ID, r); err != nil {
		return err
	}
	keys := make([]id.ID, len(v.Prospects.Items))
	for i, s := range v.Prospects.Items {
		keys[i] = s.Person
	}
	v.persons, err = people.Briefs(ctx, tx, keys)
	return err
}

// sentence says what became of the campaign.
func (v campaignView) sentence(ctx context.Context) string {
	switch {
	case !may(ctx, "report:read") || v.State == marketing.Draft || v.State == marketing.Submitted || v.State == marketing.Rejected || v.State == marketing.Dropped:
		return v.Name
	case v.Diagnosis.Part:
		return c(ctx, "sentence-part", "name", v.Name)
	case v.Diagnosis.Failed != "":
		return c(ctx, "sentence-failed", "name", v.Name, "link", c(ctx, "link-"+v.Diagnosis.Failed))
	case v.Diagnosis.Met:
		return c(ctx, "sentence-met", "name", v.Name)
	case v.Diagnosis.Young:
		return c(ctx, "sentence-young", "name", v.Name)
	}
	return c(ctx, "sentence-short", "name", v.Name)
}

// steps is plan against actual, step by step.
func (v campaignView) steps(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, "steps"), Plain: true, Columns: []web.Column{{Label: c(ctx, "step")}, {Label: c(ctx, "plan"), Num: true}, {Label: c(ctx, "actual"), Num: true}, {Label: c(ctx, "share"), Num: true}}}
	add := func(name, plan, actual, href string, share *float64) {
		table.Rows = append(table.Rows, web.Row{ID: name, Cells: []templ.Component{
			web.Text(c(ctx, name)), web.Text(plan), web.Figure{Value: actual, Href: href, Hidden: c(ctx, name)}, web.Text(i18n.Percent(ctx, share)),
		}})
	}
	n := func(name string, step int, plan int64) {
		actual, planned, share := v.Got.N(step), i18n.None, (*float64)(nil)
		if plan > 0 && !v.Got.Part { // the plan is that of the whole
			planned, share = i18n.Count(ctx, plan), new(actual/float64(plan))
		}
		add(name, planned, cases(ctx, actual), v.opens(ctx, step), share)
	}
	v.reach(ctx, add)
	n("leads", insight.StepLead, v.PlanLeads)
	n("qualified", insight.StepQualified, 0)
	n("appointments", insight.StepAppointment, 0)
	n("visits", insight.StepVisit, v.PlanVisits)
	n("contracts", insight.StepContract, v.PlanContracts)
	amount := func(name, href string, plan, actual money.Fen) {
		planned, share := i18n.None, (*float64)(nil)
		if plan > 0 && (!v.Got.Part || name == "cost") {
			planned, share = i18n.MoneyWhole(ctx, plan), new(float64(actual)/float64(plan))
		}
		add(name, planned, i18n.MoneyWhole(ctx, actual), href, share)
	}
	amount("amount", v.opens(ctx, insight.StepContract), v.PlanCash, v.Got.Payable)
	amount("cash", v.casesOf(ctx, "cash"), v.PlanCash, v.Got.Cash)
	if may(ctx, "campaign-cost:read") {
		amount("cost", "#costs", v.Costs.Planned, v.Costs.Spent)
	}
	return table
}

// opens leads from a number to the cases behind it, for who sees them.
func (v campaignView) opens(ctx context.Context, step int) string {
	for name, s := range caseSteps {
		if s == step && name != "cash" {
			return v.casesOf(ctx, name)
		}
	}
	return ""
}

func (v campaignView) casesOf(ctx context.Context, step string) string {
	if !may(ctx, "lead:read") {
		return ""
	}
	return "/campaigns/" + v.ID.String() + "/cases/" + step
}

// returns are cost per lead, visit and contract, and cash per yuan.
func (v campaignView) returns(ctx context.Context) []web.Fact {
	per := func(name string, step int) web.Fact {
		n, low, high := insight.PerCase(v.Costs.Spent, v.Got, step)
		value := i18n.None
		if n > 0 && !v.Got.Part { // the costs are those of the whole
			value = c(ctx, "per-case", "value", yuan(ctx, n), "low", yuan(ctx, low), "high", yuan(ctx, high), "count", int(v.Got.N(step)+0.5))
			if high < 0 || high > tooWide*low {
				value = c(ctx, "per-case-thin", "value", yuan(ctx, n), "count", int(v.Got.N(step)+0.5))
			}
		}
		return web.Fact{Term: c(ctx, name), Value: web.Text(value)}
	}
	return []web.Fact{per("per-lead", insight.StepLead), per("per-visit", insight.StepVisit), per("per-contract", insight.StepContract), {Term: c(ctx, "per-yuan"), Value: web.Text(v.perYuan(ctx))}}
}

// tooWide is how many times the lower bound of an interval the upper one may be, beyond which the cases are called too few.
const tooWide = 4

// tooFew tells whether a figure that varies with so many contracts says too little.
func tooFew(contracts int64) bool {
	low, high := stat.Poisson(contracts)
	return low <= 0 || high > tooWide*low
}

// perYuan is the cash that came back for each yuan, of how many contracts.
func (v campaignView) perYuan(ctx context.Context) string {
	if v.Costs.Spent <= 0 || v.Got.Part {
		return i18n.None
	}
	f := insight.PerYuan(v.Costs.Spent, v.Got)
	yuan := func(n float64) string { return i18n.Money(ctx, money.Fen(n*100+0.5)) }
	if tooFew(f.N) {
		return c(ctx, "per-case-thin", "value", yuan(f.V), "count", int(f.N))
	}
	return c(ctx, "per-case", "value", yuan(f.V), "low", yuan(f.Low), "high", yuan(f.High), "count", int(f.N))
}

// yuan words an amount that is no finer than a yuan.
func yuan(ctx context.Context, f money.Fen) string { return i18n.MoneyWhole(ctx, (f+50)/100*100) }

// why words the diagnosis.
func (v campaignView) why(ctx context.Context) string {
	d := v.Diagnosis
	switch {
	case d.Part:
		return c(ctx, "why-part")
	case d.Met:
		return c(ctx, "why-met")
	case d.Failed == "":
		return c(ctx, "why-thin")
	}
	for _, l := range d.Links {
		if l.Failed {
			return c(ctx, "why-failed", "link", linkName(ctx, l.Code, l.Unit), "share", i18n.Percent(ctx, &l.Share), "points", c(ctx, "points-"+l.Code), "count", l.N)
		}
	}
	return ""
}

// costLines are the documents, the newest first.
func (v campaignView) costLines(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, "costs"), Columns: []web.Column{{Label: c(ctx, "document")}, {Label: c(ctx, "day")}, {Label: c(ctx, "category")}, {Label: c(ctx, "amount-cost"), Num: true}, {Label: c(ctx, "note")}, {Label: i18n.T(ctx, "web.list.actions"), Quiet: true}}}
	for _, l := range v.Lines.Items {
		last := web.Text("")
		switch {
		case !l.ReversedBy.IsNone():
			last = web.Chip{Text: c(ctx, "is-reversed")}
		case !l.Reverses.IsNone():
			last = web.Chip{Text: c(ctx, "is-reversal"), Tone: web.Warn}
		case v.State == marketing.Approved && may(ctx, "campaign-cost:create"):
			last = web.Button{Label: c(ctx, "reverse"), Hidden: l.Document, Href: "/campaign-costs/" + l.ID.String() + "#reverse", Small: true, Kind: web.Quiet}
		}
		table.Rows = append(table.Rows, web.Row{ID: l.ID.String(), Cells: []templ.Component{
			v.document(ctx, l), web.Text(i18n.Date(ctx, l.Day, web.Today(ctx))), web.Text(c(ctx, "category-"+l.Category)), web.Text(i18n.Money(ctx, l.Amount)), web.Text(l.Note), last,
		}})
	}
	return table
}

// document is the number of a cost's document, with how many files show it.
func (v campaignView) document(ctx context.Context, l marketing.CostLine) templ.Component {
	name := web.RecordLink("/campaign-costs/"+l.ID.String(), l.Document)
	if n := len(v.Files[l.ID]); n > 0 {
		return web.Join(name, web.Text(" "), web.Chip{Text: c(ctx, "file-count", "count", n)})
	}
	return name
}

func (v campaignView) planLines(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, "plan-costs"), Plain: true, Columns: []web.Column{{Label: c(ctx, "category")}, {Label: c(ctx, "plan"), Num: true}, {Label: c(ctx, "spent"), Num: true}, {Label: c(ctx, "note")}}}
	seen := map[string]bool{}
	for _, l := range v.Costs.Plan {
		spent := ""
		if !seen[l.Category] {
			spent = i18n.MoneyWhole(ctx, v.Costs.By[l.Category])
		}
		seen[l.Category] = true
		amount := web.Text(i18n.MoneyWhole(ctx, l.Amount))
		if !l.Approved && v.State == marketing.Approved {
			amount = web.Join(amount, web.Text(" "), web.Chip{Text: c(ctx, "waits"), Tone: web.Warn})
		}
		table.Rows = append(table.Rows, web.Row{ID: l.ID.String(), Cells: []templ.Component{web.Text(c(ctx, "category-"+l.Category)), amount, web.Text(spent), web.Text(l.Note)}})
	}
	return table
}

// prospectTable lists who came.
func (v campaignView) prospectTable(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, "prospects"), Columns: []web.Column{{Label: c(ctx, "person")}, {Label: c(ctx, "came")}, {Label: c(ctx, "stage")}, {Label: c(ctx, "next")}, {Label: c(ctx, "owner-of")}}}
	for _, s := range v.Prospects.Items {
		person := i18n.None
		if b, ok := v.persons[s.Person]; ok {
			person = b.Shown()
		}
		name := web.Text(person)
		if may(ctx, "enquiry:read") {
			name = web.RecordLink("/enquiries/"+s.Enquiry.String(), person)
		}
		next := i18n.None
		if s.NextStep != "" {
			next = word(ctx, "next-step", s.NextStep)
			if !s.NextDay.IsZero() {
				next += " · " + i18n.Date(ctx, s.NextDay, web.Today(ctx))
			}
		}
		table.Rows = append(table.Rows, web.Row{ID: s.ID.String(), Cells: []templ.Component{
			name, web.Text(i18n.Date(ctx, bizdate.Of(s.At, web.Zone(ctx)), web.Today(ctx))), web.Text(i18n.T(ctx, "stage."+string(s.Stage))), web.Text(next), web.Text(v.staff(s.Consultant)),
		}})
	}
	return table
}

func (p pages) getCampaignLeads(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "campaign")
	if err != nil {
		return err
	}
	ctx, n := r.Context(), web.PageOf(r)
	var v campaignView
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		if v.Campaign, err = marketing.CampaignByID(ctx, tx, key); err != nil {
			return err
		}
		if err := v.load(ctx, tx); err != nil {
			return err
		}
		return v.prospects(ctx, tx, page.Request{Limit: pageRows, Offset: (n - 1) * pageRows})
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: c(ctx, "prospects"), H1: c(ctx, "prospects-of", "name", v.Name, "count", v.Prospects.Total)}, prospectsPage(v, n)))
}
