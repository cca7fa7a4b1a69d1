package salesdoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/web"
)

// postReveal shows the phones of a person in full, once, and leaves a fact (PPL-10).
func (p door) postReveal(w http.ResponseWriter, r *http.Request) error {
	key, err := id.Parse(r.PostForm.Get("person_id"))
	if err != nil {
		key = id.None
	}
	if _, err := people.Reveal.Run(r.Context(), p.Ops, people.RevealInput{PersonID: key}); err != nil {
		return err
	}
	var phones []people.Contact
	var n names
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if n, err = p.load(ctx, tx, key); err != nil {
			return err
		}
		phones, err = people.Revealed(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	if web.IsFragment(r) {
		return web.Render(w, r, revealed(phones))
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: n.person(ctx, key)}, revealedPage(phones, nextOf(r, "/"))))
}
