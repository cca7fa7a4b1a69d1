package peopledoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

const fewFound = 10

// familyView is who belongs to a person, and who a search finds to join (PPL-3).
type familyView struct {
	names
	Person    people.Person
	Relatives []people.Relative
	Search    string
	Found     []people.Brief
}

func (p pages) getFamily(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	v := familyView{Search: strings.TrimSpace(r.FormValue("q"))}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx, key) })
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !may(ctx, "person:update") {
		return problem.Forbidden("person:update")
	}
	name := shown(ctx, v.Person.Shown())
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "family-edit"), H1: t(ctx, "family-of", "name", name)}, familyPage(v)))
}

func (v *familyView) read(ctx context.Context, tx *op.Tx, key id.ID) (err error) {
	if v.Person, err = people.ByID(ctx, tx, key); err != nil {
		return err
	}
	if v.Relatives, err = people.Relatives(ctx, tx, v.Person); err != nil {
		return err
	}
	if v.Search != "" {
		if v.Found, err = people.SearchHumans(ctx, tx, v.Search, fewFound); err != nil {
			return err
		}
		v.Found = slices.DeleteFunc(v.Found, func(b people.Brief) bool { return b.ID == key })
	}
	v.names, err = load(ctx, tx)
	return err
}

// guardianForm is a guardian who is known, or who is entered with name and phone.
type guardianForm struct {
	Guardian id.ID                 `json:"guardian_id"`
	Relation string                `json:"relation"`
	Person   *people.RegisterInput `json:"person"`
	Search   string                `json:"q"` // what was searched for, to show it again
}

// postGuardian links a guardian; a new one is entered with it, both or none.
func (p pages) postGuardian(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	f, err := web.Decode[guardianForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getFamily)
	}
	err = p.run.Batch(r.Context(), func(ctx context.Context) error {
		if f.Guardian.IsNone() {
			in := people.RegisterInput{Ask: true}
			if f.Person != nil {
				in.Name, in.Phones = f.Person.Name, f.Person.Phones
			}
			out, err := people.Register.Run(op.WithKey(ctx, partKey(r, "person")), p.run, in)
			if err != nil {
				return err
			}
			f.Guardian = out.ID
		}
		_, err := people.LinkGuardian.Run(op.WithKey(ctx, partKey(r, "guardian")), p.run, people.LinkGuardianInput{PersonID: key, GuardianID: f.Guardian, Relation: f.Relation})
		return err
	})
	if err != nil {
		return web.Again(w, r, inForm(err), p.getFamily)
	}
	return web.Redirect(w, r, personPath(key, ""), web.Status{Text: t(r.Context(), "guardian-linked"), Tone: web.Good})
}

// postUnlink says that somebody is no more a guardian.
func (p pages) postUnlink(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.UnlinkGuardianInput](r)
	if err == nil {
		in.PersonID = key
		_, err = people.UnlinkGuardian.Run(r.Context(), p.run, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getFamily)
	}
	return web.Redirect(w, r, personPath(key, ""), web.Status{Text: t(r.Context(), "guardian-unlinked"), Tone: web.Good})
}

// inForm lets a refusal of a new guardian stand at the field of this form.
func inForm(err error) error {
	return problem.Relocate(err, "name", "person.name", "phones", "person.phones.0.value", "phones.0.value", "person.phones.0.value")
}

// partKey is the idempotency key of one of several operations of a form (TRU-2).
func partKey(r *http.Request, part string) string {
	key := r.PostForm.Get("_key")
	if key == "" {
		return ""
	}
	return key + "-" + part
}

// householdForm names whom the person joins; none leaves the household.
type householdForm struct {
	With id.ID `json:"with_id"`
	// sent with the form, and of no use here
	Relation string `json:"relation"`
	Search   string `json:"q"`
}

func (p pages) postHousehold(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	f, err := web.Decode[householdForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getFamily)
	}
	done := "household-joined"
	if f.With.IsNone() {
		done = "household-left"
		_, err = people.LeaveHousehold.Run(r.Context(), p.run, people.LeaveHouseholdInput{PersonID: key})
	} else {
		_, err = people.JoinHousehold.Run(r.Context(), p.run, people.JoinHouseholdInput{PersonID: key, WithID: f.With})
	}
	if err != nil {
		return web.Again(w, r, err, p.getFamily)
	}
	return web.Redirect(w, r, personPath(key, ""), web.Status{Text: t(r.Context(), done), Tone: web.Good})
}
