package app_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestORG4_TRU14_UnseenChangesNoByte: whatever happens at one center, those who work at another get the same bytes as before from every list,
// search, count, report, export, page and link, and what lies there answers as what does not exist (TRU-14, TRU-16).
func TestORG4_TRU14_UnseenChangesNoByte(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		api, site := apiServer(t, s), serve(t, s, app.PageOptions{})
		s.Contract(t, s.HD)
		s.Appointment(t, s.HD)
		type watcher struct {
			role string
			api  client
			site visitor
			said map[string]string
		}
		var watchers []*watcher
		roles := []string{"consultant", "front-desk", "principal"}
		if testkit.Nightly() {
			roles = append(roles, "supervisor", "finance", "assistant", "teacher")
		}
		for _, role := range roles {
			watchers = append(watchers, &watcher{role: role, api: apiClient(t, s, api, role, s.HD), site: signedIn(t, s, site, role, s.HD)})
		}
		settle(t, s)
		lists := listsOf(t)
		for _, w := range watchers {
			w.said = answersTo(w.api, w.site, lists)
		}

		there := happen(t, s)

		for _, w := range watchers {
			for path, now := range answersTo(w.api, w.site, lists) {
				if was := w.said[path]; now != was {
					t.Errorf("%s: %s answers otherwise than before:\n%s", w.role, path, difference(was, now))
				}
				if i := slices.IndexFunc(there, func(key id.ID) bool { return strings.Contains(now, key.String()) }); i >= 0 {
					t.Errorf("%s: %s names %s of another center", w.role, path, there[i])
				}
			}
			asAbsent(t, w.role, w.api, w.site, there)
		}
	})
}

// settle seals and folds what was done, as the program does by itself.
func settle(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := s.App.Settle(s.System()); err != nil {
		t.Fatal(err)
	}
}

// happen lets the other center live, and gives the ids of what it entered: enquiries, a visit, a contract, a payment and its reversal, a
// loss, tasks, messages.
func happen(t *testing.T, s *testkit.School) (there []id.ID) {
	t.Helper()
	consultant, desk := s.Consultant(s.CY), s.FrontDesk(s.CY)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	before := recordsOf(t, s)
	_, err := sales.Enter.Run(consultant, s.Ops, sales.EnterInput{
		Person:   &people.RegisterInput{Name: "欧阳隐", Phones: []people.ContactInput{{Value: "13977778888"}}},
		CenterID: s.CY, ChannelID: s.Web, CourseID: s.Course, ConsultantID: s.StaffID(consultant),
	})
	must(err)
	signed := s.Contract(t, s.CY)
	s.Appointment(t, s.CY)
	p, err := finance.TakePayment.Run(desk, s.Ops, finance.TakePaymentInput{ContractID: signed.ID, Method: "wechat", Amount: 100_000})
	must(err)
	_, err = finance.ReversePayment.Run(s.Finance(s.CY), s.Ops, finance.ReversePaymentInput{PaymentID: p.ID, Reason: "错账"})
	must(err)
	lost := s.Enquiry(t, s.CY)
	_, err = sales.Lose.Run(consultant, s.Ops, sales.LoseInput{EnquiryID: lost.ID, Reason: "price"})
	must(err)
	settle(t, s)
	for _, key := range recordsOf(t, s) {
		if !slices.Contains(before, key) {
			there = append(there, key)
		}
	}
	if len(there) < 15 {
		t.Fatalf("only %d records were entered", len(there))
	}
	return there
}

// recordsOf lists the ids of all records that a resource of the policy has.
func recordsOf(t *testing.T, s *testkit.School) (all []id.ID) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		for _, table := range []string{"persons", "enquiries", "appointments", "visits", "quotes", "contracts", "payments", "tasks", "touches"} {
			list, err := op.AllOf[id.ID](ctx, tx.Unscoped("test"), "SELECT id FROM "+table)
			if err != nil {
				return fmt.Errorf("read ids of %s: %w", table, err)
			}
			all = append(all, list...)
		}
		return nil
	})
	return all
}

// lists are the addresses of API and pages that need no id.
type lists struct{ api, pages []string }

func listsOf(t *testing.T) (out lists) {
	t.Helper()
	d, _ := readDocument(t)
	for path, methods := range d.Paths {
		if _, ok := methods["get"]; ok && !strings.Contains(path, "{") {
			out.api = append(out.api, path)
		}
	}
	for _, path := range testkit.PageRoutes(t) {
		if !strings.ContainsAny(strings.NewReplacer("{$}", "", "{name}", "").Replace(path), "{") && path != "/account/totp" { // a new secret each time
			out.pages = append(out.pages, strings.NewReplacer("{$}", "", "{name}", "daily-sales").Replace(path))
		}
	}
	for _, q := range []string{"欧阳隐", "ouyang", "oyy", "13977778888", "7788", "8888"} {
		out.api = append(out.api, "/people?q="+q)
		out.pages = append(out.pages, "/people?q="+q, "/ask?q="+q, "/ask/suggest?q="+q, "/enquiries?q="+q)
	}
	out.api = append(out.api, "/reports/daily-sales", "/reports/daily-sales?from=2026-06-01&to=2026-06-03", "/reports/daily-sales?center=CY")
	slices.Sort(out.api)
	slices.Sort(out.pages)
	return out
}

// fleeting are parts of an answer that are another each time: ids of requests and forms, and the time it was made.
var fleeting = regexp.MustCompile(`name="_key" value="[^"]*"|"generated_at":"[^"]*"|"request_id":"[^"]*"|req-[0-9a-f-]+`)

// answersTo gives the answer of each list, as status and body.
func answersTo(api client, site visitor, l lists) map[string]string {
	out := map[string]string{}
	for _, path := range l.api {
		r := api.get(path)
		out["api "+path] = fmt.Sprint(r.status, " ", fleeting.ReplaceAllString(string(r.raw), ""))
	}
	for _, path := range l.pages {
		a := site.get(path)
		out["page "+path] = fmt.Sprint(a.status, " ", a.to, " ", fleeting.ReplaceAllString(a.body, ""))
	}
	return out
}

// asAbsent asks for every record by every route with an id: the answer is that for an id that nothing has.
func asAbsent(t *testing.T, role string, api client, site visitor, ids []id.ID) {
	t.Helper()
	const absent = "01900000-0000-7000-8000-000000000000"
	d, _ := readDocument(t)
	d.each(func(method, path string, o operation) {
		if !strings.Contains(path, "{id}") || o.schema() != nil {
			return
		}
		want := api.call(method, strings.Replace(path, "{id}", absent, 1), nil)
		for _, key := range ids {
			got := api.call(method, strings.Replace(path, "{id}", key.String(), 1), nil)
			if plain(got.raw, key.String()) != plain(want.raw, absent) || got.status != want.status {
				t.Errorf("%s: %s of another center's %s: %d %s, an absent one: %d %s", role, method, path, got.status, got.raw, want.status, want.raw)
			}
		}
	})
	for _, path := range testkit.PageRoutes(t) {
		if !strings.Contains(path, "{id}") {
			continue
		}
		want := site.get(strings.Replace(path, "{id}", absent, 1))
		for _, key := range ids {
			got := site.get(strings.Replace(path, "{id}", key.String(), 1))
			if got.status != want.status || plain([]byte(got.body), key.String()) != plain([]byte(want.body), absent) {
				t.Errorf("%s: page %s of another center's record: %d, an absent one: %d", role, path, got.status, want.status)
			}
		}
	}
}

func plain(body []byte, key string) string {
	return fleeting.ReplaceAllString(strings.ReplaceAll(string(body), key, "ID"), "")
}

// difference shows where two texts part.
func difference(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	from := max(n-60, 0)
	return a[from:min(n+120, len(a))] + "\n--- now\n" + b[from:min(n+120, len(b))]
}
