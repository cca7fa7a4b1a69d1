package organizationdoor

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// PasswordPath is the page of another password; a session that must change its password reaches no other.
const PasswordPath = "/password"

// Sessions carries the token of a session in a cookie (TRU-19).
type Sessions struct {
	HTTPS bool                       // the public address is https: the cookie is __Host-zhike and Secure
	Known func(r *http.Request) bool // tells whether a route of the program answers a request
}

// secure tells whether what the browser sends is encrypted all the way.
func (s Sessions) secure(r *http.Request) bool { return s.HTTPS || r.TLS != nil }

func (s Sessions) cookie(r *http.Request, token string, age int) *http.Cookie {
	name := "zhike"
	if s.secure(r) {
		name = "__Host-zhike"
	}
	return &http.Cookie{ //nolint:gosec // plain http is for loopback only, where a Secure cookie would not be sent
		Name: name, Value: token, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteLaxMode,
	}
}

func (s Sessions) token(r *http.Request) string {
	c, err := r.Cookie(s.cookie(r, "", 0).Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Has tells whether a request carries a session; Gate tells whether it holds.
func (s Sessions) Has(r *http.Request) bool { return s.token(r) != "" }

func (s Sessions) set(w http.ResponseWriter, r *http.Request, token string) {
	http.SetCookie(w, s.cookie(r, token, int(organization.AbsoluteTime.Seconds())))
}

func (s Sessions) clear(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, s.cookie(r, "", -1))
}

// next is where a sign-in leads: only to a page of the program that can be opened (TRU-19).
func (s Sessions) next(r *http.Request, to string) string {
	to = web.LocalPath(to)
	u, err := url.Parse(to)
	if err != nil || u.Path == web.SignInPath || u.Path == PasswordPath || s.Known == nil {
		return "/"
	}
	if !s.Known(&http.Request{Method: http.MethodGet, URL: u, Host: r.Host}) {
		return "/"
	}
	return to
}

// onLoopback tells whether the caller sits on this machine.
func onLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// AddressKey is the key of an address's limit. This machine has none: a proxy on it speaks for many, and counts them itself.
func AddressKey(r *http.Request) string {
	if onLoopback(r) {
		return ""
	}
	return web.ByAddress(r)
}

type signedKey struct{}

// signed is whose session a request is.
type signed struct {
	account organization.Account
	session organization.Session
}

func signedIn(ctx context.Context) signed {
	s, _ := ctx.Value(signedKey{}).(signed)
	return s
}

// Center is the center that a viewer has chosen in the switch; none for all of them.
func Center(ctx context.Context, d *organization.Directory, v *policy.Viewer) id.ID {
	chosen, err := id.Parse(web.PreferencesOf(ctx).Center)
	if err != nil {
		return id.None
	}
	for _, c := range d.Centers(v) {
		if c.ID == chosen {
			return chosen
		}
	}
	return id.None
}

// Gate lets through who is signed in, with the viewer, the preferences and the time zone of the account; everybody else is led to
// the sign-in page (ORG-9). frame makes what stands around the pages.
func Gate(d Deps, frame func(context.Context) web.Frame, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := d.Sessions.token(r)
		if token == "" {
			web.Fail(w, r, problem.Unauthorized("unauthorized"))
			return
		}
		viewer, account, session, err := d.Access.Identify(r.Context(), token)
		if err == nil && session.Kind != "web" {
			err = problem.Unauthorized("unauthorized")
		}
		if err != nil {
			if p, ok := problem.As(err); ok && p.Status == http.StatusUnauthorized {
				d.Sessions.clear(w, r)
			}
			web.Fail(w, r, err)
			return
		}
		if account.MustChange && r.URL.Path != PasswordPath && r.URL.Path != web.PreferencesPath {
			if err := web.Redirect(w, r, PasswordPath); err != nil {
				web.Fail(w, r, err)
			}
			return
		}
		web.NoteAccount(r.Context(), account.ID.String())
		ctx := personal(op.WithViewer(r.Context(), viewer), d.Dir, viewer, account)
		ctx = context.WithValue(ctx, signedKey{}, signed{account, session})
		if !account.MustChange {
			ctx = web.WithListViews(web.WithFrame(ctx, frame), listViews{d})
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// personal lets pages look and speak as the account's holder chose.
func personal(ctx context.Context, dir *organization.Directory, v *policy.Viewer, a organization.Account) context.Context {
	p := web.PreferencesOf(ctx)
	p.Lang, p.Theme, p.Density, p.Keys = i18n.ParseLang(a.Lang), a.Theme, "", "off"
	if a.Density == "compact" {
		p.Density = a.Density
	}
	if a.Letters {
		p.Keys = ""
	}
	p.Center = "all"
	if !a.Center.IsNone() {
		p.Center = a.Center.String()
	}
	ctx = web.WithPreferences(i18n.WithLang(ctx, p.Lang), p)
	center := Center(ctx, dir, v)
	if center.IsNone() {
		center = v.Center
	}
	return web.WithMoment(ctx, web.Now(ctx), dir.Zone(center))
}
