package marketingdoor_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/kernel/op"
	"zhike/internal/marketing/marketingdoor"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// site is the pages for one viewer.
type site struct {
	t       *testing.T
	handler http.Handler
	viewer  context.Context
}

// open opens the pages for who ctx is.
func open(viewer context.Context, t *testing.T, s *testkit.School) site {
	t.Helper()
	mux := http.NewServeMux()
	marketingdoor.Pages(mux, s.Ops)
	marketingdoor.PointPages(mux, s.Ops, "https://kag.example")
	return site{t, web.Chain(mux, web.Speak(s.App.Catalogue, s.Clock.Now, s.Dir.Zone(s.HD))), viewer}
}

func (s site) do(r *http.Request, status int) *httptest.ResponseRecorder {
	s.t.Helper()
	r.Header.Set("Accept-Language", "zh")
	ctx := r.Context()
	if v, ok := op.ViewerOf(s.viewer); ok {
		ctx = op.WithViewer(ctx, v)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r.WithContext(ctx))
	if strings.Contains(w.Body.String(), "⟦") {
		s.t.Errorf("%s %s lacks texts: %v", r.Method, r.URL, regexp.MustCompile("⟦[^⟧]*⟧").FindAllString(w.Body.String(), -1))
	}
	if w.Code != status {
		s.t.Fatalf("%s %s = %d, want %d\n%s", r.Method, r.URL, w.Code, status, words(w.Body.String()))
	}
	return w
}

// get gives a page, which must have the status.
func (s site) get(path string, status int) string {
	s.t.Helper()
	return s.do(httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil), status).Body.String()
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
	w := s.do(r, status)
	return w.Header().Get("Location"), w.Body.String()
}

var (
	tags   = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

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
