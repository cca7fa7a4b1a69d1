package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

const (
	deskRows  = 100 // of a day at one center
	deskFound = 10  // persons that the search of the desk shows
)

// deskView is the front desk's day: who comes next, who was here, and what is to be paid.
type deskView struct {
	names
	Base         string
	Center       id.ID
	Appointments []sales.Appointment // of today, open first by time
	Total        int64
	Visits       []sales.Visit
	Came         int64
	Due          []contracts.InstalmentView
	Search       string
	Found        []people.Brief
	Matters      map[id.ID]sales.Matter // what stands open for those found
}

// getDesk is the front desk's home (SAL-5).
func (p door) getDesk(w http.ResponseWriter, r *http.Request) error {
	v, err := p.desk(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if web.IsFragment(r) {
		return web.Render(w, r, deskFoundList(v))
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "desk.title"), H1: v.sentence(ctx), Lead: deskLead(v)}, deskPage(v)))
}

func (p door) desk(r *http.Request) (v deskView, err error) {
	v.Base, v.Center = r.URL.Path, p.centerOf(r.Context())
	v.Search = strings.TrimSpace(r.URL.Query().Get("q"))
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		today := tx.Today(v.Center)
		list, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Center: v.Center, From: today, Until: today, Due: true, Limit: deskRows})
		if err != nil {
			return err
		}
		v.Appointments, v.Total = list.Items, list.Total
		if v.Visits, v.Came, err = sales.Visits(ctx, tx, v.Center, today, today, deskRows, 0); err != nil {
			return err
		}
		if may(ctx, "payment:create") {
			if v.Due, err = contracts.OpenInstalments(ctx, tx, contracts.InstalmentFilter{Center: v.Center, DueUntil: today, Limit: deskFound}); err != nil {
				return err
			}
		}
		if v.Search != "" {
			if v.Found, err = people.Search(ctx, tx, v.Search, deskFound); err != nil {
				return err
			}
			if v.Matters, err = sales.Matters(ctx, tx, v.Center, idsOf(v.Found)); err != nil {
				return err
			}
		}
		v.names, err = p.load(ctx, tx, v.everybody()...)
		return err
	})
	return v, err
}

// everybody lists whom one sees on the page.
func (v deskView) everybody() []id.ID {
	var out []id.ID
	for _, a := range v.Appointments {
		out = append(out, a.Person)
	}
	for _, visit := range v.Visits {
		out = append(out, visit.Person)
	}
	for _, i := range v.Due {
		out = append(out, i.Student)
	}
	return out
}

// expected are the appointments of today that are still open.
func (v deskView) expected() []sales.Appointment {
	return slices.DeleteFunc(slices.Clone(v.Appointments), func(a sales.Appointment) bool { return !isOpen(a) })
}

// appointmentOf is today's open appointment of a person.
func (v deskView) appointmentOf(person id.ID) (sales.Appointment, bool) {
	i := slices.IndexFunc(v.Appointments, func(a sales.Appointment) bool { return a.Person == person && isOpen(a) })
	if i < 0 {
		return sales.Appointment{}, false
	}
	return v.Appointments[i], true
}

func idsOf(list []people.Brief) []id.ID {
	out := make([]id.ID, len(list))
	for i, b := range list {
		out[i] = b.ID
	}
	return out
}

// aboutFound tells people of one name apart: age, phone as the viewer may see it, course and consultant of what stands open, else that
// nothing does (SAL-5).
func (v deskView) aboutFound(ctx context.Context, b people.Brief) string {
	matter := t(ctx, "desk.no-matter")
	if e := v.Matters[b.ID].Enquiry; e != nil {
		matter = join(code(ctx, "enquiry-kind", e.Kind), t(ctx, "owner", "name", v.staff(e.Consultant)))
		if !e.Course.IsNone() {
			matter = join(v.course(ctx, e.Course), t(ctx, "owner", "name", v.staff(e.Consultant)))
		}
	}
	number := i18n.Phone(ctx, b.Phone)
	if b.Phone == "" {
		number = t(ctx, "no-phone")
	}
	return join(age(ctx, b.Birth), genderOf(ctx, b.Gender), number, matter)
}

func (v deskView) sentence(ctx context.Context) string {
	open := v.expected()
	switch len(open) {
	case 0:
		if v.Came == 0 {
			return t(ctx, "desk.nobody")
		}
		return t(ctx, "desk.all-came", "count", int(v.Came))
	case 1:
		return t(ctx, "desk.last", "time", clockOf(ctx, open[0].Starts), "name", v.person(ctx, open[0].Person))
	}
	return t(ctx, "desk.next", "time", clockOf(ctx, open[0].Starts), "name", v.person(ctx, open[0].Person), "count", len(open)-1)
}

// walkInView is the form of who came without an appointment: at most six fields (SAL-5).
type walkInView struct {
	names
	Center id.ID
	Person id.ID // known from a search
	Back   string
	// Expected is the open appointment of who came: it is checked in instead.
	Expected *sales.Appointment
	Known    knownView // who surely is the one that was typed: nothing was saved
	Via      string    // channel or campaign that was chosen
	By       id.ID     // the consultant who was chosen; none by rule
	Referrer referrerChoices
}

// recommends tells whether the form asks who recommended us (MKT-12).
func (v walkInView) recommends() bool { return v.recommended(v.Via) }

// asksConsultant tells whether the form asks for the consultant: not where that would be a seventh field (SAL-5); the rules then assign.
func (v walkInView) asksConsultant(ctx context.Context) bool {
	return !v.recommends() || len(v.centerOptions(ctx, v.Center)) < 2
}

func (p door) getWalkIn(w http.ResponseWriter, r *http.Request) error {
	return p.walkInOf(w, r, id.None, knownView{})
}

// walkInOf is the form, with the appointment by which who is expected is checked in: the one that a refusal names, else that of a known
// person; and with who surely is the one that was typed.
func (p door) walkInOf(w http.ResponseWriter, r *http.Request, appointment id.ID, same knownView) error {
	v := walkInView{Center: p.centerOf(r.Context()), Known: same, Via: r.FormValue("via"), Referrer: choicesIn(r)}
	v.Back, _ = backOf(r)
	for name, to := range map[string]*id.ID{"person_id": &v.Person, "consultant_id": &v.By} {
		if key, err := id.Parse(r.FormValue(name)); err == nil {
			*to = key
		}
	}
	err := p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if !v.Person.IsNone() {
			if _, err := people.ByID(ctx, tx, v.Person); err != nil {
				return err
			}
		}
		if v.Expected, err = expectedToday(ctx, tx, v, appointment); err != nil {
			return err
		}
		persons := []id.ID{v.Person}
		if v.Expected != nil {
			persons = append(persons, v.Expected.Person)
		}
		if v.names, err = p.load(ctx, tx, persons...); err != nil {
			return err
		}
		if err := v.Referrer.read(ctx, tx); err != nil {
			return err
		}
		v.running, err = marketing.OpenCampaigns(ctx, tx, v.Center)
		return err
	})
	if err != nil {
		return err
	}
	if web.IsFragment(r) {
		return web.Render(w, r, walkInWho(v))
	}
	return web.Render(w, r, web.Shell(web.Page{H1: t(r.Context(), "walk-in.h1")}, walkInPage(v)))
}

// expectedToday gives an appointment, else today's open one of the person of a form; nil where nobody is expected.
func expectedToday(ctx context.Context, tx *op.Tx, v walkInView, appointment id.ID) (*sales.Appointment, error) {
	if !appointment.IsNone() {
		a, err := sales.AppointmentByID(ctx, tx, appointment)
		return &a, err
	}
	if v.Person.IsNone() {
		return nil, nil //nolint:nilnil // nobody is expected
	}
	today := tx.Today(v.Center)
	list, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Center: v.Center, Person: v.Person, From: today, Until: today, Open: true, Limit: 1})
	if err != nil || len(list.Items) == 0 {
		return nil, err
	}
	return &list.Items[0], nil
}

// appointmentIn is the appointment that a refused walk-in has to be checked in by; none for another refusal.
func appointmentIn(err error) id.ID {
	p, ok := problem.As(err)
	if !ok {
		return id.None
	}
	for _, f := range p.Fields {
		if key, ok := f.Value.(id.ID); ok && f.Code == "has-appointment" {
			return key
		}
	}
	return id.None
}

// orHome is the page that a form comes back to, home where it is not known.
func orHome(back string) string {
	if back == "" {
		return "/"
	}
	return back
}

// postWalkIn receives who came, unless that is somebody known (PPL-4).
func (p door) postWalkIn(w http.ResponseWriter, r *http.Request) error {
	in, err := visitorOf(web.Decode[visitorForm](r))
	if err == nil {
		err = web.Unpicked(r.PostForm, referrerField, "MKT-12")
	}
	if err != nil {
		return web.Again(w, r, err, p.getWalkIn)
	}
	in.CenterID, in.Ask, in.Others = p.deskOf(r, in), true, web.OthersOf(r)
	var out sales.VisitAnswer
	if same, noID := id.Parse(r.PostForm.Get(sameField)); noID == nil {
		in.Name, in.Phone, in.PersonID = "", "", same
		out, err = p.receive(r, in)
	} else {
		out, err = sales.WalkIn.Run(r.Context(), p.Ops, in)
	}
	if isKnown(err) {
		return p.asked(w, r, visitor(in), in.CenterID, sameVisitor, func(w http.ResponseWriter, r *http.Request, v knownView) error { return p.walkInOf(w, r, id.None, v) })
	}
	if err != nil {
		return web.Again(w, r, err, func(w http.ResponseWriter, r *http.Request) error {
			return p.walkInOf(w, r, appointmentIn(err), knownView{})
		})
	}
	return web.Redirect(w, r, nextOf(r, "/"), p.arrived(r, out))
}
