package salesdoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// visitQuery is the address of the list of visits; without days it is today's.
type visitQuery struct {
	From       bizdate.Date `json:"from"`
	Until      bizdate.Date `json:"until"`
	Centers    []id.ID      `json:"center"` // any of them
	Consultant id.ID        `json:"consultant"`
	Channel    id.ID        `json:"channel"`
	Course     id.ID        `json:"course"`
	Kind       string       `json:"kind"` // one or several, comma separated
	Page       int          `json:"page"`
}

func (q visitQuery) filter() sales.VisitFilter {
	return sales.VisitFilter{
		From: q.From, Until: q.Until, Centers: q.Centers, Consultant: q.Consultant, Of: sales.MatterFilter{Channel: q.Channel, Course: q.Course, Kind: q.Kind},
		Limit: listRows, Offset: (max(q.Page, 1) - 1) * listRows,
	}
}

type visitsView struct {
	names
	Query visitQuery
	sales.VisitList
}

func (p door) getVisits(w http.ResponseWriter, r *http.Request) error {
	var v visitsView
	var err error
	if v.Query, err = listQuery[visitQuery](r); err != nil {
		return err
	}
	v.Query = v.Query.ofToday(r.Context())
	if err := p.read(r, func(ctx context.Context, tx *op.Tx) error { return p.readVisits(ctx, tx, &v) }); err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{Title: t(ctx, "visits.title"), H1: t(ctx, "visits.h1", "count", int(v.Total)), Sub: rangeText(ctx, v.Query.From, v.Query.Until), Lead: visitDays(v)}
	if may(ctx, "visit:create") {
		page.Aside = web.Button{Label: t(ctx, "walk-in.title"), Href: "/walk-ins/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(page, visitsPage(v)))
}

// ofToday is a list that names no days: that of today.
func (q visitQuery) ofToday(ctx context.Context) visitQuery {
	if q.From.IsZero() && q.Until.IsZero() {
		q.From, q.Until = web.Today(ctx), web.Today(ctx)
	}
	return q
}

func (p door) readVisits(ctx context.Context, tx *op.Tx, v *visitsView) (err error) {
	if v.VisitList, err = sales.ListVisits(ctx, tx, v.Query.filter()); err != nil {
		return err
	}
	persons := make([]id.ID, len(v.Items))
	for i, visit := range v.Items {
		persons[i] = visit.Person
	}
	v.names, err = p.load(ctx, tx, persons...)
	return err
}

func (v visitsView) chips(ctx context.Context) web.FilterChips {
	q := v.Query
	return web.FilterChips{
		Clear: "/visits", Add: visitFilters(v),
		Items: v.matterChips(ctx, []matterChip{{"consultant", q.Consultant}, {"channel", q.Channel}, {"course", q.Course}}, q.Kind, q.Centers),
	}
}

// day is the address of another day, with the other filters.
func (v visitsView) day(ctx context.Context, d bizdate.Date) string {
	return web.Address(ctx, "from", d.String(), "until", d.String(), "page", "")
}

// visitTable lists visits; with days where they are not all of one day.
func (n names) visitTable(ctx context.Context, list []sales.Visit, withDays bool) web.Table {
	table := web.Table{Caption: t(ctx, "visits.title"), Columns: []web.Column{
		{Label: t(ctx, "field.person")}, {Label: t(ctx, "field.arrived")}, {Label: t(ctx, "field.consultant")}, {Label: t(ctx, "field.came")}, {Label: t(ctx, "field.outcome")},
	}}
	for _, visit := range list {
		at := clockOf(ctx, visit.Arrived)
		if withDays {
			at = i18n.DateTime(ctx, visit.Arrived, web.Zone(ctx), web.Now(ctx))
		}
		came := t(ctx, "visits.invited")
		if visit.Appointment.IsNone() {
			came = t(ctx, "visits.walked-in")
		}
		table.Rows = append(table.Rows, web.Row{ID: visit.ID.String(), Href: path("visits", visit.ID.String()), Cells: []templ.Component{
			visitorCell(n, visit), web.Text(at), web.Text(n.staff(visit.Consultant)), web.Text(came), outcomeChip(visit),
		}})
	}
	return table
}

// visitView is one visit and what was learnt in the talk.
type visitView struct {
	names
	Visit   sales.Visit
	Enquiry sales.Enquiry
	Course  contracts.Course // talked about; none yet
	Reasons []string
}

func (p door) getVisit(w http.ResponseWriter, r *http.Request) error {
	v, err := p.visit(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if web.IsFragment(r) {
		return web.Render(w, r, needsFields(v))
	}
	page := web.Page{H1: t(ctx, "visit.h1", "name", v.person(ctx, v.Visit.Person)), Sub: i18n.DateTime(ctx, v.Visit.Arrived, web.Zone(ctx), web.Now(ctx))}
	return web.Render(w, r, web.Shell(page, visitPage(v)))
}

// visit loads a visit with the course whose questions are asked: the one chosen on the page, else the enquiry's.
func (p door) visit(r *http.Request) (v visitView, err error) {
	key, err := web.PathID(r, "id", "visit")
	if err != nil {
		return v, err
	}
	course, err := id.Parse(r.FormValue("course_id"))
	if err != nil {
		course = id.None
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if v.Visit, err = sales.VisitByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Enquiry, err = sales.EnquiryByID(ctx, tx, v.Visit.Enquiry); err != nil {
			return err
		}
		if v.names, err = p.load(ctx, tx, v.Visit.Person); err != nil {
			return err
		}
		if course.IsNone() {
			course = v.Enquiry.Course
		}
		for _, c := range v.courses {
			if c.ID == course {
				v.Course = c
			}
		}
		v.Reasons, err = lossReasons(ctx, tx)
		return err
	})
	return v, err
}

// postFinish ends a visit; who wants a quote is quoted next (SAL-6).
func (p door) postFinish(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "visit")
	if err != nil {
		return err
	}
	in, err := web.Decode[sales.FinishVisitInput](r)
	var out sales.VisitAnswer
	if err == nil {
		in.VisitID = key
		if in.Outcome != "lost" {
			in.LostReason = ""
		}
		out, err = sales.FinishVisit.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getVisit)
	}
	to := enquiryPath(out.Enquiry)
	if in.Outcome == "quote" && may(r.Context(), "quote:create") {
		to = enquiryPath(out.Enquiry, "quote")
	}
	return web.Redirect(w, r, to, web.Status{Text: t(r.Context(), "visit.finished"), Tone: web.Good})
}

// postCheckIn makes the visit of an appointment (SAL-5).
func (p door) postCheckIn(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[sales.CheckInInput](r)
	if err != nil {
		return err
	}
	out, err := sales.CheckIn.Run(r.Context(), p.Ops, in)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, nextOf(r, path("visits", out.ID.String())), p.arrived(r, out))
}

// postReceive says that somebody takes care of a visitor (SAL-5).
func (p door) postReceive(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "visit")
	if err != nil {
		return err
	}
	in, err := web.Decode[sales.ReceptionInput](r)
	if err != nil {
		return err
	}
	in.VisitID = key
	if _, err := sales.BeginReception.Run(r.Context(), p.Ops, in); err != nil {
		return err
	}
	return web.Redirect(w, r, nextOf(r, path("visits", key.String())), web.Status{Text: t(r.Context(), "visit.received"), Tone: web.Good})
}

// arrived says who is here and who was told.
func (p door) arrived(r *http.Request, out sales.VisitAnswer) web.Status {
	ctx := r.Context()
	s := web.Status{Text: t(ctx, "visit.arrived"), Tone: web.Good}
	if name := p.Dir.StaffName(out.Consultant); name != "" {
		s.Text = t(ctx, "visit.arrived-told", "name", name)
	}
	return s
}
