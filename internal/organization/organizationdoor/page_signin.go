package organizationdoor

import (
	"fmt"
	"net/http"
	"strings"

	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// signInForm is what the sign-in page sends. The password is taken as it was typed.
type signInForm struct {
	Login    string `json:"login" maxLength:"200"`
	Password string `json:"password" form:"free" maxLength:"1000"`
	Code     string `json:"code" maxLength:"10"`
}

// signInView is the sign-in page: its first step, or the code where Step is set.
type signInView struct {
	Login string
	Next  string
	Step  string // the first step, sealed
	Demo  []DemoLogin
}

func (p pages) getSignIn(w http.ResponseWriter, r *http.Request) error {
	if token := p.Sessions.token(r); token != "" {
		if _, _, _, err := p.Access.Identify(r.Context(), token); err == nil {
			return web.Redirect(w, r, p.Sessions.next(r, r.URL.Query().Get("_next")))
		}
	}
	return p.showSignIn(w, r, signInView{Next: r.URL.Query().Get("_next")})
}

func (p pages) showSignIn(w http.ResponseWriter, r *http.Request, v signInView) error {
	v.Next = web.LocalPath(v.Next)
	if onLoopback(r) {
		v.Demo = p.Demo
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "sign-in.title"), Lead: web.Text(t(ctx, "sign-in.lead")), Bare: true}, signInPage(v)))
}

func (p pages) postSignIn(w http.ResponseWriter, r *http.Request) error {
	v := signInView{Login: r.PostForm.Get("login"), Next: r.PostForm.Get("_next"), Step: r.PostForm.Get("_step")}
	in, err := p.readSignIn(r)
	if err != nil {
		return p.refuseSignIn(w, r, v, in, err)
	}
	token, account, err := p.Access.SignIn(r.Context(), in)
	if err != nil {
		return p.refuseSignIn(w, r, v, in, err)
	}
	if old := p.Sessions.token(r); old != "" { // a browser has one session
		if _, _, session, err := p.Access.Identify(r.Context(), old); err == nil && session.Kind == "web" {
			if err := p.Access.SignOut(r.Context(), session); err != nil {
				return fmt.Errorf("end former session: %w", err)
			}
		}
	}
	p.Sessions.set(w, r, token)
	if account.MustChange {
		return web.Redirect(w, r, PasswordPath)
	}
	return web.Redirect(w, r, p.Sessions.next(r, v.Next))
}

// readSignIn reads both steps: the second brings the first along, sealed.
func (p pages) readSignIn(r *http.Request) (organization.SignIn, error) {
	in := organization.SignIn{Kind: "web", Lang: lang(r.Context()), Agent: r.UserAgent(), Address: web.ByAddress(r)}
	if !p.Sessions.secure(r) && !onLoopback(r) {
		return in, &problem.Problem{Status: http.StatusForbidden, Code: "insecure", Rule: "TRU-19"}
	}
	form, err := web.Decode[signInForm](r)
	if err != nil {
		return in, err
	}
	in.Login, in.Password, in.Code = form.Login, r.PostForm.Get("password"), strings.ReplaceAll(form.Code, " ", "")
	var bad problem.Invalid
	if sealed := r.PostForm.Get("_step"); sealed != "" {
		step, ok := p.seal.open(sealed, web.Now(r.Context()))
		if !ok {
			return in, problem.Refuse("ORG-9", "sign-in-expired")
		}
		in.Login, in.Password = step.Login, step.Password
		if in.Code == "" {
			bad.Add("code", "required", nil)
		}
		return in, bad.Err("ORG-9")
	}
	if in.Login == "" {
		bad.Add("login", "required", nil)
	}
	if in.Password == "" {
		bad.Add("password", "required", nil)
	}
	return in, bad.Err("ORG-9")
}

// refuseSignIn shows the page again, or the step for the code. A refused sign-in is no missing one, so its answer is 422.
func (p pages) refuseSignIn(w http.ResponseWriter, r *http.Request, v signInView, in organization.SignIn, err error) error {
	refused, ok := problem.As(err)
	if !ok {
		return err
	}
	said := *refused
	switch {
	case said.Code == "code-required":
		if v.Step, err = p.seal.close(firstStep{Login: in.Login, Password: in.Password, Until: web.Now(r.Context()).Add(stepTime)}); err != nil {
			return err
		}
		return p.showSignIn(w, r, v)
	case said.Code == "sign-in-expired":
		v.Step = ""
	case said.Status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", fmt.Sprint(said.Args["seconds"]))
	}
	if said.Status == http.StatusUnauthorized {
		said.Status = http.StatusUnprocessableEntity
	}
	typed := r.PostForm
	typed.Del("password")
	typed.Del("code")
	return p.showSignIn(w, r.WithContext(web.WithProblem(r.Context(), &said, typed)), v)
}

func (p pages) postSignOut(w http.ResponseWriter, r *http.Request) error {
	if token := p.Sessions.token(r); token != "" {
		_, _, session, err := p.Access.Identify(r.Context(), token)
		if err == nil {
			err = p.Access.SignOut(r.Context(), session)
		}
		if _, ended := problem.As(err); err != nil && !ended {
			return err
		}
	}
	p.Sessions.clear(w, r)
	return web.Redirect(w, r, web.SignInPath)
}
