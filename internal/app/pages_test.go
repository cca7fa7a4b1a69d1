package app_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// visitor is a browser without script.
type visitor struct {
	t    *testing.T
	c    *http.Client
	base string
}

// answer is a page as it came, redirects not followed.
type answer struct {
	status int
	to     string // where it leads
	body   string // with entities read
	header http.Header
}

func school(t *testing.T) *testkit.School {
	t.Helper()
	return testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
}

func serve(t *testing.T, s *testkit.School, o app.PageOptions) string {
	t.Helper()
	server := httptest.NewServer(s.App.Pages(o))
	t.Cleanup(server.Close)
	return server.URL
}

func newVisitor(t *testing.T, base string) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return visitor{t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, base}
}

// signedIn is a visitor who has signed in as who holds a role at a center.
func signedIn(t *testing.T, s *testkit.School, base, role string, center id.ID) visitor {
	t.Helper()
	v := newVisitor(t, base)
	if a := v.post("/sign-in", "login", s.Login(role, center), "password", "correct horse"); a.status != http.StatusSeeOther {
		t.Fatalf("sign in as %s: %d", role, a.status)
	}
	return v
}

func (v visitor) do(r *http.Request) answer {
	v.t.Helper()
	r.Header.Set("Accept-Language", "zh")
	res, err := v.c.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), html.UnescapeString(string(b)), res.Header}
}

func (v visitor) get(path string) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.base+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.do(r)
}

func (v visitor) post(path string, pairs ...string) answer {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

// want checks the status of an answer and what stands on it.
func (a answer) want(t *testing.T, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d (%s)", a.status, status, a.to)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("%q is not on the page", w)
		}
	}
	if strings.Contains(a.body, "⟦") {
		t.Errorf("a text is missing: %s", regexp.MustCompile("⟦[^⟧]*⟧").FindString(a.body))
	}
}

func (a answer) wantTo(t *testing.T, to string) {
	t.Helper()
	if a.status != http.StatusSeeOther || a.to != to {
		t.Errorf("%d to %q, want 303 to %q", a.status, a.to, to)
	}
}

// hidden gives the value of a hidden field of the page.
func (a answer) hidden(t *testing.T, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(a.body)
	if found == nil {
		t.Fatalf("the page has no field %s", name)
	}
	return found[1]
}
