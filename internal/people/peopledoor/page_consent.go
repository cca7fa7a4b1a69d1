package peopledoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

// consentView is what a person agreed to, and who can agree for a minor (PPL-9).
type consentView struct {
	names
	Person    people.Person
	List      []people.Consent
	Guardians []people.Relative // of a minor
	Minor     bool
}

func (p pages) getConsent(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	var v consentView
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Person, err = people.ByID(ctx, tx, key); err != nil {
			return err
		}
		if v.names, err = load(ctx, tx); err != nil {
			return err
		}
		if v.List, err = people.Consents(ctx, tx, key); err != nil {
			return err
		}
		if v.Minor, err = people.ConsentBy(ctx, tx, v.Person); err != nil || !v.Minor {
			return err
		}
		relatives, err := people.Relatives(ctx, tx, v.Person)
		for _, rel := range relatives {
			if rel.Guards() {
				v.Guardians = append(v.Guardians, rel)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !may(ctx, "person:update") {
		return problem.Forbidden("person:update")
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "consent"), H1: t(ctx, "consent-of", "name", shown(ctx, v.Person.Shown()))}, consentPage(v)))
}

func (v consentView) guardianOptions(ctx context.Context) []web.Option {
	out := make([]web.Option, len(v.Guardians))
	for i, g := range v.Guardians {
		out[i] = web.Option{Value: g.ID.String(), Label: dot(shown(ctx, g.Shown()), relation(ctx, g)), On: i == 0}
	}
	return out
}

func (p pages) postConsent(o op.Op[people.ConsentInput, people.Answer], said string) web.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		key, err := web.PathID(r, "id", "person")
		if err != nil {
			return err
		}
		in, err := web.Decode[people.ConsentInput](r)
		if err == nil {
			in.PersonID = key
			_, err = o.Run(r.Context(), p.run, in)
		}
		if err != nil {
			return web.Again(w, r, err, p.getConsent)
		}
		return web.Redirect(w, r, personPath(key, "/consent"), web.Status{Text: t(r.Context(), said), Tone: web.Good})
	}
}
