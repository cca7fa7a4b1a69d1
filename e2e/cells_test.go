//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// TestUIL4_InBrowser: a field of a list is changed where it stands, by mouse and by keys: Enter or leaving saves, Esc gives the value back,
// a refusal is said at the field and keeps what was typed, focus comes back to the cell, the strip takes it back. On a narrow screen the row
// is a card and does the same.
func TestUIL4_InBrowser(t *testing.T) {
	s, st := desked(t)
	u := st.as(t, "it", id.None)
	keys := func(text string) { t.Helper(); testkit.Act(u.tab, t, chromedp.KeyEvent(text)) }
	cell := "#cell-" + s.Package.String() + "-price-fen"
	shows := func(price string) {
		t.Helper()
		u.until(fmt.Sprintf(`document.querySelector(%q + " form") === null && document.querySelector(%q).innerText.includes(%q)`, cell, cell, price))
	}
	opened := func() {
		t.Helper()
		u.until(fmt.Sprintf(`document.activeElement === document.querySelector(%q + " input.in")`, cell))
	}
	said := func(words string) {
		t.Helper()
		u.until(fmt.Sprintf(`document.querySelector("#live").textContent.includes(%q)`, words))
	}
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/packages"), chromedp.WaitVisible(cell))

	u.clicks = 0 // by mouse: one click, what is typed stands in place of what was there, leaving saves
	u.clickOn(cell + " a")
	opened()
	if u.clicks != 1 {
		t.Errorf("it took %d clicks", u.clicks)
	}
	for _, v := range testkit.Axe(u.tab, t) {
		t.Error(v)
	}
	keys("18800")
	u.clickOn("main h1")
	shows("¥18,800")
	said("价格已改为18800.00")

	u.clickOn(cell + " a") // Esc gives it back
	opened()
	keys("1" + kb.Escape)
	shows("¥18,800")
	u.until(fmt.Sprintf(`document.activeElement === document.querySelector(%q + " a")`, cell))

	keys(kb.F2) // by keys
	opened()
	keys("12x" + kb.Enter)
	u.until(fmt.Sprintf(`document.querySelector(%q + " .err")?.innerText.includes("12x") && document.querySelector(%q + " input.in").value === "12x"`, cell, cell))
	opened()
	said("12x")
	for _, v := range testkit.Axe(u.tab, t) {
		t.Error(v)
	}
	testkit.Act(u.tab, t, chromedp.Focus("#q")) // leaving with what was refused keeps it open
	u.until(fmt.Sprintf(`document.querySelector(%q + " .err") !== null`, cell))
	testkit.Act(u.tab, t, chromedp.Focus(cell+" input.in"))
	keys("19500" + kb.Enter)
	shows("¥19,500")
	u.until(fmt.Sprintf(`document.activeElement === document.querySelector(%q + " a")`, cell))
	keys("z") // takes it back
	shows("¥18,800")

	if err := testkit.Viewport(u.tab, 390, 844); err != nil { // a card
		t.Fatal(err)
	}
	u.clickOn(cell + " a")
	opened()
	keys("17000")
	u.clickOn(cell + " [data-cell-cancel]")
	shows("¥18,800")
	u.clickOn(cell + " a")
	opened()
	keys("17000" + kb.Enter)
	shows("¥17,000")
	if got := u.read(`String(document.documentElement.scrollWidth)`); got != "390" {
		t.Errorf("the page is %s px wide", got)
	}
	for _, c := range testkit.Complaints(u.tab, t) {
		if c.Kind != "network" { // 422 is what was refused
			t.Errorf("the browser complains: %+v", c)
		}
	}
}

// TestPPL6_DaysInOneLine: the days of both timelines stand in one line, as wide as the longest ones are, in both languages, wide and narrow.
func TestPPL6_DaysInOneLine(t *testing.T) {
	s, zh := desked(t)
	e, _ := s.Appointment(t, s.HD)
	u := zh.as(t, "consultant", s.HD)
	longest := map[i18n.Lang]string{i18n.ZH: "11月15日 日", i18n.EN: "15 Nov Sun"}
	for _, lang := range i18n.Langs {
		u.lang = lang
		if err := testkit.Viewport(u.tab, 1440, 900); err != nil { // where the language is in the top bar
			t.Fatal(err)
		}
		u.speak()
		for _, width := range []int64{1440, 390} {
			if err := testkit.Viewport(u.tab, width, 900); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"/people/" + e.PersonID.String(), "/enquiries/" + e.ID.String()} {
				testkit.Act(u.tab, t, chromedp.Navigate(u.base+path), chromedp.WaitVisible(".tl time"))
				u.read(fmt.Sprintf(`[...document.querySelectorAll(".tl time")].forEach(e => { e.textContent = %q }), ""`, longest[lang]))
				if got := u.read(`[...document.querySelectorAll(".tl time")].filter(e => e.offsetHeight > 24).length + " " + document.documentElement.scrollWidth`); got != fmt.Sprint("0 ", width) {
					t.Errorf("%s at %d in %s: broken days and width are %s", path, width, lang, got)
				}
				if err := testkit.Screenshot(u.tab, filepath.Join(testkit.Root(t), "shots", "timelines", fmt.Sprintf("%s-%s-%d.png", strings.Split(path, "/")[1], lang, width))); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
