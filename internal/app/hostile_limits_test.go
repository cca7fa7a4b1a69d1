package app_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// TestTRU23_TooOften: an account, and an address, that ask too often are told when to come back, by every route of the API and every page.
func TestTRU23_TooOften(t *testing.T) {
	t.Parallel()
	s := school(t)
	c := apiClient(t, s, apiServer(t, s), "it", id.None)
	for range 310 {
		c.get("/me")
	}
	d, _ := readDocument(t)
	routes := 0
	d.each(func(method, path string, o operation) {
		if o.public() {
			return
		}
		routes++
		if r := c.call(method, braces.ReplaceAllString(path, s.HD.String()), "{}"); r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") == "" || r.body["code"] != "too-often" {
			t.Errorf("%s: %d %v, want 429 with Retry-After", r.what, r.status, r.header)
		}
	})

	v := signedIn(t, s, serve(t, s, app.PageOptions{ByAccount: web.Rate{PerSecond: 0.01, Burst: 1}}), "it", id.None)
	v.get("/tasks")
	pages := testkit.PageRoutes(t)
	for _, path := range pages {
		if strings.HasPrefix(path, "/assets") || strings.HasPrefix(path, "/dev") || path == web.SignInPath || path == "/c/{code}" || path == "/calendar/{secret}" { // nobody's account: TestMKT11_Flood, TestPRC5_FeedRate
			continue
		}
		if a := v.get(braces.ReplaceAllString(strings.Replace(path, "{$}", "", 1), s.HD.String())); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
			t.Errorf("GET %s: %d, want 429 with Retry-After", path, a.status)
		}
	}

	mux := http.NewServeMux()
	s.App.API(mux)
	var last *httptest.ResponseRecorder
	for range 610 {
		last = httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/me", nil)
		r.RemoteAddr = "203.0.113.9:4711"
		mux.ServeHTTP(last, r)
	}
	if last.Code != http.StatusTooManyRequests || last.Header().Get("Retry-After") == "" {
		t.Errorf("an address that asks 610 times: %d %v", last.Code, last.Header())
	}
	if routes < 80 || len(pages) < 50 {
		t.Errorf("only %d routes and %d pages were asked", routes, len(pages))
	}
}

// TestTRU23_PageSizes: every list of the API bounds its pages at 200 rows and refuses more; with 230 persons, no page of the program shows
// more rows either.
func TestTRU23_PageSizes(t *testing.T) {
	t.Parallel()
	s := school(t)
	s.App.Unlimited = true
	for range 230 {
		s.Enquiry(t, s.HD)
	}
	base := apiServer(t, s)
	clients := []client{apiClient(t, s, base, "principal", s.HD), apiClient(t, s, base, "it", id.None)}
	d, _ := readDocument(t)
	lists := 0
	d.each(func(method, path string, o operation) {
		if method != http.MethodGet || strings.Contains(path, "{") {
			return
		}
		c, ok := mayCall(clients, method, path, o)
		if !ok {
			return
		}
		r := c.get(path)
		if _, list := r.body["items"]; !list {
			return
		}
		lists++
		at := slices.IndexFunc(o.Parameters, func(p map[string]any) bool { return p["name"] == "limit" })
		if at < 0 {
			t.Errorf("%s bounds no page", path)
			return
		}
		schema, _ := o.Parameters[at]["schema"].(map[string]any)
		if most, _ := schema["maximum"].(float64); most < 1 || most > 200 {
			t.Errorf("%s gives up to %v rows", path, schema["maximum"])
		}
		for _, limit := range []string{"201", "100000000000", "0", "-1"} {
			c.get(path + "?limit=" + limit).want(http.StatusUnprocessableEntity)
		}
		if full := c.get(path + "?limit=200"); full.status == http.StatusOK && len(full.items()) > 200 {
			t.Errorf("%s gives %d rows", path, len(full.items()))
		}
	})
	v := signedIn(t, s, serve(t, s, app.PageOptions{}), "principal", s.HD)
	for _, path := range testkit.PageRoutes(t) {
		if strings.Contains(path, "{") {
			continue
		}
		for _, query := range []string{"", "?limit=100000", "?size=100000", "?page=1&rows=100000"} {
			if n := strings.Count(v.get(path+query).body, "<tr"); n > 201 {
				t.Errorf("%s%s shows %d rows", path, query, n)
			}
		}
	}
	if lists < 20 {
		t.Errorf("only %d lists were asked", lists)
	}
}
