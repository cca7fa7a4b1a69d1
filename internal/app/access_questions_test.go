package app_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// drawnLists are the lists of records, by which of their staff they are narrowed and how they are sorted.
var drawnLists = map[string]struct {
	path, owner string
	sorts       []string
}{
	"enquiry":     {"/enquiries", "consultant_id", []string{"", "moved", "-entered", "next"}},
	"appointment": {"/appointments", "consultant_id", nil},
	"visit":       {"/visits", "", nil},
	"contract":    {"/contracts", "consultant_id", []string{"", "no", "-payable"}},
	"payment":     {"/payments", "cashier_id", []string{"", "no", "amount"}},
	"task":        {"/tasks?all=true", "", nil},
	"approval":    {"/approvals?view=all", "", nil},
	"campaign":    {"/campaigns", "", []string{"", "from", "-name"}},
	"person":      {"/people", "", nil},
	"assignment":  {"/assignment-rules", "", nil},
	"account":     {"/accounts", "", nil},
	"position":    {"/positions", "", nil},
	"room":        {"/rooms", "", nil},
	"staff":       {"/staff", "", nil},
	"center":      {"/centers", "", nil},
	"ladder-step": {"/contact-ladder", "", nil},
	"notice":      {"/notices", "", nil},
}

// list reads all pages of a list, filtered and sorted.
func (d *doors) list(l login) (what, want, got string) {
	kind := d.kind(slices.Sorted(maps.Keys(drawnLists)))
	of := drawnLists[kind]
	q := url.Values{}
	keep := func(thing) bool { return true }
	narrow := d.IntN(4)
	switch center, owner := one(d.drawnWorld, d.centers, 0), one(d.drawnWorld, d.staff, 0); {
	case narrow == 0 && of.owner != "":
		q.Set(of.owner, owner.String())
		keep = func(r thing) bool { return r.owner == owner }
	case narrow == 1 && of.owner != "":
		q.Set("center_id", center.String())
		keep = func(r thing) bool { return r.center == center }
	}
	if len(of.sorts) > 0 {
		q.Set("sort", one(d.drawnWorld, of.sorts, 0))
	}
	if kind != "assignment" && kind != "ladder-step" {
		q.Set("limit", strconv.Itoa(1+d.IntN(30)))
	}
	what = "list: " + kind + " " + q.Encode()
	if !d.may(l.asker, readingOf(kind)) {
		return what, "403", strconv.Itoa(d.client(l).get(of.path).status)
	}
	var ids, known, found []string
	for _, r := range d.records {
		known = append(known, r.id.String())
		if r.kind == kind && keep(r) && d.sees(l.asker, r) {
			ids = append(ids, r.id.String())
		}
	}
	total, others := "?", 0
	for range 100 {
		sep := "?"
		if strings.Contains(of.path, "?") {
			sep = "&"
		}
		r := d.client(l).get(of.path + sep + q.Encode())
		for _, item := range r.items() {
			m, _ := item.(map[string]any)
			if found = append(found, fmt.Sprint(m["id"])); !slices.Contains(known, found[len(found)-1]) {
				found, others = found[:len(found)-1], others+1 // of the school that the world was drawn in
			}
		}
		total = r.text("total")
		if r.body["next_cursor"] == nil || r.text("next_cursor") == "" {
			break
		}
		q.Set("cursor", r.text("next_cursor"))
	}
	slices.Sort(ids)
	slices.Sort(found)
	if kind == "notice" {
		total, others = strconv.Itoa(len(found)), 0 // its total is another
	}
	return what, fmt.Sprint(len(ids)+others, " ", ids), fmt.Sprint(total, " ", found)
}

// links are the addresses of records by API and page.
var drawnLinks = map[string][]string{
	"enquiry": {"/enquiries/", "/enquiries/"}, "appointment": {"/appointments/", ""}, "visit": {"/visits/", ""}, "quote": {"/quotes/", "/quotes/"},
	"contract": {"/contracts/", ""}, "payment": {"/payments/", "/payments/"}, "person": {"/people/", "/people/"}, "center": {"/centers/", "/centers/"}, "room": {"/rooms/", ""}, "staff": {"/staff/", "/staff/"},
}

func (d *doors) recordOf(kinds []string) thing {
	kind := d.kind(kinds)
	list := slices.DeleteFunc(slices.Clone(d.records), func(r thing) bool { return r.kind != kind })
	if len(list) == 0 {
		return thing{}
	}
	return one(d.drawnWorld, list, 0)
}

func (d *doors) link(l login) (what, want, got string) {
	r := d.recordOf(slices.Sorted(maps.Keys(drawnLinks)))
	if r.id.IsNone() {
		return "link: ", "none", "none"
	}
	what, want = "link: "+r.kind+" "+r.id.String(), strconv.Itoa(d.read(l.asker, r))
	if page := drawnLinks[r.kind][1]; page != "" && len(l.only) == 0 && d.IntN(2) == 0 {
		return what, want, strconv.Itoa(d.get(l, page+r.id.String()).status)
	}
	return what, want, strconv.Itoa(d.client(l).get(drawnLinks[r.kind][0] + r.id.String()).status)
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

// suggest looks for a person as the search of every page does.
func (d *doors) suggest(l login) (what, want, got string) {
	r := d.recordOf([]string{"person"})
	var found []people.Brief
	d.reading(l, func(ctx context.Context, tx *op.Tx) (err error) {
		found, err = people.Search(ctx, tx, d.names[r.id], 9)
		return err
	})
	return "search: " + d.names[r.id], strconv.FormatBool(d.sees(l.asker, r)), strconv.FormatBool(slices.ContainsFunc(found, func(b people.Brief) bool { return b.ID == r.id }))
}

// states reads what a person is, as far as one sees the matters that make it so.
func (d *doors) states(l login) (what, want, got string) {
	r := d.recordOf([]string{"person"})
	if !d.sees(l.asker, r) {
		return "link: states", "unseen", "unseen"
	}
	var states []string
	for name, kind := range map[string]string{"student": "contract", "prospect": "enquiry"} {
		shown := func(m matter) bool {
			return m.kind == kind && (d.wide(l.asker, "person:read") || d.allows(l.asker, m.right(), m.center, m.owner))
		}
		if slices.ContainsFunc(d.of(r), shown) {
			states = append(states, name)
		}
	}
	slices.Sort(states)
	slices.Reverse(states)
	found, _ := d.client(l).get("/people/" + r.id.String()).body["states"].([]any)
	return "link: states of " + r.id.String(), fmt.Sprint(states), fmt.Sprint(found)
}

// catalogue reads what is everybody's or nobody's: it has no center and no owner.
func (d *doors) catalogue(l login) (what, want, got string) {
	kind := d.kind([]string{"course", "package"})
	r := d.client(l).get("/" + kind + "s")
	if !d.may(l.asker, kind+":read") {
		return "list: " + kind, "403", strconv.Itoa(r.status)
	}
	return "list: " + kind, strconv.FormatBool(d.wide(l.asker, kind+":read")), strconv.FormatBool(len(r.items()) > 0)
}

func (d *doors) reading(l login, query func(ctx context.Context, tx *op.Tx) error) {
	v, _, _, err := d.s.App.Access.Identify(d.t.Context(), l.token)
	if err != nil {
		d.t.Fatal(err)
	}
	d.s.Read(d.t, op.WithViewer(d.t.Context(), v), query)
}

// count counts the open enquiries, as the pages do.
func (d *doors) count(l login) (what, want, got string) {
	n := 0
	for _, r := range d.records {
		if r.kind == "enquiry" && d.sees(l.asker, r) {
			n++
		}
	}
	var counted int64
	d.reading(l, func(ctx context.Context, tx *op.Tx) (err error) {
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

// books reads the trial balance: a hundred for each payment.
func (d *doors) books(l login) (what, want, got string) {
	r := d.client(l).get("/trial-balance")
	if !d.may(l.asker, "journal:read") {
		return "figure: books", "403", strconv.Itoa(r.status)
	}
	sum := 0
	for _, of := range d.records {
		if of.kind == "payment" && d.allows(l.asker, "journal:read", of.center, id.None) {
			sum += 100
		}
	}
	got = "0"
	for _, item := range r.items() {
		m, _ := item.(map[string]any)
		got = fmt.Sprint(m["balance_fen"])
	}
	return "figure: books", strconv.Itoa(sum), got
}

func (d *doors) leads(l login) (n int) {
	for _, r := range d.records {
		if r.kind == "enquiry" && d.counts(l.asker, r.center, r.owner) {
			n++
		}
	}
	return n
}

type drawnOperation struct{ method, path, right, kind, body string }

// drawnOperations are the operations that are drawn: route, right, kind of the record that they are done on, body with {id}.
var drawnOperations = []drawnOperation{
	{"POST", "/enquiries/{id}/lose", "enquiry:update", "enquiry", `{"reason":"price"}`},
	{"PATCH", "/enquiries/{id}", "enquiry:update", "enquiry", `{}`},
	{"POST", "/enquiries/{id}/assign", "enquiry:assign", "enquiry", `{"consultant_id":"{id}","reason":"load"}`},
	{"POST", "/enquiries/{id}/touches", "touch:create", "enquiry", `{"channel":"call","result":"discuss"}`},
	{"POST", "/quotes", "quote:create", "enquiry", `{"enquiry_id":"{id}","package_ids":["{id}"]}`},
	{"POST", "/appointments/{id}/confirm", "appointment:update", "appointment", `{}`},
	{"POST", "/visits", "visit:create", "appointment", `{"appointment_id":"{id}"}`},
	{"POST", "/visits/{id}/finish", "visit:update", "visit", `{"outcome":"think"}`},
	{"POST", "/visits/{id}/receive", "visit:receive", "visit", `{}`},
	{"POST", "/contracts", "contract:create", "quote", `{"quote_id":"{id}"}`},
	{"POST", "/contracts/{id}/sign", "contract:sign", "contract", `{}`},
	{"POST", "/payments", "payment:create", "contract", `{"contract_id":"{id}","method":"cash","amount_fen":1}`},
	{"POST", "/payments/{id}/reverse", "payment:reverse", "payment", `{"reason":"x"}`},
	{"POST", "/touches/{id}/withdraw", "touch:create", "touch", `{}`},
	{"POST", "/tasks/{id}/done", "task:update", "task", `{}`},
	{"POST", "/approvals/{id}/approve", "approval:decide", "approval", `{}`},
	{"POST", "/approvals/{id}/withdraw", "approval:update", "approval", `{}`},
	{"POST", "/campaigns/{id}/close", "campaign:update", "campaign", `{"lesson":"x"}`},
	{"POST", "/campaigns/{id}/costs", "campaign-cost:create", "campaign", `{"category":"media","amount_fen":1,"document":"x"}`},
	{"PATCH", "/people/{id}", "person:update", "person", `{}`},
	{"POST", "/people/{id}/reveal", "person:reveal", "person", `{}`},
	{"PATCH", "/centers/{id}", "center:update", "center", `{}`},
	{"PATCH", "/rooms/{id}", "room:update", "room", `{}`},
	{"PATCH", "/staff/{id}", "staff:update", "staff", `{}`},
	{"POST", "/accounts", "account:create", "staff", `{"login":"drawn","staff_id":"{id}"}`},
	{"POST", "/positions/{id}/end", "position:update", "position", `{}`},
}

func (d *doors) do(l login) (what, want, got string) {
	o := one(d.drawnWorld, d.operations(), 0)
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
