package app_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// drawsOfWorld is how many questions are put to a drawn world.
const drawsOfWorld = 50

// TestTRU16_Oracle: in drawn worlds, lists, links, searches, counts, figures and operations answer a drawn viewer as an oracle says that
// shares nothing with the policy. 2,000 draws in CI, 100,000 nightly; ZHIKE_ORACLE_SEED repeats one world.
func TestTRU16_Oracle(t *testing.T) {
	t.Parallel()
	worlds := map[string]uint64{"sqlite": 40, "postgres": 40}
	if testkit.Nightly() {
		worlds = map[string]uint64{"sqlite": 2_000, "postgres": 400}
	}
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		first, last := uint64(1), worlds[s.Ops.DB.Engine.String()]
		if text := os.Getenv("ZHIKE_ORACLE_SEED"); text != "" {
			seed, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			first, last = seed, seed
		}
		said, d := map[string]int{}, newDoors(t, s)
		for seed := first; seed <= last; seed++ {
			d.enter(seed)
			for range drawsOfWorld {
				if wrong := d.draw(said); wrong != "" {
					t.Errorf("ZHIKE_ORACLE_SEED=%d: %s", seed, wrong)
				}
			}
		}
		for _, what := range []string{"list", "link 200", "link 404", "link 403", "search", "count", "figure", "do 200", "do 404", "do 403", "make 200", "make 403", "make 404"} {
			if first != last && said[what] < int(last-first)/2 {
				t.Errorf("%s was drawn %d times: %v", what, said[what], said)
			}
		}
	})
}

// doors asks a drawn world by API and pages. Its operations stop where they were allowed, so that nothing changes.
type doors struct {
	*drawnWorld
	t         *testing.T
	s         *testkit.School
	gate      func(context.Context, *op.Tx, string, op.Ref, any) error
	api, site string
}

var errAllowed = &problem.Problem{Status: http.StatusTeapot, Code: "undone"}

func newDoors(t *testing.T, s *testkit.School) *doors {
	t.Helper()
	s.App.Unlimited = true
	return &doors{t: t, s: s, gate: s.Ops.Gate, api: apiServer(t, s), site: serve(t, s, app.PageOptions{})}
}

// enter draws another world in the place of the one before.
func (d *doors) enter(seed uint64) {
	d.t.Helper()
	d.s.Ops.Gate = d.gate
	if d.drawnWorld != nil {
		d.clear(d.t)
	}
	d.drawnWorld = drawWorld(d.t, d.s, seed)
	d.s.Ops.Gate = func(context.Context, *op.Tx, string, op.Ref, any) error { return errAllowed }
}

// draw puts one question and says what was wrong with the answer.
func (d *doors) draw(said map[string]int) string {
	l := one(d.drawnWorld, d.logins, 0)
	what, want, got := []func(login) (string, string, string){d.list, d.list, d.link, d.link, d.search, d.count, d.figure, d.do, d.do, d.do, d.make}[d.IntN(11)](l)
	kind, subject, _ := strings.Cut(what, ": ")
	if kind == "link" || kind == "do" || kind == "make" {
		said[kind+" "+want]++
	} else {
		said[kind]++
	}
	if want == got {
		return ""
	}
	return fmt.Sprintf("%s %s by %s (only %v, %s): got %s, want %s", kind, subject, l.staff, l.only, d.posts(l), got, want)
}

func (d *doors) posts(l login) (out string) {
	for _, p := range d.positions {
		if p.Staff == l.staff {
			out += fmt.Sprintf("%s at %s until %d, ", p.Role, p.Center, p.Until)
		}
	}
	return out
}

func (d *doors) client(l login) client { return client{t: d.t, base: d.api, token: l.token} }

// get asks for a page.
func (d *doors) get(l login, path string) answer {
	v := newVisitor(d.t, d.site)
	base, err := url.Parse(d.site)
	if err != nil {
		d.t.Fatal(err)
	}
	v.c.Jar.SetCookies(base, []*http.Cookie{{Name: "zhike", Value: l.token}})
	return v.get(path)
}

// filters are what lists are narrowed by: what of a record must be equal.
var lists16 = map[string]struct {
	path, owner string
	sorts       []string
}{
	"enquiry":     {"/enquiries", "consultant_id", []string{"", "moved", "-entered", "next"}},
	"appointment": {"/appointments", "consultant_id", nil},
	"visit":       {"/visits", "", nil},
	"contract":    {"/contracts", "consultant_id", []string{"", "no", "-payable"}},
	"payment":     {"/payments", "cashier_id", []string{"", "no", "amount"}},
	"task":        {"/tasks?all=true", "", nil},
	"person":      {"/people", "", nil},
	"assignment":  {"/assignment-rules", "", nil},
}

// list reads all pages of a list, filtered and sorted.
func (d *doors) list(l login) (what, want, got string) {
	kind := one(d.drawnWorld, slices.Sorted(maps.Keys(lists16)), 0)
	of := lists16[kind]
	q := url.Values{}
	keep := func(thing) bool { return true }
	narrow := d.IntN(4)
	switch center, owner := one(d.drawnWorld, d.centers, 0), one(d.drawnWorld, d.staff, 0); {
	case narrow == 0 && of.owner != "":
		q.Set(of.owner, owner.String())
		keep = func(r thing) bool { return r.owner == owner }
	case narrow == 1 && kind != "person" && kind != "task" && kind != "assignment":
		q.Set("center_id", center.String())
		keep = func(r thing) bool { return r.center == center }
	}
	if len(of.sorts) > 0 {
		q.Set("sort", one(d.drawnWorld, of.sorts, 0))
	}
	if kind != "assignment" {
		q.Set("limit", strconv.Itoa(1+d.IntN(30)))
	}
	what = "list: " + kind + " " + q.Encode()
	if !d.may(l.asker, kind+":read") {
		return what, "403", strconv.Itoa(d.client(l).get(of.path).status)
	}
	var ids, found []string
	for _, r := range d.records {
		if r.kind == kind && keep(r) && d.sees(l.asker, r) {
			ids = append(ids, r.id.String())
		}
	}
	total := "?"
	for range 60 {
		sep := "?"
		if strings.Contains(of.path, "?") {
			sep = "&"
		}
		r := d.client(l).get(of.path + sep + q.Encode())
		for _, item := range r.items() {
			m, _ := item.(map[string]any)
			found = append(found, fmt.Sprint(m["id"]))
		}
		total = r.text("total")
		if r.body["next_cursor"] == nil || r.text("next_cursor") == "" {
			break
		}
		q.Set("cursor", r.text("next_cursor"))
	}
	slices.Sort(ids)
	slices.Sort(found)
	return what, fmt.Sprint(len(ids), " ", ids), fmt.Sprint(total, " ", found)
}

// links are the addresses of records by API and page.
var links16 = map[string][]string{
	"enquiry": {"/enquiries/", "/enquiries/"}, "appointment": {"/appointments/", "/appointments/{}/move"}, "visit": {"/visits/", "/visits/"}, "quote": {"/quotes/", "/quotes/"},
	"contract": {"/contracts/", ""}, "payment": {"/payments/", "/payments/"}, "person": {"/people/", "/people/"}, "center": {"/centers/", "/centers/"}, "room": {"/rooms/", ""}, "staff": {"/staff/", "/staff/"},
}

func (d *doors) recordOf(kinds []string) thing {
	kind := one(d.drawnWorld, kinds, 0)
	list := slices.DeleteFunc(slices.Clone(d.records), func(r thing) bool { return r.kind != kind })
	if len(list) == 0 {
		return thing{}
	}
	return one(d.drawnWorld, list, 0)
}

func (d *doors) link(l login) (what, want, got string) {
	r := d.recordOf(slices.Sorted(maps.Keys(links16)))
	if r.id.IsNone() {
		return "link: ", "none", "none"
	}
	what, want = "link: "+r.kind+" "+r.id.String(), strconv.Itoa(d.read(l.asker, r))
	return what, want, strconv.Itoa(d.client(l).get(links16[r.kind][0] + r.id.String()).status)
}

// search looks for a person by name.
func (d *doors) search(l login) (what, want, got string) {
	r := d.recordOf([]string{"person"})
	what = "search: " + d.names[r.id]
	if !d.may(l.asker, "person:read") {
		return what, "403", strconv.Itoa(d.client(l).get("/people?q=" + url.QueryEscape(d.names[r.id])).status)
	}
	if want = "none"; d.sees(l.asker, r) {
		want = r.id.String()
	}
	got = "none"
	for _, item := range d.client(l).get("/people?q=" + url.QueryEscape(d.names[r.id])).items() {
		m, _ := item.(map[string]any)
		got = fmt.Sprint(m["id"])
	}
	return what, want, got
}

// count counts the open enquiries, as the pages do.
func (d *doors) count(l login) (what, want, got string) {
	n := 0
	for _, r := range d.records {
		if r.kind == "enquiry" && d.sees(l.asker, r) {
			n++
		}
	}
	v, _, _, err := d.s.App.Access.Identify(d.t.Context(), l.token)
	if err != nil {
		d.t.Fatal(err)
	}
	var counted int64
	d.s.Read(d.t, op.WithViewer(d.t.Context(), v), func(ctx context.Context, tx *op.Tx) (err error) {
		counted, err = sales.CountOpen(ctx, tx, id.None, id.None)
		return err
	})
	return "count: enquiries", strconv.Itoa(n), strconv.FormatInt(counted, 10)
}

// figure reads the leads of the day in a report.
func (d *doors) figure(l login) (what, want, got string) {
	path := "/reports/daily-sales?from=" + d.day.String() + "&to=" + d.day.String()
	if !d.may(l.asker, "report:read") {
		return "figure: leads", "403", strconv.Itoa(d.client(l).get(path).status)
	}
	r := d.client(l).get(path)
	totals, _ := r.body["totals"].(map[string]any)
	return "figure: leads", strconv.Itoa(d.leads(l)), fmt.Sprint(totals["leads"])
}

func (d *doors) leads(l login) (n int) {
	for _, r := range d.records {
		if r.kind == "enquiry" && d.counts(l.asker, r.center, r.owner) {
			n++
		}
	}
	return n
}

// operations16 are the operations that are drawn: route, right, kind of the record that they are done on, body with {id}.
var operations16 = []struct{ method, path, right, kind, body string }{
	{"POST", "/enquiries/{id}/lose", "enquiry:update", "enquiry", `{"reason":"price"}`},
	{"POST", "/enquiries/{id}/assign", "enquiry:assign", "enquiry", `{"consultant_id":"{id}","reason":"load"}`},
	{"POST", "/enquiries/{id}/touches", "touch:create", "enquiry", `{"channel":"call","result":"discuss"}`},
	{"POST", "/quotes", "quote:create", "enquiry", `{"enquiry_id":"{id}","package_ids":["{id}"]}`},
	{"POST", "/appointments/{id}/confirm", "appointment:update", "appointment", `{}`},
	{"POST", "/visits", "visit:create", "appointment", `{"appointment_id":"{id}"}`},
	{"POST", "/visits/{id}/finish", "visit:update", "visit", `{"outcome":"think"}`},
	{"POST", "/contracts", "contract:create", "quote", `{"quote_id":"{id}"}`},
	{"POST", "/contracts/{id}/sign", "contract:sign", "contract", `{}`},
	{"POST", "/payments", "payment:create", "contract", `{"contract_id":"{id}","method":"cash","amount_fen":1}`},
	{"POST", "/payments/{id}/reverse", "payment:reverse", "payment", `{"reason":"x"}`},
	{"POST", "/touches/{id}/withdraw", "touch:create", "touch", `{}`},
	{"POST", "/tasks/{id}/done", "task:update", "task", `{}`},
	{"PATCH", "/people/{id}", "person:update", "person", `{}`},
	{"POST", "/people/{id}/reveal", "person:reveal", "person", `{}`},
	{"PATCH", "/centers/{id}", "center:update", "center", `{}`},
	{"PATCH", "/rooms/{id}", "room:update", "room", `{}`},
	{"PATCH", "/staff/{id}", "staff:update", "staff", `{}`},
	{"POST", "/accounts", "account:create", "staff", `{"login":"drawn","staff_id":"{id}"}`},
	{"POST", "/positions/{id}/end", "position:update", "position", `{}`},
}

func (d *doors) do(l login) (what, want, got string) {
	o := operations16[d.IntN(len(operations16))]
	r := d.recordOf([]string{o.kind})
	if r.id.IsNone() {
		return "do: ", "none", "none"
	}
	fill := strings.NewReplacer("{id}", r.id.String())
	return "do: " + o.path + " " + r.id.String(), strconv.Itoa(d.does(l.asker, o.right, r)), d.call(l, o.method, fill.Replace(o.path), fill.Replace(o.body))
}

// call gives the status, 200 where the operation was allowed.
func (d *doors) call(l login, method, path, body string) string {
	r := d.client(l).call(method, path, body)
	if r.status == errAllowed.Status {
		return "200"
	}
	return fmt.Sprint(r.status)
}

// make makes something at a center.
func (d *doors) make(l login) (what, want, got string) {
	r := d.recordOf([]string{"center"})
	o := []struct{ path, right, body string }{
		{"/people", "person:create", `{"name":"a","center_id":"{id}"}`},
		{"/walk-ins", "visit:create", `{"name":"a","center_id":"{id}"}`},
		{"/enquiries", "enquiry:create", `{"person":{"name":"a"},"center_id":"{id}"}`},
		{"/payments", "payment:create", `{"center_id":"{id}","method":"cash","amount_fen":1}`},
		{"/assignment-rules", "assignment:update", `{"center_id":"{id}","no":1,"strategy":"turn","active":true}`},
	}[d.IntN(5)]
	return "make: " + o.path + " " + r.id.String(), strconv.Itoa(d.does(l.asker, o.right, r)), d.call(l, http.MethodPost, o.path, strings.ReplaceAll(o.body, "{id}", r.id.String()))
}
