package organizationdoor

import (
	"net/http"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

func (p pages) getPassword(w http.ResponseWriter, r *http.Request) error {
	ctx, must := r.Context(), signedIn(r.Context()).account.MustChange
	page := web.Page{H1: t(ctx, "password.title")}
	if must {
		page = web.Page{H1: t(ctx, "password.must"), Lead: web.Text(t(ctx, "password.must-lead")), Bare: true}
	}
	return web.Render(w, r, web.Shell(page, passwordPage(must)))
}

// postPassword changes the own password; all other sessions of the account end with it (TRU-22).
func (p pages) postPassword(w http.ResponseWriter, r *http.Request) error {
	form, me := r.PostForm, signedIn(r.Context())
	in := organization.ChangePasswordInput{Old: form.Get("old"), New: form.Get("new"), Session: me.session.ID}
	if err := p.changePassword(r, me.account, in, form.Get("repeat")); err != nil {
		for _, secret := range []string{"old", "new", "repeat"} {
			form.Del(secret)
		}
		return web.Again(w, r, err, p.getPassword)
	}
	return web.Redirect(w, r, "/", web.Status{Text: t(r.Context(), "password.changed"), Tone: web.Good})
}

func (p pages) changePassword(r *http.Request, a organization.Account, in organization.ChangePasswordInput, repeated string) error {
	var bad problem.Invalid
	for _, f := range []struct{ name, value string }{{"old", in.Old}, {"new", in.New}, {"repeat", repeated}} {
		switch {
		case f.value == "":
			bad.Add(f.name, "required", nil)
		case len([]rune(f.value)) > maxPassword:
			bad.Add(f.name, "too-long", nil, "limit", maxPassword, "count", len([]rune(f.value)))
		}
	}
	if len(bad) == 0 && repeated != in.New {
		bad.Add("repeat", "password-differs", nil)
	}
	if err := bad.Err("ORG-9"); err != nil {
		return err
	}
	// without a key: its digest would be kept, and could be guessed at
	return p.Access.ChangePassword(op.WithKey(r.Context(), ""), a, in)
}

const maxPassword = 1000
