package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// foreign is how a browser says that another site sends a request.
var foreign = []map[string]string{
	{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
}

// request sends a request with what an open session of a browser carries, and more headers.
func (v visitor) request(method, path, body string, headers map[string]string) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if host := headers["Host"]; host != "" {
		r.Host = host
	}
	return v.do(r)
}

// TestTRU19_ForeignOriginEverywhere: every form of the pages is refused when another site sends it, signed in or not; the API takes no
// cookie, and lets no other site read it. Nothing is written. Our own page's form is not refused for its origin.
func TestTRU19_ForeignOriginEverywhere(t *testing.T) {
	t.Parallel()
	x := newTarget(t)
	visitors, facts := x.visitors(), len(x.Facts(t))
	visitors["nobody"] = newVisitor(t, x.site)
	before, forms, refusals := x.rows(), testkit.PageForms(t), 0
	if len(forms) < 60 {
		t.Errorf("only %d forms were found", len(forms))
	}
	for _, pattern := range forms {
		path := x.paths(pattern)[0]
		for role, v := range visitors {
			for _, headers := range foreign {
				if a := v.request(http.MethodPost, path, "_key=k&name=x&name_zh=x&lang=en", headers); a.status != http.StatusForbidden || !strings.Contains(a.body, "别的网站") || a.header.Get("Set-Cookie") != "" {
					t.Errorf("%s: the form %s of another site (%v): %d", role, path, headers, a.status)
				}
				refusals++
			}
		}
	}
	d, _ := readDocument(t)
	v := visitors["it"]
	d.each(func(method, pattern string, o operation) {
		path := "/api/v1" + x.paths(pattern)[0]
		for _, headers := range foreign {
			a := visitor{v.t, v.c, strings.TrimSuffix(x.api, "/api/v1")}.request(method, path, "{}", headers)
			want := http.StatusUnauthorized
			if o.public() {
				want = http.StatusUnsupportedMediaType // what a form of another site can send; JSON it may send only after OPTIONS
			}
			if a.status != want || a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s by a cookie: %d %v", method, path, a.status, a.header)
			}
			refusals++
		}
		a := visitor{v.t, v.c, strings.TrimSuffix(x.api, "/api/v1")}.request(http.MethodOptions, path, "", map[string]string{"Origin": "https://evil.example", "Access-Control-Request-Method": method})
		if a.status < 400 || a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Access-Control-Allow-Methods") != "" {
			t.Errorf("OPTIONS %s lets another site in: %d %v", path, a.status, a.header)
		}
	})
	x.same("what another site sends", before)
	if n := len(x.Facts(t)) - facts; n != 0 {
		t.Errorf("%d facts were recorded", n)
	}
	for _, pattern := range forms {
		a := visitors["front-desk"].request(http.MethodPost, x.paths(pattern)[0], "", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": x.site})
		if strings.Contains(a.body, "别的网站") {
			t.Errorf("our own form %s is refused as another site's", pattern)
		}
		if pattern == "/sign-out" {
			visitors["front-desk"] = signedIn(t, x.School, x.site, "front-desk", x.HD)
		}
	}
	t.Logf("%d forms, %d requests of another site refused", len(forms), refusals)
}

// unopened are pages that nobody of this school can open.
var unopened = []string{"api /pool/{id}", "/assets/", "/feedback/{id}/page", "/imports/{id}/rejects", "api /quotes", "api /reports/{name}/cases"} // files by their digest; a page that was handed in; no row was refused; of one enquiry; of one column

// TestTRU19_GetChangesNothing: every page and every route of the API that is read, by each role, changes no row of any table and records no
// fact; the address that the caller claims for us is nowhere in the answer, and no answer leads elsewhere.
func TestTRU19_GetChangesNothing(t *testing.T) {
	t.Parallel()
	x := newTarget(t)
	visitors, clients := x.visitors(), map[string]client{}
	for _, role := range attacked {
		clients[role] = apiClient(t, x.School, x.api, role, x.center(role)).with("Host", "evil.example")
	}
	before, opened, asked := x.rows(), map[string]bool{}, 0
	const evil = "?_next=//evil.example&next=https://evil.example&back=//evil.example&return=//evil.example&page=//evil.example&q=x"
	for _, pattern := range testkit.PageRoutes(t) {
		for _, path := range x.paths(pattern) {
			for role, v := range visitors {
				a := v.request(http.MethodGet, path, "", map[string]string{"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
				asked++
				opened[pattern] = opened[pattern] || a.status < http.StatusBadRequest
				if a.status >= http.StatusInternalServerError || strings.Contains(a.body+fmt.Sprint(a.header), "evil.example") {
					t.Errorf("%s: GET %s: %d, with the host of the request", role, path, a.status)
				}
				if a.status == http.StatusOK {
					leads(t, role+" "+path, v.request(http.MethodGet, path+evil, "", nil))
				}
			}
		}
	}
	d, _ := readDocument(t)
	d.each(func(method, pattern string, _ operation) {
		if method != http.MethodGet {
			return
		}
		for _, path := range x.paths(pattern) {
			for _, c := range clients {
				r := c.get(path)
				asked++
				opened["api "+pattern] = opened["api "+pattern] || r.status == http.StatusOK
				if r.status >= http.StatusInternalServerError || strings.Contains(string(r.raw), "evil.example") {
					t.Errorf("%s: %d, with the host of the request", r.what, r.status)
				}
			}
		}
		if !opened["api "+pattern] && !slices.Contains(unopened, "api "+pattern) {
			t.Errorf("nobody was shown GET %s of the API", pattern)
		}
	})
	x.same("reading", before)
	for _, pattern := range testkit.PageRoutes(t) {
		if !opened[pattern] && !slices.Contains(unopened, pattern) {
			t.Errorf("nobody was shown GET %s", pattern)
		}
	}
	t.Logf("%d requests", asked)
}

var attribute = regexp.MustCompile(`(?:href|action|src|hx-(?:get|post|put|patch|delete|push-url)|formaction)="([^"]*)"`)

// leads fails where an answer leads to another site: by its header, a link or a form.
func leads(t *testing.T, what string, a answer) {
	t.Helper()
	for _, name := range []string{"Location", "HX-Redirect", "HX-Location", "Refresh"} {
		if to := a.header.Get(name); to != "" && elsewhere(to) {
			t.Errorf("%s leads to %s", what, to)
		}
	}
	for _, m := range attribute.FindAllStringSubmatch(a.body, -1) {
		if elsewhere(m[1]) {
			t.Errorf("%s has a link to %s", what, m[1])
		}
	}
}

// elsewhere tells whether a browser that stands on our site would leave it for an address. It reads an address as browsers do: without
// control characters, with \ as /.
func elsewhere(to string) bool {
	to = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.TrimSpace(to), "\\", "/"))
	u, err := url.Parse(to)
	if err != nil {
		return true
	}
	return strings.HasPrefix(to, "//") || u.Scheme != "" && u.Scheme != "mailto" && u.Scheme != "tel" && !strings.HasPrefix(to, "data:image/png;base64,")
}

// ways are addresses that have led browsers elsewhere.
var ways = []string{
	"https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`, `\/evil.example`, "https:evil.example", "https:/evil.example", "///evil.example", "/%09/evil.example", "/\t/evil.example",
	"/\n/evil.example", "/\r\nLocation: https://evil.example", "\t//evil.example", " //evil.example", "javascript:alert(1)", "data:text/html,x", "/..//evil.example", "/.//evil.example", "%2f%2fevil.example",
	"/%2fevil.example", "/%5cevil.example", "//evil.example/%2e%2e", "//user@evil.example", "/@evil.example", "evil.example", "\u3000//evil.example", "/\u2028/evil.example", "/\x00/evil.example", "http://[::1]:80", "/tasks//evil.example",
}

// ends are the forms that end sessions, sent last.
const ends = " /sign-out /account/sessions/{id} /accounts/{id}/state /accounts/{id}/password /positions/{id}/end /staff/{id}/positions /staff/{id}/edit /password "

// TestTRU19_NoWayElsewhere: every form of the pages, sent with each such address as where it comes back to, stays on this site; so do the
// sign-in and the preferences, which do lead on.
func TestTRU19_NoWayElsewhere(t *testing.T) {
	t.Parallel()
	x := newTarget(t)
	visitors, led := x.visitors(), map[string]bool{}
	filled := map[string]url.Values{ // what a form needs to get so far
		"/sign-in": {"login": {x.Login("it", id.None)}, "password": {"correct horse"}}, "/preferences": {"lang": {"zh"}},
	}
	back := func(pattern, to string) string {
		form := url.Values{"_next": {to}}
		maps.Copy(form, filled[pattern])
		if pattern == "/feedback/new" {
			form = url.Values{"category": {"wish"}, "said": {to}, "page": {to}}
		}
		return form.Encode()
	}
	forms := testkit.PageForms(t)
	slices.SortStableFunc(forms, func(a, b string) int { return strings.Count(ends, " "+a+" ") - strings.Count(ends, " "+b+" ") })
	for _, pattern := range forms {
		path, v := "", visitor{}
		for i, p := range x.paths(strings.Replace(pattern, "{field}", "name", 1)) {
			if path != "" || i > 0 && strings.Contains(pattern, "/cells/") {
				break
			}
			for _, role := range []string{"front-desk", "consultant", "it"} {
				a := visitors[role].request(http.MethodPost, p, back(pattern, ways[0]), nil)
				leads(t, p, a)
				if a.status == http.StatusSeeOther && !strings.HasPrefix(a.to, web.SignInPath) && path == "" {
					path, v = p, visitors[role]
				}
			}
		}
		for _, to := range ways {
			if path == "" {
				break // it does not get so far with an empty form
			}
			led[pattern] = true
			leads(t, fmt.Sprintf("%s with %q", path, to), v.request(http.MethodPost, path, back(pattern, to), nil))
			if pattern != web.SignInPath && !strings.ContainsFunc(to, unicode.IsControl) {
				leads(t, fmt.Sprintf("%s with %q, as a part", path, to), v.request(http.MethodPost, path, back(pattern, to), map[string]string{"HX-Request": "true", "HX-Current-URL": to}))
			}
		}
	}
	for _, pattern := range []string{web.SignInPath, web.PreferencesPath} {
		if !led[pattern] {
			t.Errorf("%s led nowhere: it was not tried", pattern)
		}
	}
	t.Logf("%d forms led on: %v", len(led), led)
}
