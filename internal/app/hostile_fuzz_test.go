package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/testkit"
)

// shapes are bodies that no schema describes.
var shapes = []string{
	"", " ", "null", "true", "0", `"x"`, "[]", "{", "}", "{}{}", `{"a"}`, "\xff\xfe{\x00}\x00", "\xef\xbb\xbf{}", `{"name":"` + "\xc3\x28\xa0\xa1" + `"}`, "{\"name\":\"a\x00b\"}", `{"name":"\ud800"}`, `{"name":1e308}`, `{"id":1e308,"version":-1e308}`,
	`{"amount_fen":99999999999999999999999999999999}`, `{"amount_fen":1.5}`, `{"amount_fen":"1"}`, `{"amount_fen":-0}`, `{"name":"x","name":"y"}`, `{"NAME":"x"}`, `{"name":{"name":{"name":[[[]]]}}}`,
	strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 20_000), `{"name":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "}", `{"name":"` + strings.Repeat("长", 300_000) + `"}`, `{"` + strings.Repeat("k", 100_000) + `":1}`,
	"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x\"\r\n\r\n", "name=x&name_zh=y", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
}

// oddities are values of headers, parameters and parts of a path.
var oddities = []string{
	"", "x", "-1", "0", "1", "99999999999999999999", "1e309", "NaN", "*", `"*"`, `W/"1"`, "null", "true", "2026-02-30", "9999-12-31", "-0001-01-01", "2026-06-04T25:00:00Z", "..", "../..", "%2e%2e", "a,b,,c", "a b", "'", `"`, ";", "$ne", "[]", "{}",
	"01900000-0000-7000-8000-000000000000", "01900000-0000-7000-8000-00000000000g", strings.Repeat("x", 5_000), "\xff\xfe", "😀", "\u202e", "=1+1", "' OR 1=1 --", "\"; DROP TABLE persons; --", "name", "-name", "name,-name", "(SELECT 1)", "id\x00",
}

var oddTypes = []string{"application/json", "application/json", "application/json", "application/json; charset=utf-16", "application/merge-patch+json", "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/xml", "", "json", strings.Repeat("a/", 2_000)}

// fuzzBudget is how long a run takes in CI.
const fuzzBudget = 5 * time.Second

// TestAPI_FuzzRaw sends what no client would: to every route of the document, bodies that are no JSON or none of the schema, odd headers,
// parameters and parts of the path, and to every form of the pages the same. No answer is the program's fault, every refusal of the API is
// a problem with its code.
func TestAPI_FuzzRaw(t *testing.T) {
	t.Parallel()
	x := newTarget(t)
	budget := fuzzBudget
	if testkit.Nightly() {
		budget = 10 * time.Minute
	}
	d, _ := readDocument(t)
	draw := rand.New(rand.NewPCG(8, 1))
	odd := func() string { return oddities[draw.IntN(len(oddities))] }
	f := fuzzer{Rand: draw, schemas: d.Components.Schemas, ids: []string{x.ids["persons"][0], x.ids["enquiries"][0], "x", ""}}
	var clients []client
	for _, role := range attacked {
		clients = append(clients, apiClient(t, x.School, x.api, role, x.center(role)))
	}
	visitors, statuses, forms := x.visitors(), map[int]int{}, testkit.PageForms(t)
	end := time.Now().Add(budget)
	rounds := 0
	for ; rounds < 3 || time.Now().Before(end); rounds++ {
		d.each(func(method, pattern string, o operation) {
			c := clients[draw.IntN(len(clients))]
			for _, name := range []string{"Idempotency-Key", "If-Match", "If-None-Match", "Accept", "Accept-Language", "Accept-Encoding", "Range", "X-Forwarded-For"} {
				if draw.IntN(4) == 0 {
					c = c.with(name, headerText(odd()))
				}
			}
			c = c.with("Content-Type", headerText(oddTypes[draw.IntN(len(oddTypes))]))
			path := x.oddPath(draw, pattern)
			for i, p := range o.Parameters {
				if p["in"] == "query" && draw.IntN(3) == 0 {
					path += []string{"?", "&"}[min(i, strings.Count(path, "?"))] + fmt.Sprint(p["name"]) + "=" + escape(odd())
				}
			}
			var body any = shapes[draw.IntN(len(shapes))]
			if o.schema() != nil && draw.IntN(3) == 0 {
				body = broken(draw, f.value(o.schema(), 0))
			}
			r := c.call(method, path, body)
			statuses[r.status]++
			if r.status >= 500 || r.status >= 400 && r.body["code"] == nil {
				t.Errorf("%s with %.200v %v: %d %.300s", r.what, body, c.headers, r.status, r.raw)
			}
		})
		for _, pattern := range forms {
			if strings.Contains(ends, " "+pattern+" ") {
				continue
			}
			v := visitors[attacked[draw.IntN(len(attacked))]]
			body := shapes[draw.IntN(len(shapes))]
			if draw.IntN(2) == 0 {
				body = "_key=" + escape(odd()) + "&name=" + escape(odd()) + "&_base=" + escape(odd()) + "&lines.0.x=1&person.name=" + escape(odd()) + "&page=" + escape(odd())
			}
			a := v.request(http.MethodPost, x.oddPath(draw, pattern), body, map[string]string{"Content-Type": headerText(oddTypes[draw.IntN(len(oddTypes))]), "HX-Request": []string{"", "true"}[draw.IntN(2)], "HX-Current-URL": headerText(odd())})
			statuses[a.status]++
			if a.status >= 500 {
				t.Errorf("form %s with %.200q: %d", pattern, body, a.status)
			}
		}
	}
	if rounds < 3 || statuses[http.StatusUnprocessableEntity] == 0 || statuses[http.StatusNotFound] == 0 {
		t.Errorf("%d rounds, answers %v: the draws are too poor", rounds, statuses)
	}
	t.Logf("%d rounds, answers %v", rounds, statuses)
	x.Check(t)
}

// headerText is a value without what a client cannot send in a header.
func headerText(v string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, v)
}

// oddPath fills the braces of a pattern, mostly with an id of its kind.
func (x *target) oddPath(draw *rand.Rand, pattern string) string {
	paths := x.paths(pattern)
	path := paths[draw.IntN(len(paths))]
	if i := strings.LastIndexByte(path, '/'); strings.Contains(pattern, "{") && draw.IntN(3) == 0 {
		if part := oddities[draw.IntN(len(oddities))]; !slices.Contains([]string{"", "..", "../..", "%2e%2e"}, part) { // another route
			path = path[:i+1] + escape(part)
		}
	}
	return path
}

// broken is a value as JSON, with a byte of it changed.
func broken(draw *rand.Rand, value any) string {
	b, err := json.Marshal(value)
	if err != nil || len(b) == 0 {
		return "{"
	}
	switch at := draw.IntN(len(b)); draw.IntN(4) {
	case 0:
		b[at] = byte(draw.IntN(256))
	case 1:
		b = b[:at]
	case 2:
		b = slices.Insert(b, at, '\xff', 0)
	}
	return string(b)
}
