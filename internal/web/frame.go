package web

import (
	"context"
	"embed"
	"io/fs"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
)

//go:embed text
var texts embed.FS

// Texts are the catalogue's files of this package.
func Texts() fs.FS { return texts }

// Paths that the shell's forms and links lead to. The handlers stand in internal/app.
const (
	AskPath         = "/ask"          // GET ?q=: the page of results
	SuggestPath     = "/ask/suggest"  // GET ?q=: a fragment of Suggestions
	PreferencesPath = "/preferences"  // POST: Preferences.Handler
	SignInPath      = "/sign-in"      // GET ?_next=
	SignOutPath     = "/sign-out"     // POST
	FeedbackPath    = "/feedback/new" // GET ?page=, POST: FeedbackForm
)

// Frame is what stands around every page for one viewer (UI-S1). A frame without a viewer draws neither menus nor the ask field.
type Frame struct {
	Viewer   Viewer
	Home     string     // "" is "/"
	Nav      []NavGroup // at most 3 groups of 6
	Bottom   []NavItem  // at most 5, for narrow screens
	New      []NavItem  // what the viewer may create; the menu of N
	Centers  []Center   // those in scope
	Center   string     // value of the chosen one
	Ask      bool       // the ask field is drawn
	Messages string     // link; "" draws none
	Unread   int
	Settings string // link; "" draws none
	Feedback string // link; "" draws none
	Grants   string // who gives a right that is missing, and where; "" says it without names (UI-B7)
}

// Viewer is who is signed in.
type Viewer struct {
	Account string // id; keeps drafts apart on a shared machine
	Name    string
	Role    string // as the person is called
}

// Initial is the letter of the viewer's mark.
func (v Viewer) Initial() string { return initial(v.Name) }

// NavGroup is a part of the left menu.
type NavGroup struct {
	Title string
	Items []NavItem
}

// NavItem is a place of the left menu, the bottom bar or the menu of new things.
type NavItem struct {
	Label   string
	Href    string
	Count   int    // drawn where it is not 0
	Current bool   // by the path where it is not set
	Go      string // letter after G that leads here: h, l, r
}

// Center is a choice of the center switch.
type Center struct{ Value, Name string }

// Page is one page: what is its own, beside the Frame.
type Page struct {
	Title string          // of the window; H1 where it is empty
	H1    string          // a conclusion or a name (UI-S2)
	Sub   string          // small text after H1
	Lead  templ.Component // one line under H1
	Aside templ.Component // at the right of H1: a target, a period, the page's tools
	Own   bool            // the body draws its own h1: a record page
	Bare  bool            // without menus: sign-in
}

type (
	frameKey   struct{}
	momentKey  struct{}
	requestKey struct{}
)

// WithFrame says how the frame is made. It is asked only where a whole page is drawn, not for fragments.
func WithFrame(ctx context.Context, frame func(context.Context) Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, frame)
}

func frameOf(ctx context.Context) Frame {
	if f, ok := ctx.Value(frameKey{}).(func(context.Context) Frame); ok {
		return f(ctx)
	}
	return Frame{}
}

type moment struct {
	now  time.Time
	zone *time.Location
}

// WithMoment says what time it is for a request, and in which zone its viewer reads and types times.
func WithMoment(ctx context.Context, now time.Time, zone *time.Location) context.Context {
	return context.WithValue(ctx, momentKey{}, moment{now, zone})
}

// Now is the instant of the request.
func Now(ctx context.Context) time.Time {
	m, _ := ctx.Value(momentKey{}).(moment)
	return m.now
}

// Zone is the viewer's time zone; UTC+8 where none was said.
func Zone(ctx context.Context) *time.Location {
	if m, ok := ctx.Value(momentKey{}).(moment); ok && m.zone != nil {
		return m.zone
	}
	return time.FixedZone("CST", 8*3600)
}

// Today is the business date of the request for its viewer.
func Today(ctx context.Context) bizdate.Date { return bizdate.Of(Now(ctx), Zone(ctx)) }

// here gives the address of the page, for forms that come back to it.
func here(ctx context.Context) *url.URL {
	if u, ok := ctx.Value(requestKey{}).(*url.URL); ok {
		return u
	}
	return &url.URL{Path: "/"}
}

// Address changes parameters of the page's address; "" takes one away (UI-S4). pairs are names and values.
func Address(ctx context.Context, pairs ...string) string {
	u := *here(ctx)
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
			continue
		}
		q.Set(pairs[i], pairs[i+1])
	}
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// Without is the address of a list without one of its filters, at its first page. A list without a center says so, else the center
// switch would give it one (UI-S1).
func Without(ctx context.Context, name string) string {
	value := ""
	if name == "center" {
		value = "all"
	}
	return Address(ctx, name, value, "page", "", "after", "")
}

func (i NavItem) current(ctx context.Context) bool {
	path := here(ctx).Path
	return i.Current || i.Href != "" && i.Href == path
}

func (f Frame) home() string {
	if f.Home == "" {
		return "/"
	}
	return f.Home
}

func (f Frame) centerName() string {
	for _, c := range f.Centers {
		if c.Value == f.Center {
			return c.Name
		}
	}
	if len(f.Centers) > 0 {
		return f.Centers[0].Name
	}
	return ""
}

func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(name))
	if r == utf8.RuneError {
		return ""
	}
	return strings.ToUpper(string(r))
}
