package insightdoor

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// Home gives the home page of a role; false where another door has it.
func Home(r *op.Runner, role string) (web.Func, bool) {
	p := pages{r}
	switch role {
	case "principal":
		return p.getPrincipal, true
	case "general-manager":
		return p.getManager, true
	}
	return nil, false
}

const homeRows = 8 // of the lists on a home page

// homeMetrics are the figures of a home page, each of a list of records.
var homeMetrics = []string{"leads", "appointments", "visits", "contracts", "contract_amount", "cash_in"}

// principalView is the center of a principal: its last day, whom it kept waiting, and who has how much to do.
type principalView struct {
	Report  insight.Report // of its last day with an event
	Cells   insight.Cells
	Late    sales.EnquiryList // first contacts of the last days that were late, still open
	Since   bizdate.Date      // the first of those days
	Loads   []sales.Load
	Waiting waitingView
	Center  id.ID // chosen in the switch; none: all in scope
	dir     *organization.Directory
	persons map[id.ID]people.Brief
}

func (p pages) getPrincipal(w http.ResponseWriter, r *http.Request) error {
	var v principalView
	err := p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) })
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{
		Title: i18n.T(ctx, "home.principal"), H1: conclusion(ctx, v.Report.Conclusion, nil), Lead: web.Text(period(ctx, v.Report.Params) + " · " + v.centerName(ctx)),
		Aside: web.Button{Label: i18n.T(ctx, "home.open-report"), Href: "/reports/" + dailySales + "?" + query(v.Report.Params), Kind: web.Primary},
	}, principalPage(v)))
}

// lateDays are the days of which late first contacts are listed: of older ones nothing is to be mended any more.
const lateDays = 14

const dailySales = "daily-sales"

func (v *principalView) read(ctx context.Context, tx *op.Tx) (err error) {
	v.dir, v.Center = organization.Of(tx), chosenCenter(ctx, tx)
	if v.Report, err = insight.Make(ctx, tx, dailySales, insight.Params{Centers: listed(v.Center)}); err != nil {
		return err
	}
	params := v.Report.Params
	if v.Cells, err = insight.Figures(ctx, tx, insight.Ask{Metrics: homeMetrics, From: params.From, Until: params.Until, Centers: params.Centers}); err != nil {
		return err
	}
	v.Since = tx.Today(v.Center) - lateDays + 1
	if v.Late, err = sales.Enquiries(ctx, tx, sales.EnquiryFilter{Breached: true, Outcome: "open", Center: v.Center, From: v.Since, Sort: "-entered", Limit: homeRows}); err != nil {
		return err
	}
	if v.Loads, err = sales.Loads(ctx, tx, v.Center); err != nil {
		return err
	}
	if err = v.Waiting.read(ctx, tx); err != nil {
		return err
	}
	persons := make([]id.ID, len(v.Late.Items))
	for i, e := range v.Late.Items {
		persons[i] = e.Person
	}
	v.persons, err = people.Briefs(ctx, tx, persons)
	return err
}

// chosenCenter is the center of the switch, where the viewer's positions reach it.
func chosenCenter(ctx context.Context, tx *op.Tx) id.ID {
	key, err := id.Parse(web.PreferencesOf(ctx).Center)
	if err == nil && slices.ContainsFunc(organization.Of(tx).Centers(tx.Viewer), func(c organization.Center) bool { return c.ID == key }) {
		return key
	}
	return id.None
}

func listed(key id.ID) []id.ID {
	if key.IsNone() {
		return nil
	}
	return []id.ID{key}
}

// centerName is the center that the page is about.
func (v principalView) centerName(ctx context.Context) string {
	if c, ok := v.dir.Center(v.Center); ok {
		return c.Name(string(i18n.LangOf(ctx)))
	}
	if viewer, ok := op.ViewerOf(ctx); ok {
		if seen := v.dir.Centers(viewer); len(seen) == 1 {
			return seen[0].Name(string(i18n.LangOf(ctx)))
		}
	}
	return i18n.T(ctx, "insight.all-centers")
}

// figures are the day's figures, each with its usual range where the report knows it.
func (v principalView) figures(ctx context.Context) web.FigureStrip {
	var out web.FigureStrip
	for _, key := range homeMetrics {
		m, _ := insight.MetricByID(key)
		x, _ := v.Cells.Value(key, nil)
		item := web.StripFigure{Label: i18n.T(ctx, "metric."+key), Figure: web.Figure{
			Value: value(ctx, m.Unit, insight.Figure{V: x}), Href: link(ctx, insight.Column{Metric: key}, v.Report.Params, insight.Row{}), Hidden: period(ctx, v.Report.Params),
		}}
		if i := slices.IndexFunc(v.Report.Conclusion.Evidence, func(e insight.Evidence) bool { return e.Metric == key }); i >= 0 {
			e := v.Report.Conclusion.Evidence[i]
			item.Note = web.Text(i18n.T(ctx, "home.usual", "range", i18n.Range(ctx, value(ctx, m.Unit, insight.Figure{V: e.Low}), value(ctx, m.Unit, insight.Figure{V: e.High}))))
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// enquiries is the address of a list of open enquiries of the page's center.
func (v principalView) enquiries(pairs ...string) string {
	q := url.Values{"outcome": {"open"}}
	if !v.Center.IsNone() {
		q.Set("center", v.Center.String())
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "/enquiries?" + q.Encode()
}

func (v principalView) late(ctx context.Context) web.Table {
	out := web.Table{Caption: i18n.T(ctx, "home.late"), Columns: []web.Column{
		{Label: i18n.T(ctx, "home.customer")}, {Label: i18n.T(ctx, "home.entered")}, {Label: i18n.T(ctx, "home.contact-due")}, {Label: i18n.T(ctx, "dimension.consultant")},
	}}
	for _, e := range v.Late.Items {
		href := "/enquiries/" + e.ID.String()
		due := web.Text(i18n.None)
		if !e.ContactDue.IsZero() && e.FirstTouch.IsZero() {
			due = web.Chip{Text: i18n.Soon(ctx, e.ContactDue, web.Now(ctx)), Tone: web.Bad}
		} else if !e.FirstTouch.IsZero() {
			due = web.Text(i18n.T(ctx, "home.contacted-after", "span", i18n.Span(ctx, e.FirstTouch.Sub(e.Entered))))
		}
		out.Rows = append(out.Rows, web.Row{ID: e.ID.String(), Href: href, Cells: []templ.Component{
			web.RecordLink(href, v.person(ctx, e.Person)), web.Text(i18n.DateTime(ctx, e.Entered, web.Zone(ctx), web.Now(ctx))), due, web.Text(v.staff(ctx, e.Consultant)),
		}})
	}
	return out
}

func (v principalView) person(ctx context.Context, key id.ID) string {
	if name := v.persons[key].Shown(); name != "" {
		return name
	}
	return i18n.T(ctx, "home.unnamed")
}

func (v principalView) staff(ctx context.Context, key id.ID) string {
	if name := v.dir.StaffName(key); name != "" {
		return name
	}
	return i18n.T(ctx, "home.nobody")
}

// loads is who has how many open enquiries; each figure opens them.
func (v principalView) loads(ctx context.Context) web.Table {
	out := web.Table{Caption: i18n.T(ctx, "home.load"), Plain: true, Columns: []web.Column{
		{Label: i18n.T(ctx, "dimension.consultant")}, {Label: i18n.T(ctx, "home.open"), Num: true}, {Label: i18n.T(ctx, "home.breached"), Num: true},
	}}
	for _, l := range v.Loads {
		name, who := v.staff(ctx, l.Consultant), []string{"consultant", l.Consultant.String()}
		if l.Consultant.IsNone() {
			who = []string{"pool", "true"}
		}
		out.Rows = append(out.Rows, web.Row{ID: l.Consultant.String(), Cells: []templ.Component{
			web.Text(name),
			web.Figure{Value: i18n.Count(ctx, l.Open), Href: v.enquiries(who...), Hidden: name},
			web.Figure{Value: i18n.Count(ctx, l.Breached), Href: v.enquiries(append(who, "breached", "true")...), Hidden: name},
		}})
	}
	return out
}

// mayReport refuses who may not see figures.
func mayReport(ctx context.Context) error {
	if v, ok := op.ViewerOf(ctx); !ok || !v.May("report:read") {
		return problem.Forbidden("report:read")
	}
	return nil
}
