package salesdoor

import (
	"context"
	"math"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/web"
)

const (
	workRows = 50 // rows of the work list
	firstFew = 5  // what the sentence calls the first few
)

// workView is a consultant's day: what to do, in order, and the panel of the row at hand.
type workView struct {
	names
	Base   string // address of the page
	Rows   []sales.WorkRow
	Total  int64
	Worth  money.Fen // expected of all of it
	From   int       // number of the first row, from 0
	Counts sales.WorkCounts
	Today  sales.AppointmentList // open ones of today
	Goals  []insight.Progress    // one's targets of the month
	At     int                   // the row at hand
	Panel  *callView
	Saved  string // what was just done, said with the swap
}

// getWork is the consultant's home: the work list and the call panel (SAL-3).
func (p door) getWork(w http.ResponseWriter, r *http.Request) error {
	no, err := strconv.Atoi(r.URL.Query().Get("no"))
	if err != nil {
		no = 0
	}
	v, err := p.work(r, r.URL.Path, r.URL.Query().Get("at"), no)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(r.Context(), "work.title"), Own: true}, workPage(v)))
}

// work loads the page of the list with the no-th row, from 0; the row at hand is the enquiry at if it stands there, else the no-th.
func (p door) work(r *http.Request, base, at string, no int) (v workView, err error) {
	v = workView{Base: base}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		staff := tx.Viewer.Staff
		if err = v.page(ctx, tx, staff, no); err != nil {
			return err
		}
		if err = v.around(ctx, tx, staff); err != nil {
			return err
		}
		persons := make([]id.ID, len(v.Rows))
		for i, row := range v.Rows {
			persons[i] = row.Person
			if row.ID.String() == at {
				no = v.From + i
			}
		}
		if v.names, err = p.load(ctx, tx, persons...); err != nil || len(v.Rows) == 0 {
			return err
		}
		v.At = min(max(no-v.From, 0), len(v.Rows)-1)
		v.Panel, err = p.call(ctx, tx, v.names, v.Rows[v.At].Enquiry)
		if err == nil {
			v.Panel.Base, v.Panel.No, v.Panel.Of = base, v.From+v.At, v.Total
		}
		return err
	})
	return v, err
}

// around reads what stands around the list: numbers, who comes today, and how far the target is.
func (v *workView) around(ctx context.Context, tx *op.Tx, staff id.ID) (err error) {
	if v.Counts, err = sales.CountWork(ctx, tx, staff); err != nil {
		return err
	}
	today := tx.Today(tx.Viewer.Center)
	if v.Today, err = sales.Appointments(ctx, tx, sales.AppointmentFilter{Consultant: staff, From: today, Until: today, Open: true, Limit: deskRows}); err != nil {
		return err
	}
	if tx.Viewer.May("target:read") && !staff.IsNone() {
		v.Goals, err = insight.ProgressOf(ctx, tx, staff)
	}
	return err
}

// page reads the rows around the no-th, or the last ones where the list is shorter.
func (v *workView) page(ctx context.Context, tx *op.Tx, staff id.ID, no int) error {
	for v.From = max(no, 0) / workRows * workRows; ; v.From = max(int(v.Total)-1, 0) / workRows * workRows {
		list, err := sales.WorkList(ctx, tx, staff, workRows, v.From)
		if err != nil {
			return err
		}
		v.Rows, v.Total, v.Worth = list.Items, list.Total, list.Expected
		if len(v.Rows) > 0 || v.From == 0 {
			return nil
		}
	}
}

// at is the address of the page with the no-th row.
func (v workView) at(no int) string {
	if no == 0 {
		return v.Base
	}
	return query(v.Base, "no", strconv.Itoa(no))
}

// sentence is the page's heading: how much there is, and what comes first.
func (v workView) sentence(ctx context.Context) string {
	switch {
	case v.Total == 0:
		return t(ctx, "work.all-done")
	case v.Counts.FirstOverdue > 0:
		return t(ctx, "work.overdue-first", "count", int(v.Total), "first", i18n.Count(ctx, v.Counts.FirstOverdue))
	case v.Total <= firstFew:
		return t(ctx, "work.at-once", "count", int(v.Total))
	}
	few := money.Fen(0)
	for _, row := range v.Rows[:min(firstFew, len(v.Rows))] {
		few += row.Expected
	}
	if v.From > 0 || v.Worth <= 0 {
		return t(ctx, "work.first-few", "count", int(v.Total), "first", firstFew)
	}
	part := float64(few) / float64(v.Worth)
	return t(ctx, "work.few-bring", "count", int(v.Total), "first", firstFew, "share", i18n.Percent(ctx, &part))
}

// expected is what all of it is worth; "" where nothing is known.
func (v workView) expected(ctx context.Context) string {
	if v.Worth <= 0 {
		return ""
	}
	return t(ctx, "work.expected", "amount", wholeYuan(ctx, v.Worth))
}

// soonest names the first contact that runs out next; "" where none does.
func (v workView) soonest(ctx context.Context) string {
	now := web.Now(ctx)
	for _, row := range v.Rows {
		if row.FirstTouch.IsZero() && row.ContactDue.After(now) {
			return t(ctx, "work.soonest", "name", v.person(ctx, row.Person), "span", i18n.Span(ctx, row.ContactDue.Sub(now)))
		}
	}
	return ""
}

// shownGoals is how many targets the home page tells.
const shownGoals = 2

// goals says how far one's targets of the month are reached, and what is expected by its end (SAL-14).
func (v workView) goals(ctx context.Context) (lines []string) {
	for _, g := range v.Goals[:min(shownGoals, len(v.Goals))] {
		m, _ := sales.TargetMetricByID(g.Metric)
		word := func(n int64) string {
			if m.Money {
				return i18n.MoneyWhole(ctx, money.Fen(n))
			}
			return i18n.Count(ctx, n)
		}
		line := t(ctx, "targets.home", "metric", i18n.T(ctx, "metric."+g.Metric), "target", word(g.Target), "actual", word(g.Actual), "share", i18n.Percent(ctx, g.Share()))
		switch o := g.Outlook; {
		case o.Thin:
			line += t(ctx, "targets.home-thin")
		case m.Money: // an estimate is no finer than a thousand yuan
			line += t(ctx, "targets.home-forecast", "low", i18n.MoneyShort(ctx, money.Fen(o.Low)), "high", i18n.MoneyShort(ctx, money.Fen(o.High)))
		default:
			line += t(ctx, "targets.home-forecast", "low", i18n.Count(ctx, int64(math.Floor(o.Low))), "high", i18n.Count(ctx, int64(math.Ceil(o.High))))
		}
		lines = append(lines, line)
	}
	return lines
}

func (v workView) tabs(ctx context.Context) web.Tabs {
	me := viewerOf(ctx).Staff.String()
	today := web.Today(ctx).String()
	count := func(n int64) *int { c := int(n); return &c }
	return web.Tabs{Label: t(ctx, "work.views"), Items: []web.Tab{
		{Label: t(ctx, "work.tab-today"), Href: v.Base, Count: count(v.Total), Current: true},
		{Label: t(ctx, "work.tab-appointments"), Href: query("/appointments", "from", today, "until", today, "open", "1", "consultant", me), Count: count(v.Today.Total)},
		{Label: code(ctx, "stage", "quoted"), Href: query("/enquiries", "stage", "quoted", "consultant", me), Count: count(v.Counts.Quoted)},
		{Label: code(ctx, "stage", "new"), Href: query("/enquiries", "stage", "new", "consultant", me), Count: count(v.Counts.New)},
		{Label: t(ctx, "work.tab-open"), Href: query("/enquiries", "outcome", "open", "consultant", me), Count: count(v.Counts.Open)},
	}}
}

func (v workView) list(ctx context.Context) web.WorkList {
	l := web.WorkList{
		Caption: t(ctx, "work.title"),
		Heads:   [4]string{t(ctx, "work.head-name"), t(ctx, "work.head-next"), t(ctx, "work.head-why"), t(ctx, "work.head-worth")}, From: v.From + 1,
	}
	for i, row := range v.Rows {
		l.Rows = append(l.Rows, v.row(ctx, i, row))
	}
	return l
}

func (v workView) row(ctx context.Context, i int, row sales.WorkRow) web.WorkRow {
	name := v.person(ctx, row.Person)
	most := money.Fen(1)
	for _, other := range v.Rows {
		most = max(most, other.Expected)
	}
	out := web.WorkRow{
		ID: row.ID.String(), Name: name, Href: enquiryPath(row.ID), Sub: v.about(ctx, row.Person, row.Channel), Stage: stageBar(ctx, row.Stage),
		Step: v.step(ctx, row), Due: due(ctx, row.Enquiry), Why: why(ctx, row), Current: i == v.At,
	}
	if row.Expected > 0 {
		out.Amount, out.Share = web.Figure{Value: wholeYuan(ctx, row.Expected), Href: enquiryPath(row.ID) + "#worth", Hidden: name}, max(int(row.Expected*100/most), 1)
	}
	for _, a := range []struct{ key, what string }{{"c", "call"}, {"r", "result"}, {"d", "date"}} {
		href := v.open(i, row, a.what)
		b := web.Button{Label: t(ctx, "work."+a.what), Hidden: name, Small: true, Kind: web.Quiet, Href: href, Attrs: panelLink(href)}
		if number := dial(v.persons[row.Person].Phone); a.what == "call" && number != "" {
			b.Href, b.Attrs = number, templ.Attributes{}
		}
		if a.what == "result" { // the panel follows the row that one moves to
			b.Attrs["hx-trigger"] = "click, focusin from:'closest tr' delay:150ms"
		}
		if i == v.At {
			b.Kind = web.Plain
		}
		b.Attrs["data-key"] = a.key
		out.Actions = append(out.Actions, b)
	}
	return out
}

// step is what to do with a row: who comes today is confirmed first.
func (v workView) step(ctx context.Context, row sales.WorkRow) string {
	for _, a := range v.Today.Items {
		switch {
		case a.Enquiry != row.ID:
		case a.State == sales.Booked:
			return t(ctx, "work.confirm-visit", "time", clockOf(ctx, a.Starts))
		default:
			return t(ctx, "work.comes-today", "time", clockOf(ctx, a.Starts))
		}
	}
	return step(ctx, row.Enquiry)
}

// open is the address of the panel of an enquiry; what says which part of it is wanted first.
func (v workView) open(no int, row sales.WorkRow, what string) string {
	return query(enquiryPath(row.ID, "call"), "back", v.Base, "no", strconv.Itoa(v.From+no), "of", strconv.FormatInt(v.Total, 10), "first", what)
}

// wholeYuan writes an expected amount, which is not known to the fen.
func wholeYuan(ctx context.Context, f money.Fen) string {
	return i18n.MoneyWhole(ctx, (f+50)/100*100)
}

// why says why a row stands where it stands.
func why(ctx context.Context, row sales.WorkRow) string {
	text := code(ctx, "why", row.Why)
	switch {
	case row.Why == "first" || row.Why == "first-overdue":
		return join(t(ctx, "work.came-in", "when", moment(ctx, row.Entered)), text)
	case row.Quote != nil:
		return join(text, t(ctx, "work.quoted", "day", shortDay(ctx, row.Quote.Made), "amount", i18n.MoneyWhole(ctx, row.Quote.Payable), "until", i18n.DateShort(ctx, row.Quote.ValidUntil)))
	case !row.LastTouch.IsZero():
		return join(text, t(ctx, "work.last-touch", "ago", i18n.Ago(ctx, row.LastTouch, web.Now(ctx))))
	}
	return text
}
