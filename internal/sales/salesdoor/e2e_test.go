//go:build e2e

package salesdoor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/sales/salesdoor"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// serve serves the pages to a browser, for who ctx is.
func serve(viewer context.Context, t *testing.T, s *testkit.School) string {
	t.Helper()
	deps := salesdoor.Deps{Ops: s.Ops, Dir: s.Dir}
	mux := http.NewServeMux()
	salesdoor.Pages(mux, deps)
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle("POST "+web.PreferencesPath, web.PostPreferences(nil))
	who, _ := op.ViewerOf(viewer)
	if home, ok := salesdoor.Home(deps, who.Role); ok {
		mux.Handle("GET /{$}", home)
	}
	signedIn := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := web.WithFrame(op.WithViewer(r.Context(), who), func(ctx context.Context) web.Frame {
			f := web.Frame{Viewer: web.Viewer{Account: who.Account.String(), Name: who.Name, Role: who.Role}, New: salesdoor.NewItems(ctx, who)}
			s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
				f.Nav, err = salesdoor.Nav(ctx, tx, who)
				return err
			})
			return f
		})
		mux.ServeHTTP(w, r.WithContext(ctx))
	})
	sameOrigin, err := web.SameOrigin()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(web.Chain(signedIn, web.RequestIDs, web.Headers, web.Speak(catalogue(t, s), s.Clock.Now, s.Dir.Zone(s.HD)), web.Recover, sameOrigin))
	t.Cleanup(server.Close)
	return server.URL
}

// budget counts the clicks of a job (UI-H).
type budget struct {
	t      *testing.T
	tab    context.Context
	clicks int
}

func (b *budget) click(selector string) {
	b.t.Helper()
	b.clicks++
	testkit.Act(b.tab, b.t, chromedp.Click(selector))
}

// pick chooses a chip: the input lies over its words.
func (b *budget) pick(name, value string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`input[name=%q][value=%q]`, name, value))
}

func (b *budget) spent(most int) {
	b.t.Helper()
	if b.clicks > most {
		b.t.Errorf("%d clicks, the budget is %d", b.clicks, most)
	}
}

func (b *budget) sees(text string) {
	b.t.Helper()
	until(b.tab, b.t, fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// until waits until an expression is true, over pages that come and go meanwhile.
func until(tab context.Context, t *testing.T, expression string) {
	t.Helper()
	limited, cancel := context.WithTimeout(tab, 15*time.Second)
	defer cancel()
	for {
		_, err := chromedp.Run(limited, chromedp.Poll[bool](expression))
		if err == nil {
			return
		}
		if limited.Err() != nil {
			shot := filepath.Join(testkit.Root(t), "shots", "failed", t.Name()+".png")
			t.Fatalf("%s does not come true: %v (see %s, %v)", expression, err, shot, testkit.Screenshot(tab, shot))
		}
	}
}

func act[T any](a chromedp.Action[T]) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := a(ctx, tab)
		return chromedp.Void{}, err
	}
}

// TestUIH_Consultant: a result with its next date in 3 clicks, an invitation in 4; the list goes on to the next row, with focus and
// words (UI-B4).
func TestUIH_Consultant(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	for range 3 {
		s.Enquiry(t, s.HD)
	}
	at := serve(s.Consultant(s.HD), t, s)
	tab := testkit.Browser(t)
	visit(tab, t, at, "/", "zh", "light")

	result := &budget{t: t, tab: tab}
	result.pick("result", "discuss")
	result.pick("next_day", "2026-06-05")
	result.click("#panel button.p")
	result.sees("第 1 / 2 件")
	result.spent(3)
	if got := testkit.Read(tab, t, chromedp.Evaluate[string]("document.activeElement.id")); got != "panel-title" {
		t.Errorf("focus is at %q", got)
	}
	until(tab, t, `document.querySelector("#live").textContent.includes("下一位")`)

	invite := &budget{t: t, tab: tab}
	invite.click(`#panel a[href*="/book"]`)
	invite.sees("哪一天")
	invite.pick("day", "2026-06-06")
	invite.pick("time", "10:00")
	invite.click("#panel button.p")
	invite.sees("第 1 / 1 件")
	invite.spent(4)
	kinds := s.Facts(t)
	if got := strings.Join(kinds[len(kinds)-3:], " "); got != "people.touch-recorded.1 people.touch-recorded.1 sales.appointment-booked.1" {
		t.Errorf("facts end with %s", got)
	}
	for _, c := range testkit.Complaints(tab, t) {
		t.Errorf("the browser complains: %+v", c)
	}
}

// TestUIB5_WorkListByKeyboard: J moves, the panel follows; 2 chooses a result, Enter in the note saves.
func TestUIB5_WorkListByKeyboard(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	for range 3 {
		s.Enquiry(t, s.HD)
	}
	at := serve(s.Consultant(s.HD), t, s)
	tab := testkit.Browser(t)
	visit(tab, t, at, "/", "zh", "light")
	testkit.Act(tab, t, chromedp.KeyEvent("j"))
	until(tab, t, `document.querySelector("#panel").innerText.includes("第 2 / 3 件")`)
	testkit.Act(tab, t, chromedp.KeyEvent("2"), chromedp.SendKeys(`#panel input[name="note"]`, "爸爸出差\r"))
	(&budget{t: t, tab: tab}).sees("第 2 / 2 件")
}

// TestUIH_FrontDesk: who comes next in 1 click, who is searched in 2, a walk-in in 2.
func TestUIH_FrontDesk(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	s.Appointment(t, s.HD)
	s.Appointment(t, s.HD)
	at := serve(s.FrontDesk(s.HD), t, s)
	tab := testkit.Browser(t)
	visit(tab, t, at, "/", "zh", "light")

	next := &budget{t: t, tab: tab}
	next.click("section.next button.p")
	next.sees("今天到访 1")
	next.spent(1)

	searched := &budget{t: t, tab: tab}
	searched.click("#desk-q")
	testkit.Act(tab, t, chromedp.SendKeys("#desk-q", "heyu"), chromedp.WaitVisible("#desk-found li button"))
	searched.click("#desk-found li:last-child button, #desk-found li button")
	searched.sees("今天到访 2")
	searched.spent(2)

	walkIn := &budget{t: t, tab: tab}
	walkIn.click(`a[data-dialog="walk-in"]`)
	testkit.Act(tab, t, chromedp.SendKeys(`dialog[open] input[name="name"]`, "赵敏"))
	walkIn.click("dialog[open] button.p")
	walkIn.sees("今天到访 3")
	walkIn.spent(2)
	for _, c := range testkit.Complaints(tab, t) {
		t.Errorf("the browser complains: %+v", c)
	}
}

// TestUIH_Quote: a quote in 6 clicks from home, the contract in 3 from it; the price follows the choice.
func TestUIH_Quote(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	_, received := visited(t, s)
	consultant := s.Consultant(s.HD)
	if _, err := sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: received.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}); err != nil {
		t.Fatal(err)
	}
	at := serve(consultant, t, s)
	tab := testkit.Browser(t)
	visit(tab, t, at, "/", "zh", "light")
	quote := &budget{t: t, tab: tab}
	quote.click("tr[data-row] a.nm")
	quote.click("section.next a.p")
	quote.pick("parts", "3")
	quote.sees("第 3 期")
	quote.click("button.p")
	quote.sees("何雨桐的报价 ¥19,200")
	quote.spent(6)
	contract := &budget{t: t, tab: tab}
	contract.click("button.p")
	until(tab, t, `location.pathname.startsWith("/contracts/")`)
	contract.spent(3)
}

// TestUIG1_Pages looks at every page in both languages and themes, wide and narrow: nothing that axe finds, no sideways scroll.
// The pictures lie in shots/sales.
func TestUIG1_Pages(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	e, a := s.Appointment(t, s.HD)
	_, received := visited(t, s)
	quoted, done := visited(t, s)
	consultant := s.Consultant(s.HD)
	if _, err := sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: done.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}); err != nil {
		t.Fatal(err)
	}
	q, err := sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: quoted.ID, Packages: []id.ID{s.Package}})
	if err != nil {
		t.Fatal(err)
	}
	s.Enquiry(t, s.HD)
	enquiry := "/enquiries/" + e.ID.String()
	tab := testkit.Browser(t)
	for who, pages := range map[string]map[string]string{
		"consultant": {
			"work": "/", "enquiries": "/enquiries", "none": "/enquiries?until=2020-01-01", "enquiry": enquiry, "call": enquiry + "/call", "book": enquiry + "/book", "lose": enquiry + "/lose",
			"enter": "/enquiries/new", "quote-form": "/enquiries/" + quoted.ID.String() + "/quote", "quote": "/quotes/" + q.ID.String(), "visit": "/visits/" + received.ID.String(),
			"visit-done": "/visits/" + done.ID.String(),
		},
		"front-desk": {
			"desk": "/", "appointments": "/appointments", "tomorrow": "/appointments?from=2026-06-04&until=2026-06-04", "move": "/appointments/" + a.ID.String() + "/move", "visits": "/visits",
			"walk-in": "/walk-ins/new", "found": "/?q=hyt",
		},
		"principal": {"assign": "/enquiries", "assign-one": enquiry + "/assign", "rules": "/settings/assignment", "rule": "/settings/assignment/edit"},
	} {
		at := serve(s.As(who, s.HD), t, s)
		for name, page := range pages {
			for _, lang := range i18n.Langs {
				look(tab, t, at, page, name, string(lang))
			}
		}
	}
}

// visit opens a page in a language and a theme.
func visit(tab context.Context, t *testing.T, at, page, lang, theme string) {
	t.Helper()
	set := fmt.Sprintf("fetch('/preferences',{method:'POST',headers:{'Content-Type':'application/x-www-form-urlencoded'},body:'lang=%s&theme=%s'}).then(()=>true)", lang, theme)
	testkit.Act(tab, t, chromedp.Navigate(at+"/assets/none"), act(chromedp.Evaluate[bool](set, chromedp.EvalAwaitPromise)))
	testkit.Complaints(tab, t) // there is no such file: the address is there for its cookie
	testkit.Act(tab, t, chromedp.Navigate(at+page))
}

// look looks at a page in one language.
func look(tab context.Context, t *testing.T, at, page, name, lang string) {
	t.Helper()
	for _, view := range []struct {
		theme string
		width int64
	}{{"light", 1440}, {"dark", 1440}, {"light", 390}, {"dark", 390}} {
		t.Run(fmt.Sprintf("%s-%s-%s-%d", name, lang, view.theme, view.width), func(t *testing.T) {
			if err := testkit.Viewport(tab, view.width, 900); err != nil {
				t.Fatal(err)
			}
			visit(tab, t, at, page, lang, view.theme)
			for _, v := range testkit.Axe(tab, t) {
				t.Error(v)
			}
			for _, c := range testkit.Complaints(tab, t) {
				t.Errorf("the browser complains: %+v", c)
			}
			if got := testkit.Read(tab, t, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); got > view.width {
				t.Errorf("the page is %d px wide", got)
			}
			if err := testkit.Screenshot(tab, filepath.Join(testkit.Root(t), "shots", "sales", t.Name()[strings.LastIndexByte(t.Name(), '/')+1:]+".png")); err != nil {
				t.Fatal(err)
			}
		})
	}
}
