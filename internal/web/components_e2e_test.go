//go:build e2e

package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/kernel/i18n"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// serve is the components page behind the middlewares of the program.
func serve(t *testing.T) string {
	t.Helper()
	c, err := i18n.New(web.Texts())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if missing := c.Missing(); len(missing) > 0 {
			t.Errorf("missing texts: %v", missing)
		}
	})
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle("GET /dev/components", web.Func(web.ComponentsPage))
	mux.Handle("POST "+web.PreferencesPath, web.PostPreferences(nil))
	mux.Handle("POST /fragment/{kind}", web.Func(fragment))
	mux.Handle("GET "+web.SuggestPath, web.Func(func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.Suggestions([]web.SuggestionGroup{
			{Title: "People", Items: []web.Suggestion{{Href: "/dev/components?show=work", Title: "He Yutong"}, {Href: "/dev/components?show=404", Title: "He Yuchen"}}},
		}))
	}))
	s := httptest.NewServer(outer(t, c)(mux))
	t.Cleanup(s.Close)
	return s.URL + "/dev/components"
}

// TestPrint takes the pages as they come on paper.
func TestPrint(t *testing.T) {
	at := serve(t)
	tab := testkit.Browser(t)
	if err := testkit.Media(tab, "print", "dark"); err != nil {
		t.Fatal(err)
	}
	for _, show := range []string{"all", "work"} {
		testkit.Act(tab, t, chromedp.Navigate(at+"?theme=dark&show="+show))
		if got := testkit.Read(tab, t, chromedp.Evaluate[string](`getComputedStyle(document.body).color + getComputedStyle(document.querySelector(".top")).display`)); got != "rgb(23, 33, 31)none" {
			t.Errorf("on paper the text and the top bar are %s", got)
		}
		if err := testkit.Screenshot(tab, filepath.Join(testkit.Root(t), "shots", "components", show+"-print.png")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUIG1_Components looks at every component in both languages and themes, at four widths: nothing that axe finds, nothing that the
// browser complains of, no sideways scroll at 320 px (UI-G9). The pictures lie in shots/components.
func TestUIG1_Components(t *testing.T) {
	at := serve(t)
	tab := testkit.Browser(t)
	for _, show := range []string{"all", "work", "errors", "403", "404", "500"} {
		for _, lang := range i18n.Langs {
			for _, theme := range []string{"light", "dark"} {
				widths := []int64{1440, 390}
				if theme == "light" {
					widths = []int64{1440, 1000, 390, 320}
				}
				for _, width := range widths {
					name := fmt.Sprintf("%s-%s-%s-%d", show, lang, theme, width)
					t.Run(name, func(t *testing.T) {
						if err := testkit.Viewport(tab, width, 900); err != nil {
							t.Fatal(err)
						}
						testkit.Act(tab, t, chromedp.Navigate(fmt.Sprintf("%s?show=%s&lang=%s&theme=%s", at, show, lang, theme)))
						for _, v := range testkit.Axe(tab, t) {
							t.Error(v)
						}
						for _, c := range testkit.Complaints(tab, t) {
							if c.Kind != "network" { // 403 and 404 are the page itself
								t.Errorf("the browser complains: %+v", c)
							}
						}
						if got := testkit.Read(tab, t, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); got > width {
							t.Errorf("the page is %d px wide", got)
						}
						if err := testkit.Screenshot(tab, filepath.Join(testkit.Root(t), "shots", "components", name+".png")); err != nil {
							t.Fatal(err)
						}
					})
				}
			}
		}
	}
}
