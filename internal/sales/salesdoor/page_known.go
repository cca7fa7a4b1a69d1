package salesdoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// knownView is who may be the person that a form enters, with what stands open for each (PPL-4).
type knownView struct {
	names
	List    []people.Duplicate
	Matters map[id.ID]sales.Matter
	Same    sameFunc
}

// sameFunc gives what a form does with somebody who is the same person.
type sameFunc func(ctx context.Context, v knownView, d people.Duplicate) []web.Button

// isKnown tells that a form was refused because the person is known for sure.
func isKnown(err error) bool {
	p, ok := problem.As(err)
	return ok && p.Code == "known-person"
}

// asked draws the form again with who surely is the person that it enters: nothing was saved.
func (p door) asked(w http.ResponseWriter, r *http.Request, c people.Candidate, center id.ID, same sameFunc, form func(http.ResponseWriter, *http.Request, knownView) error) error {
	list, err := people.FindKnown(r.Context(), p.Ops, c, web.OthersOf(r))
	if err != nil {
		return err
	}
	v, err := p.matters(r, list, center, same)
	if err != nil {
		return err
	}
	return web.Typed(w, r, func(w http.ResponseWriter, r *http.Request) error { return form(w, r, v) })
}

// matters reads what stands open for possible duplicates.
func (p door) matters(r *http.Request, list []people.Duplicate, center id.ID, same sameFunc) (v knownView, err error) {
	v.List, v.Same = list, same
	var seen []id.ID
	for _, d := range list {
		if d.Seen {
			seen = append(seen, d.ID)
		}
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Matters, err = sales.Matters(ctx, tx, center, seen); err != nil {
			return err
		}
		v.names, err = p.load(ctx, tx)
		return err
	})
	return v, err
}

// matches writes them for the page.
func (v knownView) matches(ctx context.Context) (out []web.Match) {
	for _, d := range v.List {
		m := web.Match{
			Name: nameOr(ctx, d.Shown()), About: join(age(ctx, d.Birth), i18n.MaskedPhone(ctx, d.Phone)),
			Why: join(code(ctx, "duplicate", d.Why), v.ownerOf(ctx, d)), Open: v.open(ctx, d.ID),
		}
		if d.Seen {
			m.Do = v.Same(ctx, v, d)
		} else {
			m.Note = t(ctx, "enter.ask-access")
		}
		out = append(out, m)
	}
	return out
}

// open says what stands open for a person at the center.
func (v knownView) open(ctx context.Context, person id.ID) string {
	m, out := v.Matters[person], ""
	if a := m.Appointment; a != nil {
		out = t(ctx, "known.appointment", "time", clockOf(ctx, a.Starts))
	}
	if e := m.Enquiry; e != nil {
		course := ""
		if !e.Course.IsNone() {
			course = v.course(ctx, e.Course)
		}
		out = join(out, t(ctx, "known.enquiry", "what", join(code(ctx, "enquiry-kind", e.Kind), code(ctx, "stage", string(e.Stage)), course)))
	}
	return out
}

// list is the part of a form that is swapped while one types.
func (v knownView) list(ctx context.Context) web.Matches {
	return web.Matches{List: v.matches(ctx), None: t(ctx, "enter.no-duplicates"), Say: t(ctx, "enter.found", "count", len(v.List))}
}

// notice is what stands in the form instead of saving.
func (v knownView) notice(ctx context.Context) web.Known {
	k := web.Known{Title: t(ctx, "known.title", "count", len(v.List)), Text: t(ctx, "known.text"), List: v.matches(ctx), Another: t(ctx, "known.another")}
	for _, d := range v.List {
		k.IDs = append(k.IDs, d.ID)
	}
	return k
}

// duplicateQuery is what was typed so far.
type duplicateQuery struct {
	Person    *people.RegisterInput `json:"person"`
	ChannelID id.ID                 `json:"channel_id"`
	Campaign  id.ID                 `json:"campaign_id"`
	CourseID  id.ID                 `json:"course_id"`
	CenterID  id.ID                 `json:"center_id"`
	Kind      string                `json:"kind"`
	// sent with the form, and of no use here
	ConsultantID string       `json:"consultant_id"`
	ReferrerID   string       `json:"referrer_id"`
	Lang         string       `json:"lang"`
	Birth        bizdate.Date `json:"birth"`
}

// getDuplicates lists who may be the same person as the one being typed (PPL-4): a part of the form. Somebody beyond scope has no
// name here.
func (p door) getDuplicates(w http.ResponseWriter, r *http.Request) error {
	return p.duplicates(w, r, func(_ context.Context, c people.Candidate) (list []people.Duplicate, err error) {
		err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
			list, err = people.Duplicates(ctx, tx, c)
			return err
		})
		return list, err
	})
}

// postDuplicates also shows, masked, who is beyond scope: that is recorded as a reveal.
func (p door) postDuplicates(w http.ResponseWriter, r *http.Request) error {
	return p.duplicates(w, r, func(ctx context.Context, c people.Candidate) ([]people.Duplicate, error) {
		return people.FindDuplicates(ctx, p.Ops, c)
	})
}

func (p door) duplicates(w http.ResponseWriter, r *http.Request, find func(context.Context, people.Candidate) ([]people.Duplicate, error)) error {
	in, err := web.Decode[duplicateQuery](r)
	if err != nil || in.Person == nil { // half-typed values are no refusal
		return web.Render(w, r, knownView{}.list(r.Context()))
	}
	list, err := find(r.Context(), candidate(*in.Person))
	if err != nil {
		return err
	}
	q := enterQuery{ChannelID: in.ChannelID, CourseID: in.CourseID, CenterID: in.CenterID, Kind: in.Kind, Birth: in.Person.Birth}
	v, err := p.matters(r, list, in.CenterID, sameEnquiry(q))
	if err != nil {
		return err
	}
	return web.Render(w, r, v.list(r.Context()))
}

// sameEnquiry takes the known person instead, and carries over what was typed.
func sameEnquiry(q enterQuery) sameFunc {
	return func(ctx context.Context, _ knownView, d people.Duplicate) []web.Button {
		birth := ""
		if d.Birth.IsZero() && !q.Birth.IsZero() {
			birth = q.Birth.String()
		}
		same := query("/enquiries/new", "person_id", d.ID.String(), "channel_id", text(q.ChannelID), "course_id", text(q.CourseID), "center_id", text(q.CenterID), "kind", q.Kind, "birth", birth)
		return []web.Button{
			{Label: t(ctx, "enter.same"), Hidden: d.Shown(), Href: same, Small: true},
			{Label: t(ctx, "enter.look"), Hidden: d.Shown(), Href: path("people", d.ID.String()), Small: true, Kind: web.Quiet},
		}
	}
}

const sameField = "_same" // who a walk-in is, instead of name and phone

// sameVisitor receives the known person: by today's appointment, else as a walk-in whose open enquiry goes on.
func sameVisitor(ctx context.Context, v knownView, d people.Duplicate) []web.Button {
	label := "known.receive"
	if v.Matters[d.ID].Appointment != nil {
		label = "known.check-in"
	}
	return []web.Button{{Label: t(ctx, label), Hidden: d.Shown(), Name: sameField, Value: d.ID.String(), Small: true}}
}

// postWalkInDuplicates lists who may be the one that is being received.
func (p door) postWalkInDuplicates(w http.ResponseWriter, r *http.Request) error {
	in, err := visitorOf(web.Decode[visitorForm](r))
	if err != nil {
		return web.Render(w, r, web.Matches{})
	}
	list, err := people.FindDuplicates(r.Context(), p.Ops, visitor(in))
	if err != nil {
		return err
	}
	v, err := p.matters(r, list, p.deskOf(r, in), sameVisitor)
	if err != nil {
		return err
	}
	out := v.list(r.Context())
	out.None = ""
	return web.Render(w, r, out)
}

// visitor is who a walk-in is, as far as it is typed.
func visitor(in sales.WalkInInput) people.Candidate {
	return candidate(people.RegisterInput{Name: in.Name, Phones: []people.ContactInput{{Value: in.Phone}}})
}

// deskOf is the center where a walk-in is received.
func (p door) deskOf(r *http.Request, in sales.WalkInInput) id.ID {
	if in.CenterID.IsNone() {
		return p.centerOf(r.Context())
	}
	return in.CenterID
}

// receive makes the visit of a known person: the open appointment of today is checked in, else it is a walk-in.
func (p door) receive(r *http.Request, in sales.WalkInInput) (out sales.VisitAnswer, err error) {
	var matters map[id.ID]sales.Matter
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		matters, err = sales.Matters(ctx, tx, in.CenterID, []id.ID{in.PersonID})
		return err
	})
	if err != nil {
		return out, err
	}
	if a := matters[in.PersonID].Appointment; a != nil {
		return sales.CheckIn.Run(r.Context(), p.Ops, sales.CheckInInput{AppointmentID: a.ID})
	}
	return sales.WalkIn.Run(r.Context(), p.Ops, in)
}
