package peopledoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

// newView is the form of a new person, with who may be the same one beside it (UI-F4).
type newView struct {
	names
	Duplicates []people.Duplicate
	Typed      people.RegisterInput
}

func (p pages) getNew(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !may(ctx, "person:create") {
		return problem.Forbidden("person:create")
	}
	var v newView
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
	out, err := people.Register.Run(r.Context(), p.run, in)
	if err != nil {
		return web.Again(w, r, placed(err), p.getNew)
	}
	return web.Redirect(w, r, personPath(out.ID, ""), web.Status{Text: t(r.Context(), "registered"), Tone: web.Good})
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
		return web.Render(w, r, duplicateList(v))
	}
	v.Typed = in
	c := people.Candidate{Name: in.Name, Birth: in.Birth}
	for _, typed := range in.Phones {
		if number, err := phone.Parse(typed.Value, "CN"); err == nil {
			c.Phones = append(c.Phones, number)
		}
	}
	if v.Duplicates, err = find(r.Context(), c); err != nil {
		return err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.names, err = load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, duplicateList(v))
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
