package peopledoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// newView is the form of a new person, with who may be the same one beside it (UI-F4).
type newView struct {
	names
	Duplicates []people.Duplicate
	Matters    map[id.ID]sales.Matter // what stands open for those in scope
	Typed      people.RegisterInput
	Known      bool // the duplicates surely are who was typed: nothing was saved
}

func (p pages) getNew(w http.ResponseWriter, r *http.Request) error {
	return p.newKnowing(w, r, newView{})
}

// newKnowing is the form, with who surely is the person that was typed.
func (p pages) newKnowing(w http.ResponseWriter, r *http.Request, v newView) error {
	ctx := r.Context()
	if !may(ctx, "person:create") {
		return problem.Forbidden("person:create")
	}
	err := p.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		v.names, err = load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "new"), H1: t(ctx, "new-title"), Lead: web.Text(t(ctx, "new-lead"))}, newPage(v)))
}

func (p pages) postNew(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[people.RegisterInput](r)
	if err != nil {
		return web.Again(w, r, err, p.getNew)
	}
	in.Ask, in.Others = true, web.OthersOf(r)
	out, err := people.Register.Run(r.Context(), p.run, in)
	if refused, ok := problem.As(err); ok && refused.Code == "known-person" {
		return p.known(w, r, in)
	}
	if err != nil {
		return web.Again(w, r, placed(err), p.getNew)
	}
	return web.Redirect(w, r, personPath(out.ID, ""), web.Status{Text: t(r.Context(), "registered"), Tone: web.Good})
}

// known draws the form again with who surely is the person that it enters: nothing was saved (PPL-4).
func (p pages) known(w http.ResponseWriter, r *http.Request, in people.RegisterInput) error {
	v := newView{Typed: in, Known: true}
	list, err := people.FindKnown(r.Context(), p.run, candidate(in), in.Others)
	if err != nil {
		return err
	}
	if err := p.matters(r, &v, list); err != nil {
		return err
	}
	return web.Typed(w, r, func(w http.ResponseWriter, r *http.Request) error { return p.newKnowing(w, r, v) })
}

// matters reads what stands open for possible duplicates.
func (p pages) matters(r *http.Request, v *newView, list []people.Duplicate) error {
	v.Duplicates = list
	var seen []id.ID
	for _, d := range list {
		if d.Seen {
			seen = append(seen, d.ID)
		}
	}
	return p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Matters, err = sales.Matters(ctx, tx, v.Typed.CenterID, seen); err != nil {
			return err
		}
		v.names, err = load(ctx, tx)
		return err
	})
}

// candidate is the person that is being typed (PPL-4). A phone that is not yet whole finds nobody.
func candidate(in people.RegisterInput) people.Candidate {
	c := people.Candidate{Name: in.Name, Birth: in.Birth}
	for _, typed := range in.Phones {
		if number, err := phone.Parse(typed.Value, "CN"); err == nil {
			c.Phones = append(c.Phones, number)
		}
	}
	return c
}

// getDuplicates lists who may be the same person as the one being typed (PPL-4): a part of the form. Somebody beyond scope has no
// name here.
func (p pages) getDuplicates(w http.ResponseWriter, r *http.Request) error {
	return p.duplicates(w, r, func(ctx context.Context, c people.Candidate) (list []people.Duplicate, err error) {
		err = p.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
			list, err = people.Duplicates(ctx, tx, c)
			return err
		})
		return list, err
	})
}

// postDuplicates also shows, masked, who is beyond scope: that is recorded as a reveal.
func (p pages) postDuplicates(w http.ResponseWriter, r *http.Request) error {
	return p.duplicates(w, r, func(ctx context.Context, c people.Candidate) ([]people.Duplicate, error) {
		return people.FindDuplicates(ctx, p.run, c)
	})
}

func (p pages) duplicates(w http.ResponseWriter, r *http.Request, find func(context.Context, people.Candidate) ([]people.Duplicate, error)) error {
	if !may(r.Context(), "person:create") {
		return problem.Forbidden("person:create")
	}
	var v newView
	in, err := web.Decode[people.RegisterInput](r)
	if err != nil { // half-typed values are no refusal
		return web.Render(w, r, v.list(r.Context()))
	}
	v.Typed = in
	list, err := find(r.Context(), candidate(in))
	if err != nil {
		return err
	}
	if err := p.matters(r, &v, list); err != nil {
		return err
	}
	return web.Render(w, r, v.list(r.Context()))
}

// matches writes possible duplicates for the page.
func (v newView) matches(ctx context.Context) (out []web.Match) {
	for _, d := range v.Duplicates {
		m := web.Match{
			Name: shown(ctx, d.Shown()), About: dot(age(ctx, d.Birth), i18n.MaskedPhone(ctx, d.Phone)), Why: dot(t(ctx, "same-"+d.Why), v.ownerOf(ctx, d)),
			Open: v.openOf(ctx, d.ID),
		}
		if d.Seen {
			m.Do = []web.Button{{Label: t(ctx, "same-person"), Hidden: shown(ctx, d.Shown()), Href: v.carry(d), Small: true}}
		} else {
			m.Note = t(ctx, "ask-access")
		}
		out = append(out, m)
	}
	return out
}

// openOf says what stands open for a person.
func (v newView) openOf(ctx context.Context, person id.ID) string {
	m, visit, enquiry := v.Matters[person], "", ""
	if a := m.Appointment; a != nil {
		visit = t(ctx, "known-appointment", "time", i18n.Clock(ctx, a.Starts, web.Zone(ctx)))
	}
	if e := m.Enquiry; e != nil {
		enquiry = t(ctx, "known-enquiry", "what", dot(code(ctx, "enquiry-kind", e.Kind), code(ctx, "stage", string(e.Stage))))
	}
	return dot(visit, enquiry)
}

// list is the part of the form that is swapped while one types.
func (v newView) list(ctx context.Context) web.Matches {
	if v.Known {
		v.Duplicates = nil // they stand in the form
	}
	return web.Matches{List: v.matches(ctx), None: t(ctx, "no-duplicates"), Say: t(ctx, "duplicates", "count", len(v.Duplicates))}
}

// notice is what stands in the form instead of saving.
func (v newView) notice(ctx context.Context) (k web.Known) {
	if !v.Known {
		return web.Known{}
	}
	k = web.Known{Title: t(ctx, "known-title"), Text: t(ctx, "known-text"), List: v.matches(ctx), Another: t(ctx, "known-another")}
	for _, d := range v.Duplicates {
		k.IDs = append(k.IDs, d.ID)
	}
	return k
}

// carry is the address that opens the known person's form with what was typed of birth and gender (UI-F4); the rest identifies them.
func (v newView) carry(d people.Duplicate) string {
	if !v.viewer.May("person:update") {
		return personPath(d.ID, "")
	}
	birth := ""
	if d.Birth.IsZero() {
		birth = v.Typed.Birth.String()
	}
	gender := ""
	if d.Gender == "" {
		gender = v.Typed.Gender
	}
	if birth == "" && gender == "" {
		return personPath(d.ID, "")
	}
	return query(personPath(d.ID, "/edit"), "birth", birth, "gender", gender)
}

// ownerOf says who has the matter of somebody that may be the same person.
func (v newView) ownerOf(ctx context.Context, d people.Duplicate) string {
	owner := v.dir.StaffName(d.Owner)
	if owner != "" {
		owner = t(ctx, "consultant", "name", owner)
	}
	return dot(owner, v.center(ctx, d.Center))
}

// home is the center that the form offers first.
func (v newView) home() id.ID { return v.viewer.Center }

// placed lets a refusal of a whole list stand at its first row.
func placed(err error) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	q := *p
	q.Fields = slices.Clone(p.Fields)
	for i, f := range q.Fields {
		if f.Location == "phones" || f.Location == "emails" || f.Location == "wechat" {
			q.Fields[i].Location += ".0.value"
		}
	}
	return &q
}

// birthOf reads the birth date that a form was opened with; nothing where it is none.
func birthOf(s string) bizdate.Date {
	d, err := bizdate.Parse(s)
	if err != nil {
		return 0
	}
	return d
}
