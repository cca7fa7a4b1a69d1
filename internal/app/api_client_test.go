package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// client calls the API as one account.
type client struct {
	t       *testing.T
	base    string
	token   string
	headers map[string]string
}

// reply is an answer of the API.
type reply struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

func apiServer(t *testing.T, s *testkit.School) string {
	t.Helper()
	mux := http.NewServeMux()
	s.App.API(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/api/v1"
}

// apiClient signs in as who holds a role at a center.
func apiClient(t *testing.T, s *testkit.School, base, role string, center id.ID) client {
	t.Helper()
	c := client{t: t, base: base}
	r := c.call(http.MethodPost, "/sessions", map[string]any{"login": s.Login(role, center), "password": "correct horse"}).want(http.StatusCreated)
	c.token, _ = r.body["token"].(string)
	return c
}

func (c client) with(name, value string) client {
	c.headers = maps.Clone(c.headers)
	if c.headers == nil {
		c.headers = map[string]string{}
	}
	c.headers[name] = value
	return c
}

func (c client) get(path string) reply { return c.call(http.MethodGet, path, nil) }

func (c client) post(path string, body any) reply { return c.call(http.MethodPost, path, body) }

// call sends a body as JSON; a string is sent as it is.
func (c client) call(method, path string, body any) reply {
	c.t.Helper()
	var b []byte
	switch v := body.(type) {
	case nil:
	case string:
		b = []byte(v)
	default:
		var err error
		if b, err = json.Marshal(v); err != nil {
			c.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, bytes.NewReader(b))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range c.headers {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	r := reply{t: c.t, what: method + " " + path, status: res.StatusCode, header: res.Header}
	if r.raw, err = io.ReadAll(res.Body); err != nil {
		c.t.Fatal(err)
	}
	if len(r.raw) > 0 && strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(r.raw, &r.body); err != nil {
			c.t.Errorf("%s: %v in %s", r.what, err, r.raw)
		}
	}
	return r
}

// want demands a status and, of a refusal, its code.
func (r reply) want(status int, code ...string) reply {
	r.t.Helper()
	if r.status != status || len(code) > 0 && r.body["code"] != code[0] {
		r.t.Fatalf("%s: %d %s, want %d %v", r.what, r.status, r.raw, status, code)
	}
	if status >= 400 {
		if got := r.header.Get("Content-Type"); got != "application/problem+json" {
			r.t.Errorf("%s: a refusal as %s", r.what, got)
		}
		if title, _ := r.body["title"].(string); title == "" || strings.Contains(string(r.raw), "⟦") {
			r.t.Errorf("%s: words are missing in %s", r.what, r.raw)
		}
	}
	return r
}

// field gives the code of what is wrong with a field.
func (r reply) field(location string) string {
	list, _ := r.body["errors"].([]any)
	for _, e := range list {
		if m, _ := e.(map[string]any); m["location"] == location {
			return fmt.Sprint(m["code"])
		}
	}
	return ""
}

func (r reply) text(name string) string { return fmt.Sprint(r.body[name]) }

func (r reply) items() []any {
	list, _ := r.body["items"].([]any)
	return list
}
