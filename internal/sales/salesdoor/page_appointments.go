package salesdoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// appointmentQuery is the address of the list of appointments; without days it is today's.
type appointmentQuery struct {
	From       bizdate.Date `json:"from"`
	Until      bizdate.Date `json:"until"`
	State      string       `json:"state"`
	Open       bool         `json:"open"`
	Due        bool         `json:"due"`
	Centers    []id.ID      `json:"center"` // any of them
	Consultant id.ID        `json:"consultant"`
	Inviter    id.ID        `json:"inviter"`
	Channel    id.ID        `json:"channel"`
	Course     id.ID        `json:"course"`
	Kind       string       `json:"kind"` // one or several, comma separated
	Search     string       `json:"q"`
	Page       int          `json:"page"`
	After      string       `json:"after"`
}

func (q appointmentQuery) filter() sales.AppointmentFilter {
	f := sales.AppointmentFilter{
		From: q.From, Until: q.Until, State: sales.AppointmentState(q.State), Open: q.Open, Due: q.Due, Centers: q.Centers, Consultant: q.Consultant,
		Inviter: q.Inviter, Of: sales.MatterFilter{Channel: q.Channel, Course: q.Course, Kind: q.Kind}, After: q.After, Limit: listRows,
	}
	if q.After == "" {
		f.Offset = (max(q.Page, 1) - 1) * listRows
	}
	return f
}

// oneDay tells whether the list is a single day's.
func (q appointmentQuery) oneDay() bool { return q.From == q.Until && !q.From.IsZero() }

type appointmentsView struct {
	names
	Query appointmentQuery
	List  sales.AppointmentList
	Back  string // address of this list, to come back to
}

func (p door) getAppointments(w http.ResponseWriter, r *http.Request) error {
	v, err := p.appointments(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "appointments.title"), H1: v.sentence(ctx), Lead: dayLinks(v)}, appointmentsPage(v)))
}

func (p door) appointments(r *http.Request) (v appointmentsView, err error) {
	if v.Query, err = listQuery[appointmentQuery](r); err != nil {
		return v, err
	}
	v.Query = v.Query.ofToday(r.Context())
	v.Back = web.Address(r.Context())
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error { return p.readAppointments(ctx, tx, &v) })
	return v, err
}

// ofToday is a list that names no days: that of today.
func (q appointmentQuery) ofToday(ctx context.Context) appointmentQuery {
	if q.From.IsZero() && q.Until.IsZero() {
		q.From, q.Until = web.Today(ctx), web.Today(ctx)
	}
	return q
}

func (p door) readAppointments(ctx context.Context, tx *op.Tx, v *appointmentsView) (err error) {
	f := v.Query.filter()
	if f.Persons, err = found(ctx, tx, v.Query.Search); err != nil {
		return err
	}
	if v.List, err = sales.Appointments(ctx, tx, f); err != nil {
		return err
	}
	persons := make([]id.ID, len(v.List.Items))
	for i, a := range v.List.Items {
		persons[i] = a.Person
	}
	v.names, err = p.load(ctx, tx, persons...)
	return err
}

func (v appointmentsView) sentence(ctx context.Context) string {
	q, today, n := v.Query, web.Today(ctx), int(v.List.Total)
	if !q.oneDay() {
		return t(ctx, "appointments.h1", "count", n)
	}
	if q.From != today {
		return t(ctx, "appointments.h1-day", "count", n, "day", i18n.Date(ctx, q.From, today))
	}
	if next, ok := v.next(ctx); ok {
		return t(ctx, "appointments.h1-next", "count", n, "time", clockOf(ctx, next.Starts), "name", v.person(ctx, next.Person))
	}
	return t(ctx, "appointments.h1-today", "count", n)
}

// next is who comes next.
func (v appointmentsView) next(ctx context.Context) (sales.Appointment, bool) {
	for _, a := range v.List.Items {
		if isOpen(a) && !a.Starts.Before(web.Now(ctx)) {
			return a, true
		}
	}
	return sales.Appointment{}, false
}

func isOpen(a sales.Appointment) bool { return a.State == sales.Booked || a.State == sales.Confirmed }

// day is the address of another day, with the other filters.
func (v appointmentsView) day(ctx context.Context, d bizdate.Date) string {
	return web.Address(ctx, "from", d.String(), "until", d.String(), "page", "", "after", "")
}

func (v appointmentsView) tabs(ctx context.Context) web.Tabs {
	q := v.Query
	tab := func(label string, current bool, pairs ...string) web.Tab {
		all := append([]string{"state", "", "open", "", "due", "", "page", "", "after", "", "from", q.From.String(), "until", q.Until.String()}, pairs...)
		return web.Tab{Label: label, Href: web.Address(ctx, all...), Current: current}
	}
	out := web.Tabs{Label: t(ctx, "appointments.by-state"), Saved: true, Items: []web.Tab{
		tab(t(ctx, "all"), q.State == "" && !q.Open && !q.Due),
		tab(t(ctx, "appointments.open-ones"), q.Open, "open", "true"),
	}}
	if q.Due {
		out.Items = append(out.Items, tab(t(ctx, "appointments.due-ones"), true, "due", "true"))
	}
	for _, s := range []sales.AppointmentState{sales.Arrived, sales.NoShow, sales.Moved, sales.Cancelled} {
		out.Items = append(out.Items, tab(code(ctx, "appointment-state", string(s)), q.State == string(s), "state", string(s)))
	}
	out.Tools = web.DensitySwitch()
	return out
}

func (v appointmentsView) chips(ctx context.Context) web.FilterChips {
	q := v.Query
	out := web.FilterChips{Clear: "/appointments", Add: appointmentFilters(v)}
	out.Items = v.matterChips(ctx, []matterChip{{"consultant", q.Consultant}, {"inviter", q.Inviter}, {"channel", q.Channel}, {"course", q.Course}}, q.Kind, q.Centers)
	if q.Search != "" {
		out.Items = append(out.Items, web.FilterChip{Label: t(ctx, "field.search"), Value: q.Search, Drop: web.Address(ctx, "q", "", "page", "", "after", "")})
	}
	return out
}

func (v appointmentsView) empty(ctx context.Context) web.EmptyState {
	if chips := v.chips(ctx).Items; len(chips) > 0 || v.Query.State != "" || v.Query.Open {
		return web.EmptyState{Kind: web.NoMatch, Text: t(ctx, "appointments.no-match"), Do: &web.Button{Label: t(ctx, "drop-filters"), Href: query("/appointments", "from", v.Query.From.String(), "until", v.Query.Until.String())}}
	}
	return web.EmptyState{Title: t(ctx, "appointments.none"), Text: t(ctx, "appointments.none-text"), Do: &web.Button{Label: t(ctx, "appointments.tomorrow"), Href: v.day(ctx, v.Query.Until+1)}}
}

func (v appointmentsView) nextPage(ctx context.Context) string {
	if v.List.Next == "" {
		return ""
	}
	return web.Address(ctx, "after", v.List.Next, "page", "")
}

// appointmentStep runs a step of an appointment and comes back to the list.
func (p door) appointmentStep(w http.ResponseWriter, r *http.Request, o op.Op[sales.AppointmentInput, sales.BookedAppointment], said string) error {
	key, err := web.PathID(r, "id", "appointment")
	if err != nil {
		return err
	}
	if _, err := o.Run(r.Context(), p.Ops, sales.AppointmentInput{AppointmentID: key}); err != nil {
		return err
	}
	return web.Redirect(w, r, nextOf(r, "/appointments"), web.Status{Text: t(r.Context(), said), Tone: web.Good})
}

// nextOf is the page that a form comes back to.
func nextOf(r *http.Request, usual string) string {
	if next := r.PostForm.Get("_next"); next != "" {
		return web.LocalPath(next)
	}
	return usual
}

func (p door) postConfirm(w http.ResponseWriter, r *http.Request) error {
	return p.appointmentStep(w, r, sales.Confirm, "appointments.confirmed")
}

func (p door) postCancel(w http.ResponseWriter, r *http.Request) error {
	return p.appointmentStep(w, r, sales.Cancel, "appointments.cancelled")
}

func (p door) postMiss(w http.ResponseWriter, r *http.Request) error {
	return p.appointmentStep(w, r, sales.Miss, "appointments.missed")
}

// getMove asks for another time.
func (p door) getMove(w http.ResponseWriter, r *http.Request) error {
	v, err := p.moving(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	h1 := t(ctx, "move.h1", "name", v.person(ctx, v.Appointment.Person), "time", moment(ctx, v.Appointment.Starts))
	if v.Fragment {
		return web.Render(w, r, dialogBody(h1, movePage(v)))
	}
	return web.Render(w, r, web.Shell(web.Page{H1: h1}, movePage(v)))
}

func (p door) moving(r *http.Request) (v bookView, err error) {
	key, err := web.PathID(r, "id", "appointment")
	if err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		a, err := sales.AppointmentByID(ctx, tx, key)
		if err != nil {
			return err
		}
		v.Appointment, v.Center = &a, a.Center
		v.names, err = p.load(ctx, tx, a.Person)
		return err
	})
	v.Base, _ = backOf(r)
	v.Day, v.Fragment = dayChosen(r), web.IsFragment(r)
	return v, err
}

func (p door) postMove(w http.ResponseWriter, r *http.Request) error {
	v, err := p.moving(r)
	if err != nil {
		return err
	}
	in, err := web.Decode[slotForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getMove)
	}
	at, err := in.starts(p.Dir.Zone(v.Center))
	if err == nil {
		_, err = sales.Move.Run(r.Context(), p.Ops, sales.MoveInput{AppointmentID: v.Appointment.ID, Starts: at})
	}
	if err != nil {
		return web.Again(w, r, problem.Relocate(err, "starts_at", "time"), p.getMove)
	}
	to := v.Base
	if to == "" {
		to = enquiryPath(v.Appointment.Enquiry)
	}
	return web.Redirect(w, r, to, web.Status{Text: t(r.Context(), "move.saved", "time", moment(r.Context(), at)), Tone: web.Good})
}
