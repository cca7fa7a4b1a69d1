//go:build e2e

package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/kernel/problem"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// on opens a sample page in a new tab.
func on(t *testing.T, query string) context.Context {
	t.Helper()
	at := serve(t)
	tab := testkit.Browser(t)
	testkit.Act(tab, t, chromedp.Navigate(at+query))
	return tab
}

// value evaluates an expression in the page.
func value[T any](tab context.Context, t *testing.T, expression string) T {
	t.Helper()
	return testkit.Read(tab, t, chromedp.Evaluate[T](expression))
}

// until waits until an expression is true in the page.
func until(tab context.Context, t *testing.T, expression string) {
	t.Helper()
	testkit.Read(tab, t, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(10*time.Second)))
}

func keys(s string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(s) }

func TestUIB5_Keys(t *testing.T) {
	tab := on(t, "?lang=en")
	current := `document.querySelector("[data-row][aria-current]")?.id`
	testkit.Act(tab, t, keys("k"), keys("k"))
	if got := value[string](tab, t, current); got != "row-1" {
		t.Errorf("K twice from row 2 is at %s", got)
	}
	testkit.Act(tab, t, keys("j"), keys("x"))
	if !value[bool](tab, t, `document.querySelector("#row-2 [data-select]").checked`) {
		t.Error("X does not select the row after J")
	}
	testkit.Act(tab, t, keys("?"))
	until(tab, t, `document.querySelector("#keys-help").open`)
	testkit.Act(tab, t, keys(kb.Escape))
	until(tab, t, `!document.querySelector("#keys-help").open`)
	testkit.Act(tab, t, keys("n"))
	until(tab, t, `document.querySelector("details[data-key=n]").open`)
	testkit.Act(tab, t, keys(kb.Escape))
	until(tab, t, `!document.querySelector("details[data-key=n]").open`)
	testkit.Act(tab, t, chromedp.Focus("#f-name"), keys("j"), keys("n"))
	if got := value[string](tab, t, `document.querySelector("#f-name").value + document.querySelector("details[data-key=n]").open`); !strings.Contains(got, "jn") || !strings.HasSuffix(got, "false") {
		t.Errorf("letters in a field are keys: %s", got)
	}
	composing := `document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "n", bubbles: true, isComposing: true})); document.querySelector("details[data-key=n]").open`
	if value[bool](tab, t, composing) {
		t.Error("a key counts while composing")
	}
}

func TestUIB5_LettersOff(t *testing.T) {
	at := serve(t)
	tab := testkit.Browser(t)
	testkit.Act(tab, t, chromedp.Navigate(at+"?lang=en&keys=off"), keys("n"))
	if value[bool](tab, t, `document.querySelector("details[data-key=n]").open`) {
		t.Error("N works although letters are off")
	}
	if _, err := chromedp.Run(tab, chromedp.KeyEvent("k", chromedp.KeyModifiers(2))); err != nil {
		t.Fatal(err)
	}
	until(tab, t, `document.activeElement.id === "q"`)
}

func TestUIS3_Ask(t *testing.T) {
	tab := on(t, "?lang=en")
	testkit.Act(tab, t, keys("/"))
	until(tab, t, `document.activeElement.id === "q"`)
	testkit.Act(tab, t, keys("he"))
	until(tab, t, `document.querySelectorAll("#ask-list [role=option]").length === 2`)
	until(tab, t, `document.querySelector("#live").textContent.startsWith("2 results")`)
	for _, v := range testkit.Axe(tab, t) {
		t.Error(v)
	}
	testkit.Act(tab, t, keys(kb.ArrowDown), keys(kb.ArrowUp), keys(kb.Enter), chromedp.WaitVisible(".lead h1"))
	if got := value[string](tab, t, `location.search`); got != "?show=work" {
		t.Errorf("Enter opens %s", got)
	}
}

func TestUIL3_Selection(t *testing.T) {
	tab := on(t, "?lang=en")
	n := `document.querySelector("[data-bulk] button [data-n]").textContent`
	if !value[bool](tab, t, `document.querySelector("[data-bulk]").hidden`) {
		t.Error("the bar shows without a selection")
	}
	testkit.Act(tab, t, chromedp.Click("[data-select-all]"))
	if got := value[string](tab, t, n); got != "3" {
		t.Errorf("the page has %s selected", got)
	}
	testkit.Act(tab, t, chromedp.Click("[data-everything]"), chromedp.Click("#row-2 [data-select]"))
	if got := value[string](tab, t, n); got != "1,283" {
		t.Errorf("all that match but one are %s", got)
	}
}

func TestUIF3_Draft(t *testing.T) {
	at := serve(t)
	tab := testkit.Browser(t)
	testkit.Act(tab, t, chromedp.Navigate(at+"?lang=en"), chromedp.SendKeys("#f-note", "father is away"))
	until(tab, t, `Object.keys(localStorage).some(k => k.endsWith("sample:sample"))`)
	testkit.Act(tab, t, chromedp.Reload())
	until(tab, t, `!document.querySelector("[data-draft-notice]").hidden`)
	testkit.Act(tab, t, chromedp.Click("[data-draft-notice]:not([hidden]) [data-draft-restore]"))
	if got := value[string](tab, t, `document.querySelector("#f-note").value`); got != "father is away" {
		t.Errorf("restored %q", got)
	}
}

func TestUIF2_Errors(t *testing.T) {
	tab := on(t, "?lang=en&show=errors")
	if got := value[string](tab, t, `document.activeElement.id + " " + document.title`); !strings.HasPrefix(got, "errs-title Error: ") {
		t.Errorf("focus and title are %q", got)
	}
	if got := value[string](tab, t, `document.querySelector(".errs a").textContent.trim()`); got != "Phone: too short: at least 5 characters" {
		t.Errorf("summary says %q", got)
	}
	testkit.Act(tab, t, chromedp.Focus("#f-phone"), keys("138"), chromedp.Blur("#f-phone"))
	until(tab, t, `!document.querySelector("#f-phone").hasAttribute("aria-invalid") && document.querySelectorAll(".errs a").length === 2`)
}

// fragment answers a swap: with a part, with words and a strip, or with a refusal.
func fragment(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("kind") == "refused" {
		return problem.Refuse("", "invalid", problem.Field{Location: "name", Code: "required"})
	}
	return web.Render(w, r, web.Join(web.Text("done"), web.Say("Saved"), web.StatusUpdate(web.Status{Text: "Saved", Undo: "/undo/1"})))
}

// swaps is a page with a swap that works and a form whose swap is refused.
func swaps(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, web.Shell(web.Page{H1: "Swaps"}, web.Join(
		web.Button{Label: "Part", Attrs: templ.Attributes{"id": "go", "hx-post": "/fragment/part", "hx-target": "#part"}},
		templ.Raw(`<section id="part"><h2>Part</h2></section>`),
		templ.Raw(`<form id="form" hx-post="/fragment/refused" novalidate>`),
		web.Input{Field: web.Field{Name: "name", Label: "Name", Required: true}},
		web.Button{Label: "Send"},
		templ.Raw(`</form><form id="own" hx-post="/fragment/refused" novalidate><div data-problem></div>`),
		web.Input{Field: web.Field{Name: "other", Label: "Other", Form: "own"}},
		web.Button{Label: "Send"},
		templ.Raw(`</form>`),
	)))
}

func TestUIB4_Swaps(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle("GET /swaps", web.Func(swaps))
	mux.Handle("POST /fragment/{kind}", web.Func(fragment))
	s := httptest.NewServer(outer(t, catalogue(t))(mux))
	defer s.Close()
	tab := testkit.Browser(t)
	testkit.Act(tab, t, chromedp.Navigate(s.URL+"/swaps"), chromedp.Click("#go"))
	until(tab, t, `document.querySelector("#part").textContent.includes("done") && document.querySelector("#status [data-key=z]") !== null`)
	until(tab, t, `document.querySelector("#live").textContent === "Saved"`)
	testkit.Act(tab, t, chromedp.Click("#form button"))
	until(tab, t, `document.activeElement.id === "errs-title"`)
	until(tab, t, `document.querySelector("#f-name").getAttribute("aria-invalid") === "true" && document.querySelector("#f-name-err") !== null`)
	testkit.Act(tab, t, chromedp.Reload(), chromedp.Click("#own button"))
	until(tab, t, `document.querySelector("#own [data-problem] .errs") !== null && document.querySelector("#problem .errs") === null`)
	for _, c := range testkit.Complaints(tab, t) {
		if c.Kind != "network" {
			t.Errorf("the browser complains: %+v", c)
		}
	}
	for _, v := range testkit.Axe(tab, t) {
		t.Error(v)
	}
}
