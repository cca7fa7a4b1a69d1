package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing/marketingdoor"
	"zhike/internal/organization/organizationdoor"
	"zhike/internal/process/processdoor"
	"zhike/internal/web"
)

// PageOptions says how the pages are served.
type PageOptions struct {
	HTTPS     bool     // the public address is https; else pages are for loopback only (TRU-19)
	Public    string   // the address under which people reach the pages, for links that are printed
	Demo      bool     // the sign-in page offers the demo logins, /dev/components is there
	ByAccount web.Rate // how often an account may ask; usualByAccount if zero
	ByAddress web.Rate // how often an address may ask; usualByAddress if zero
}

var (
	usualByAccount = web.Rate{PerSecond: 50, Burst: 300}
	usualByAddress = web.Rate{PerSecond: 100, Burst: 600}
	usualLimit     = web.Limit{Body: 1 << 20, Time: 30 * time.Second}
	pageLimit      = web.Limit{Body: 8 << 20, Time: 30 * time.Second} // a page as it was shown comes with a feedback
	documentsLimit = web.Limit{Body: 2*attach.MostBytes + 1<<20, Time: 10 * time.Minute}
	uploadLimit    = web.Limit{Body: 2 << 30, Time: 30 * time.Minute} // a CSV import streams without a row limit (TRU-20)
)

// pages is the browser's side of the program: every door's pages in one shell.
type pages struct {
	*App
	mux     *http.ServeMux // what stands behind the sign-in
	members organizationdoor.Deps
	site    string  // see PageOptions.Public
	index   []entry // what the ask field finds besides people
}

// Pages serves the pages of all doors, the sign-in and the assets, with everything that stands before them.
func (a *App) Pages(o PageOptions) http.Handler {
	p := &pages{App: a, mux: http.NewServeMux(), site: o.Public}
	p.members = organizationdoor.Deps{
		Ops: a.Run, Dir: a.Dir, Access: a.Access, Key: a.Key, Sessions: organizationdoor.Sessions{HTTPS: o.HTTPS, Known: p.answers},
	}
	if o.Demo {
		for _, l := range DemoLogins {
			p.members.Demo = append(p.members.Demo, organizationdoor.DemoLogin{Login: l.Login, Password: DemoPassword, Role: l.Role})
		}
	}
	p.doors()
	p.own()
	p.index = p.entries()
	return p.before(o, p.public(o))
}

// own registers the pages that belong to no domain.
func (p *pages) own() {
	for pattern, page := range map[string]web.Func{
		"GET /{$}":               p.getHome,
		"GET " + web.AskPath:     p.getAsk,
		"GET " + web.SuggestPath: p.getSuggest,
		"GET /tasks":             p.getTasks,
		"POST /tasks/{id}/done":  p.postTaskDone,
		"GET /messages":          p.getMessages,
		"POST /messages/read":    p.postMessagesRead,
		"POST /undo/{id}":        p.postUndo,
		"/":                      p.nothing,
	} {
		p.mux.Handle(pattern, page)
	}
}

// nothing answers what no page answers.
func (p *pages) nothing(http.ResponseWriter, *http.Request) error { return problem.NotFound("page") }

// public is what needs no sign-in, and the gate before everything else.
func (p *pages) public(o PageOptions) http.Handler {
	mux := http.NewServeMux()
	byAccount := o.ByAccount
	if byAccount == (web.Rate{}) {
		byAccount = usualByAccount
	}
	inner := web.RateLimit(byAccount, p.Clock.Now, p.accountOf)(rightful(p.ofCenter(p.mux)))
	gate := organizationdoor.Gate(p.members, p.frame, inner)
	organizationdoor.Public(mux, p.members)
	marketingdoor.CapturePages(mux, p.capturing())
	processdoor.Feeds(mux, processdoor.FeedDeps{Ops: p.Run, Access: p.Access, Site: p.site, Now: p.Clock.Now})
	mux.Handle("POST "+web.PreferencesPath, p.preferences(gate))
	mux.Handle("GET /assets/", web.Assets())
	if o.Demo {
		mux.Handle("GET /dev/components", web.Func(web.ComponentsPage))
	}
	mux.Handle("/", gate)
	return mux
}

// preferences are those of the account where somebody is signed in, else those of the browser.
func (p *pages) preferences(gate http.Handler) http.Handler {
	browser := web.PostPreferences(nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.members.Sessions.Has(r) {
			gate.ServeHTTP(w, r)
			return
		}
		browser.ServeHTTP(w, r)
	})
}

// before is the way of every request to its page.
func (p *pages) before(o PageOptions, h http.Handler) http.Handler {
	sameOrigin, err := web.SameOrigin()
	if err != nil {
		panic(fmt.Errorf("origins of pages: %w", err)) // none is given
	}
	byAddress := o.ByAddress
	if byAddress == (web.Rate{}) {
		byAddress = usualByAddress
	}
	return web.Chain(h,
		web.RequestIDs,
		web.AccessLog(p.Log, p.Clock.Now, p.gauges.answered, p.looked),
		web.Headers,
		web.Speak(p.Catalogue, p.Clock.Now, p.Dir.Zone(id.None)),
		web.Recover,
		sameOrigin,
		web.Limits(usualLimit, uploads),
		web.Compress,
		web.RateLimit(byAddress, p.Clock.Now, organizationdoor.AddressKey),
	)
}

// uploads are the routes that take large files.
func uploads(r *http.Request) web.Limit {
	switch {
	case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, placeImports.path):
		return uploadLimit
	case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/campaign-costs/"), r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/campaigns/") && strings.HasSuffix(r.URL.Path, "/costs"):
		return documentsLimit
	case r.Method == http.MethodPost && r.URL.Path == web.FeedbackPath:
		return pageLimit
	}
	return web.Limit{}
}

// accountOf is the key of a signed-in caller's limit.
func (p *pages) accountOf(r *http.Request) string {
	v, ok := op.ViewerOf(r.Context())
	if !ok || p.Unlimited {
		return ""
	}
	return v.Account.String()
}

// answers tells whether a page of the program answers a request (TRU-19).
func (p *pages) answers(r *http.Request) bool {
	_, pattern := p.mux.Handler(r)
	return pattern != "" && pattern != "/"
}

// has tells whether a page exists at a path: what is not built is not drawn (UI-S5).
func (p *pages) has(path string) bool {
	return p.answers(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
}

// read runs queries for the viewer of a request, in one snapshot.
func (p *pages) read(ctx context.Context, fn func(ctx context.Context, tx *op.Tx) error) error {
	return p.Run.Read(ctx, fn)
}
