package peopledoor_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/people/peopledoor"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// site is the pages of this door for one viewer.
type site struct {
	t       *testing.T
	s       *testkit.School
	handler http.Handler
	viewer  context.Context
}

func open(t *testing.T, s *testkit.School, viewer context.Context) site {
	t.Helper()
	mux := http.NewServeMux()
	peopledoor.Pages(mux, s.Ops, app.Personal(), app.Holds())
	return site{t: t, s: s, viewer: viewer, handler: web.Chain(mux, web.Speak(catalogue(t, s), s.Clock.Now, s.Dir.Zone(s.HD)))}
}

// catalogue is the program's, with this door's texts.
func catalogue(t *testing.T, s *testkit.School) *i18n.Catalogue {
	t.Helper()
	if s.App.Catalogue.Has("person-page.people") {
		return s.App.Catalogue
	}
	c, err := i18n.New(append(app.Texts(), peopledoor.Text)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	missing = regexp.MustCompile("⟦[^⟧]*⟧")
	tags    = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>`)
	spaces  = regexp.MustCompile(`\s+`)
)

func (s site) do(r *http.Request) *httptest.ResponseRecorder {
	s.t.Helper()
	ctx := r.Context()
	if v, ok := op.ViewerOf(s.viewer); ok {
		ctx = op.WithViewer(ctx, v)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r.WithContext(ctx))
	if lacks := missing.FindAllString(w.Body.String(), -1); len(lacks) > 0 {
		s.t.Errorf("%s %s lacks texts: %v", r.Method, r.URL, lacks)
	}
	return w
}

// get gives a page in a language, which must have the status.
func (s site) get(path string, status int) string {
	s.t.Helper()
	for _, lang := range []string{"en", "zh"} {
		r := httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", lang)
		w := s.do(r)
		if w.Code != status {
			s.t.Fatalf("GET %s = %d, want %d\n%s", path, w.Code, status, words(w.Body.String()))
		}
		if lang == "zh" {
			return w.Body.String()
		}
	}
	return ""
}

// post sends a form and gives where it leads, or the page that shows what is wrong.
func (s site) post(path string, status int, form url.Values) (location, body string) {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := s.do(r)
	if w.Code != status {
		s.t.Fatalf("POST %s = %d, want %d\n%s", path, w.Code, status, words(w.Body.String()))
	}
	return w.Header().Get("Location"), w.Body.String()
}

// queries counts the statements that a page sends.
func (s site) queries(path string) (n int) {
	s.t.Helper()
	err := s.s.Ops.Batch(s.viewer, func(ctx context.Context) error {
		return s.s.Ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
			before := tx.Queries
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
			if w.Code != http.StatusOK {
				s.t.Errorf("GET %s = %d", path, w.Code)
			}
			n = tx.Queries - before
			return nil
		})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// words are the texts of a page.
func words(page string) string { return spaces.ReplaceAllString(tags.ReplaceAllString(page, " "), " ") }

// wants fails the test unless the page says all of it.
func (s site) wants(page string, texts ...string) {
	s.t.Helper()
	shown := words(page)
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			s.t.Errorf("the page lacks %q:\n%s", text, shown)
		}
	}
}

// errorAt is what a page says is wrong at a field.
func errorAt(page, field string) string {
	at := "f-" + strings.NewReplacer(".", "-", "_", "-").Replace(field) + "-err"
	m := regexp.MustCompile(`id="` + at + `">([^<]*)<`).FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}
