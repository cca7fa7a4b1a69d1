package peopledoor

import (
	"context"
	"net/http"
	"strings"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

// postReveal shows a person's phones, ID numbers and addresses in full, once, and leaves a fact (PPL-10). Refused beyond the day's limit.
func (p pages) postReveal(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	if _, err := people.Reveal.Run(r.Context(), p.run, people.RevealInput{PersonID: key}); err != nil {
		return web.Again(w, r, whole(err), p.getPerson)
	}
	if next := r.PostForm.Get("_next"); strings.HasPrefix(next, personPath(key, "/")) {
		return web.Redirect(w, r, web.LocalPath(next))
	}
	v, err := p.person(r)
	if err != nil {
		return err
	}
	if err := p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Revealed, err = people.Revealed(ctx, tx, key); err != nil {
			return err
		}
		v.Opened, err = people.RevealedAttributes(ctx, tx, key)
		return err
	}); err != nil {
		return err
	}
	if web.IsFragment(r) {
		return web.Render(w, r, contactList(v))
	}
	return web.Render(w, r, web.Shell(web.Page{Title: shown(r.Context(), v.Person.Shown()), Own: true}, personPage(v)))
}

// whole is a refusal that no field of the page can mend, in one sentence.
func whole(err error) error {
	p, ok := problem.As(err)
	if !ok || len(p.Fields) == 0 {
		return err
	}
	q := *p
	q.Fields = nil
	return &q
}
