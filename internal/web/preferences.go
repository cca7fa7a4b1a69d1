package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"zhike/internal/kernel/i18n"
)

// Preferences are how a person wants to see pages. They travel in a cookie, so that they hold before sign-in.
type Preferences struct {
	Lang    i18n.Lang
	Theme   string // "light", "dark", "" by the system
	Density string // "compact", "" comfortable
	Keys    string // "off": letters are no shortcuts (UI-B5)
	Center  string // value of the chosen center
}

const preferencesCookie = "zhike_view"

type preferencesKey struct{}

// PreferencesOf gives the preferences of a request.
func PreferencesOf(ctx context.Context) Preferences {
	p, _ := ctx.Value(preferencesKey{}).(Preferences)
	return p
}

// WithPreferences sets the preferences of a request, for tests and for accounts that keep their own.
func WithPreferences(ctx context.Context, p Preferences) context.Context {
	return context.WithValue(ctx, preferencesKey{}, p)
}

func readPreferences(r *http.Request) Preferences {
	var p Preferences
	if c, err := r.Cookie(preferencesCookie); err == nil {
		if v, err := url.ParseQuery(c.Value); err == nil {
			p.take(v)
		}
	}
	if p.Lang == "" {
		p.Lang = accepted(r.Header.Get("Accept-Language"))
	}
	return p
}

// take changes what v names; what is no choice is left alone.
func (p *Preferences) take(v url.Values) {
	if l := i18n.Lang(v.Get("lang")); l == i18n.ZH || l == i18n.EN {
		p.Lang = l
	}
	pick := func(name string, to *string, choices ...string) {
		for _, c := range choices {
			if v.Has(name) && v.Get(name) == c {
				*to = c
			}
		}
	}
	pick("theme", &p.Theme, "", "light", "dark")
	pick("density", &p.Density, "", "compact")
	pick("keys", &p.Keys, "", "off")
	if c := v.Get("center"); v.Has("center") && len(c) <= 40 {
		p.Center = c
	}
}

func (p Preferences) cookie(r *http.Request) *http.Cookie {
	v := url.Values{"lang": {string(p.Lang)}, "theme": {p.Theme}, "density": {p.Density}, "keys": {p.Keys}, "center": {p.Center}}
	return &http.Cookie{ //nolint:gosec // Secure wherever there is TLS; it holds no secret
		Name: preferencesCookie, Value: v.Encode(), Path: "/", MaxAge: 400 * 24 * 3600,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	}
}

// PostPreferences changes the preferences that the form names and goes back to where it came from. save may be nil;
// an account that keeps its preferences is told there.
func PostPreferences(save func(context.Context, Preferences) error) Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		p := readPreferences(r)
		p.take(r.PostForm)
		if save != nil {
			if err := save(r.Context(), p); err != nil {
				return err
			}
		}
		http.SetCookie(w, p.cookie(r))
		return Redirect(w, r, r.PostForm.Get("_next"))
	}
}

// LocalPath is a path of this program; anything that could lead elsewhere is "/".
func LocalPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

// accepted reads the first language of Accept-Language that the program has.
func accepted(header string) i18n.Lang {
	for part := range strings.SplitSeq(strings.ToLower(header), ",") {
		part = strings.TrimSpace(part)
		switch {
		case strings.HasPrefix(part, "zh"):
			return i18n.ZH
		case strings.HasPrefix(part, "en"):
			return i18n.EN
		}
	}
	return i18n.ZH
}
