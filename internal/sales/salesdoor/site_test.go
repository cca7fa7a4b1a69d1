package salesdoor_test

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
	"zhike/internal/sales/salesdoor"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// site is the pages for one viewer.
type site struct {
	t       *testing.T
	s       *testkit.School
	handler http.Handler
	viewer  context.Context
	lang    i18n.Lang
}

// open opens the pages for who ctx is.
func open(viewer context.Context, t *testing.T, s *testkit.School) site {
	t.Helper()
	deps := salesdoor.Deps{Ops: s.Ops, Dir: s.Dir, Timeline: peopledoor.Timeline}
	mux := http.NewServeMux()
	salesdoor.Pages(mux, deps)
	who, _ := op.ViewerOf(viewer)
	if home, ok := salesdoor.Home(deps, who.Role); ok {
		mux.Handle("GET /{$}", home)
	}
	handler := web.Chain(mux, web.Speak(catalogue(t, s), s.Clock.Now, s.Dir.Zone(s.HD)))
	return site{t: t, s: s, handler: handler, viewer: viewer, lang: i18n.ZH}
}

// catalogue is the program's, with this door's texts.
func catalogue(t *testing.T, s *testkit.School) *i18n.Catalogue {
	t.Helper()
	if s.App.Catalogue.Has("sales.work.title") {
		return s.App.Catalogue
	}
	c, err := i18n.New(append(app.Texts(), salesdoor.Text)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s site) do(r *http.Request) *httptest.ResponseRecorder {
	s.t.Helper()
	r.Header.Set("Accept-Language", string(s.lang))
	ctx := r.Context()
	if v, ok := op.ViewerOf(s.viewer); ok {
		ctx = op.WithViewer(ctx, v)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r.WithContext(ctx))
	if strings.Contains(w.Body.String(), "⟦") {
		s.t.Errorf("%s %s lacks texts: %v", r.Method, r.URL, regexp.MustCompile("⟦[^⟧]*⟧").FindAllString(w.Body.String(), -1))
	}
	return w
}

// get gives a page, which must have the status.
func (s site) get(path string, status int) string {
	s.t.Helper()
	w := s.do(httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil))
	if w.Code != status {
		s.t.Fatalf("GET %s = %d, want %d\n%s", path, w.Code, status, words(w.Body.String()))
	}
	return w.Body.String()
}

// fragment gives a part of a page, as a swap asks for it.
func (s site) fragment(path string) string {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil)
	r.Header.Set("HX-Request", "true")
	w := s.do(r)
	if w.Code != http.StatusOK {
		s.t.Fatalf("GET %s = %d\n%s", path, w.Code, words(w.Body.String()))
	}
	return w.Body.String()
}

// post sends a form and gives where it leads, or the page that shows what is wrong.
func (s site) post(path string, status int, pairs ...string) (location, body string) {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := s.do(r)
	if w.Code != status {
		s.t.Fatalf("POST %s = %d, want %d\n%s", path, w.Code, status, words(w.Body.String()))
	}
	return w.Header().Get("Location"), w.Body.String()
}

// swap gives the part of a page that a form swaps while one types.
func (s site) swap(path string, pairs ...string) string {
	s.t.Helper()
	_, body := s.post(path, http.StatusOK, pairs...)
	return body
}

// queries counts the statements that a page sends.
func (s site) queries(path string) int {
	s.t.Helper()
	n := 0
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

var (
	tags   = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// words are the texts of a page.
func words(page string) string { return spaces.ReplaceAllString(tags.ReplaceAllString(page, " "), " ") }

// errorAt is what a page says is wrong at a field.
func errorAt(page, field string) string {
	at := "f-" + strings.NewReplacer(".", "-", "_", "-").Replace(field) + "-err"
	m := regexp.MustCompile(`id="` + at + `">([^<]*)<`).FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}

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
