package marketingdoor

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/web"
	"zhike/internal/web/chart"
)

// caseSteps are the figures of a campaign that open to their cases.
var caseSteps = map[string]int{"leads": insight.StepLead, "qualified": insight.StepQualified, "appointments": insight.StepAppointment, "visits": insight.StepVisit, "contracts": insight.StepContract, "cash": insight.StepContract}

// casesView are the prospects behind a figure of a campaign.
type casesView struct {
	campaignView
	Step  string
	Cases []insight.Case
}

func (p pages) getCampaignCases(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := web.PathID(r, "id", "campaign")
	if err != nil {
		return err
	}
	v := casesView{Step: r.PathValue("step")}
	step, known := caseSteps[v.Step]
	switch {
	case !known:
		return problem.NotFound("campaign")
	case !may(ctx, "report:read"):
		return problem.Forbidden("report:read")
	}
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx, key, step) })
	if err != nil {
		return err
	}
	h1 := c(ctx, "cases-"+v.Step, "name", v.Name, "count", len(v.Cases), "cash", i18n.MoneyWhole(ctx, v.cash()))
	return web.Render(w, r, web.Shell(web.Page{Title: c(ctx, v.Step), H1: h1, Sub: v.No}, casesPage(v)))
}

func (v *casesView) read(ctx context.Context, tx *op.Tx, key id.ID, step int) (err error) {
	if v.Campaign, err = marketing.CampaignByID(ctx, tx, key); err != nil {
		return err
	}
	if err := v.load(ctx, tx); err != nil {
		return err
	}
	if v.Cases, err = insight.CampaignCases(ctx, tx, v.Campaign); err != nil {
		return err
	}
	v.Cases = slices.DeleteFunc(v.Cases, func(k insight.Case) bool { return k.At[step].IsZero() || v.Step == "cash" && k.Cash == 0 })
	slices.SortStableFunc(v.Cases, func(a, b insight.Case) int { return b.At[step].Compare(a.At[step]) })
	keys := make([]id.ID, len(v.Cases))
	for i, k := range v.Cases {
		keys[i] = k.Person
	}
	v.persons, err = people.Briefs(ctx, tx, keys)
	return err
}

func (v casesView) cash() (sum money.Fen) {
	for _, k := range v.Cases {
		sum += k.Cash
	}
	return sum
}

func (v casesView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, v.Step), Columns: []web.Column{{Label: c(ctx, "person")}, {Label: c(ctx, "day")}, {Label: c(ctx, "owner-of")}, {Label: c(ctx, "amount"), Num: true}, {Label: c(ctx, "cash"), Num: true}}}
	var payable money.Fen
	for _, k := range v.Cases {
		name := i18n.None
		if b, ok := v.persons[k.Person]; ok {
			name = b.Shown()
		}
		person := web.Text(name)
		if may(ctx, "enquiry:read") && !k.Enquiry.IsNone() {
			person = web.RecordLink("/enquiries/"+k.Enquiry.String(), name)
		}
		payable += k.Payable
		table.Rows = append(table.Rows, web.Row{ID: k.Enquiry.String(), Cells: []templ.Component{
			person, web.Text(i18n.Date(ctx, bizdate.Of(k.At[caseSteps[v.Step]], web.Zone(ctx)), web.Today(ctx))), web.Text(v.staff(k.Consultant)), web.Text(i18n.Money(ctx, k.Payable)), web.Text(i18n.Money(ctx, k.Cash)),
		}})
	}
	table.Rows = append(table.Rows, web.Row{ID: "sum", Cells: []templ.Component{web.Text(b(ctx, "total")), web.Text(""), web.Text(""), web.Text(i18n.Money(ctx, payable)), web.Text(i18n.Money(ctx, v.cash()))}})
	return table
}

// course is what a campaign cost and brought in by week, added up.
type course struct {
	weeks       []bizdate.Date // their last days
	costs, cash []money.Fen
}

const mostWeeks = 26 // of a chart; then it stops

// follow reads the course of a campaign until today.
func (v *campaignView) follow(ctx context.Context, tx *op.Tx) error {
	if v.State != marketing.Approved && v.State != marketing.Closed || !tx.Viewer.May("report:read") || !tx.Viewer.May("campaign-cost:read") {
		return nil
	}
	cases, err := insight.CampaignCases(ctx, tx, v.Campaign)
	if err != nil {
		return err
	}
	cash, err := insight.CashByDay(ctx, tx, cases)
	if err != nil {
		return err
	}
	lines, err := marketing.CostsIn(ctx, tx, []id.ID{v.ID}, 0, bizdate.New(9999, time.December, 31))
	if err != nil {
		return err
	}
	today := tx.Today(v.Center)
	for end := v.From + 6; len(v.course.weeks) < mostWeeks; end += 7 {
		end = min(end, max(today, v.From))
		var spent, paid money.Fen
		for _, l := range lines {
			if l.Day <= end {
				spent += l.Amount
			}
		}
		for day, n := range cash {
			if day <= end {
				paid += n
			}
		}
		v.course.weeks, v.course.costs, v.course.cash = append(v.course.weeks, end), append(v.course.costs, spent), append(v.course.cash, paid)
		if end >= today {
			return nil
		}
	}
	return nil
}

// chart draws cost and cash over time, with the table of the same figures.
func (v campaignView) chart(ctx context.Context, width float64) chart.Line {
	word := func(n float64) string { return i18n.MoneyShort(ctx, money.Fen(n)) }
	line := chart.Line{
		Head:     chart.Head{Title: c(ctx, "course"), Of: c(ctx, "course-week"), Value: c(ctx, "cash"), Width: width, Format: word},
		Series:   []chart.Series{{Name: c(ctx, "cost")}, {Name: c(ctx, "cash")}},
		FromZero: true,
	}
	for i, end := range v.course.weeks {
		line.Labels = append(line.Labels, i18n.DateShort(ctx, end))
		line.Series[0].Values = append(line.Series[0].Values, float64(v.course.costs[i]))
		line.Series[1].Values = append(line.Series[1].Values, float64(v.course.cash[i]))
	}
	last := len(v.course.weeks) - 1
	line.Alt = c(ctx, "course-alt", "day", line.Labels[last], "cost", i18n.MoneyWhole(ctx, v.course.costs[last]), "cash", i18n.MoneyWhole(ctx, v.course.cash[last]))
	return line
}
