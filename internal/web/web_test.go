package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/i18n"
	"zhike/internal/web"
)

var (
	monday = time.Date(2013, 6, 3, 1, 12, 0, 0, time.UTC)
	cst    = time.FixedZone("CST", 8*3600)
)

func catalogue(t *testing.T) *i18n.Catalogue {
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
	return c
}

// outer is what stands before every page in these tests.
func outer(t *testing.T, c *i18n.Catalogue) web.Middleware {
	t.Helper()
	sameOrigin, err := web.SameOrigin()
	if err != nil {
		t.Fatal(err)
	}
	return func(next http.Handler) http.Handler {
		return web.Chain(next, web.RequestIDs, web.Compress, web.Headers, web.Speak(c, func() time.Time { return monday }, cst), web.Recover, sameOrigin)
	}
}

func ask(t *testing.T, h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func post(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}
