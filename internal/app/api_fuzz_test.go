package app_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// apart are routes that end the session of the test itself.
var apart = []string{"/sessions", "/sessions/current", "/password"}

// each calls do for every route of the document.
func (d document) each(do func(method, path string, o operation)) {
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			if !slices.Contains(apart, path) {
				do(strings.ToUpper(method), path, d.Paths[path][method])
			}
		}
	}
}

// public tells whether an operation asks for no token.
func (o operation) public() bool {
	return o.Security != nil && !slices.ContainsFunc(*o.Security, func(scheme any) bool { m, ok := scheme.(map[string]any); return !ok || len(m) > 0 })
}

func (o operation) schema() map[string]any {
	if o.Body == nil {
		return nil
	}
	return o.Body.Content["application/json"].Schema
}

// TestAPI_BadInput sends what is wrong to every route: each gets its refusal with words, and nothing is done.
func TestAPI_BadInput(t *testing.T) {
	t.Parallel()
	s := school(t)
	s.App.Unlimited = true
	base := apiServer(t, s)
	clients := []client{apiClient(t, s, base, "principal", s.HD), apiClient(t, s, base, "it", id.None), apiClient(t, s, base, "finance", s.HD), apiClient(t, s, base, "front-desk", s.HD), apiClient(t, s, base, "consultant", s.HD)}
	before := len(s.Facts(t))
	d, _ := readDocument(t)
	d.each(func(method, path string, o operation) {
		unknown := strings.NewReplacer("{id}", "01900000-0000-7000-8000-000000000000", "{file}", "01900000-0000-7000-8000-000000000000", "{name}", "no-such", "{code}", "no-such").Replace(path)
		if r := (client{t: t, base: base}).call(method, unknown, ""); !o.public() {
			r.want(http.StatusUnauthorized)
		}
		c, ok := mayCall(clients, method, unknown, o)
		if !ok {
			return // the program's own
		}
		if path != unknown && o.schema() == nil {
			if r := c.call(method, unknown, nil); r.status != http.StatusNotFound && r.status != http.StatusOK { // a list of nobody's is empty
				t.Errorf("%s: %d %s, want 404", r.what, r.status, r.raw)
			}
		}
		if method == http.MethodGet {
			if got := c.call(method, unknown+"?no-such=1", nil).want(http.StatusUnprocessableEntity, "invalid"); got.field("no-such") != "unknown-field" {
				t.Errorf("%s: %s", got.what, got.raw)
			}
			return
		}
		if o.schema() == nil {
			return
		}
		c.call(method, unknown, `{"a":`).want(http.StatusUnprocessableEntity, "invalid")
		c.call(method, unknown, `[1]`).want(http.StatusUnprocessableEntity, "invalid")
		if got := c.call(method, unknown, `{"no_such":1}`).want(http.StatusUnprocessableEntity, "invalid"); got.field("no_such") != "unknown-field" {
			t.Errorf("%s: %s", got.what, got.raw)
		}
		c.call(method, unknown, `{"a":"`+strings.Repeat("x", 1<<20)+`"}`).want(http.StatusRequestEntityTooLarge, "too-large")
		c.with("Content-Type", "text/plain").call(method, unknown, `{}`).want(http.StatusUnsupportedMediaType)
		c.with("Idempotency-Key", strings.Repeat("k", 200)).call(method, unknown, `{"no_such":1}`).want(http.StatusUnprocessableEntity)
	})
	if got := len(s.Facts(t)); got != before {
		t.Errorf("bad input left %d facts", got-before)
	}
}

// mayCall finds who may call a route at all.
func mayCall(clients []client, method, path string, o operation) (client, bool) {
	for _, c := range clients {
		if r := c.call(method, path, `[]`); r.status != http.StatusForbidden {
			return c, true
		}
	}
	if !strings.HasSuffix(o.Right, ":note-breach") && o.Right != "score-model:keep" && o.Right != "task-series:make" {
		clients[0].t.Errorf("nobody of the shipped roles may %s %s (%s)", method, path, o.Right)
	}
	return client{}, false
}

// TestAPI_Fuzz draws inputs from our own document, right ones and others, and finds no answer that is the program's fault.
func TestAPI_Fuzz(t *testing.T) {
	t.Parallel()
	rounds := 8
	if testkit.Nightly() {
		rounds = 400
	}
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		base := apiServer(t, s)
		d, _ := readDocument(t)
		e, a := s.Appointment(t, s.HD)
		c := s.Contract(t, s.HD)
		f := fuzzer{Rand: rand.New(rand.NewPCG(1, 2)), schemas: d.Components.Schemas, ids: []string{
			s.HD.String(), s.CY.String(), s.Course.String(), s.Package.String(), s.Web.String(), e.ID.String(), a.ID.String(), c.ID.String(), "", "x", "01900000-0000-7000-8000-000000000000",
		}}
		clients := []client{apiClient(t, s, base, "principal", s.HD), apiClient(t, s, base, "it", id.None), apiClient(t, s, base, "front-desk", s.HD), apiClient(t, s, base, "general-manager", id.None)}
		statuses := map[int]int{}
		for range rounds {
			d.each(func(method, path string, o operation) {
				full := f.path(path, o)
				var body any
				if o.schema() != nil {
					body = f.value(o.schema(), 0)
				}
				r := clients[f.IntN(len(clients))].with("Idempotency-Key", fmt.Sprint("k", f.IntN(50))).call(method, full, body)
				statuses[r.status]++
				if r.status >= 500 || r.status >= 400 && (r.body["code"] == nil || strings.Contains(string(r.raw), "⟦")) {
					t.Errorf("%s with %v: %d %s", r.what, body, r.status, r.raw)
				}
			})
		}
		for _, want := range []int{http.StatusOK, http.StatusUnprocessableEntity, http.StatusNotFound} {
			if statuses[want] == 0 {
				t.Errorf("answers %v: the draws are too poor", statuses)
			}
		}
		s.Check(t)
	})
}

type fuzzer struct {
	*rand.Rand
	schemas map[string]map[string]any
	ids     []string
}

var texts = []string{"", "a", "何雨桐", "１３８００００７００２", "138 0000 7003", "😀😀", "' OR 1=1 --", "<script>", "=1+1", "a\u0000b", strings.Repeat("长", 5000), "2026-06-04", "0", "-1", "web", "discuss", "call-back", "\u202e", " "}

func (f fuzzer) text() string { return texts[f.IntN(len(texts))] }

func (f fuzzer) path(path string, o operation) string {
	path = strings.NewReplacer("{id}", f.id(), "{name}", "daily-sales", "{code}", "it").Replace(path)
	sep := "?"
	for _, p := range o.Parameters {
		if p["in"] != "query" || f.IntN(4) > 0 {
			continue
		}
		schema, _ := p["schema"].(map[string]any)
		v := fmt.Sprint(f.value(schema, 3))
		path += sep + fmt.Sprint(p["name"]) + "=" + escape(v)
		sep = "&"
	}
	return path
}

// id is one for a path, where it must not be empty.
func (f fuzzer) id() string {
	if v := f.ids[f.IntN(len(f.ids))]; v != "" {
		return v
	}
	return "x"
}

func escape(v string) string {
	var b strings.Builder
	for _, c := range []byte(v) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// value draws a value of a schema; one in twelve is of another type.
func (f fuzzer) value(schema map[string]any, depth int) any {
	if f.IntN(12) == 0 {
		return []any{nil, true, -1, 1e300, "x", []any{}, map[string]any{}}[f.IntN(7)]
	}
	if ref, ok := schema["$ref"].(string); ok {
		schema = f.schemas[ref[strings.LastIndexByte(ref, '/')+1:]]
	}
	kind, _ := schema["type"].(string)
	if list, ok := schema["type"].([]any); ok {
		kind, _ = list[0].(string)
	}
	switch {
	case schema["enum"] != nil:
		list, _ := schema["enum"].([]any)
		return list[f.IntN(len(list))]
	case schema["format"] == "uuid":
		return f.ids[f.IntN(len(f.ids))]
	case schema["format"] == "date":
		return []string{"2026-06-03", "2026-06-04", "1900-01-01", "9999-12-31", "", "x"}[f.IntN(6)]
	case schema["format"] == "date-time":
		return []string{"2026-06-03T02:00:00Z", "2026-06-04T10:00:00+08:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x"}[f.IntN(5)]
	case kind == "object":
		return f.object(schema, depth)
	case kind == "array":
		list := []any{}
		items, _ := schema["items"].(map[string]any)
		for range f.IntN(3) {
			list = append(list, f.value(items, depth+1))
		}
		return list
	case kind == "integer", kind == "number":
		return []any{0, 1, 2, 60, 100, 10_000, -1, int64(1) << 40, int64(math.MaxInt64)}[f.IntN(9)]
	case kind == "boolean":
		return f.IntN(2) == 0
	}
	return f.text()
}

func (f fuzzer) object(schema map[string]any, depth int) map[string]any {
	m := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		p, _ := properties[name].(map[string]any)
		if slices.Contains(required, any(name)) && f.IntN(20) > 0 || f.IntN(2+depth) == 0 {
			m[name] = f.value(p, depth+1)
		}
	}
	if len(properties) == 0 {
		m[f.text()] = f.text()
	}
	return m
}
