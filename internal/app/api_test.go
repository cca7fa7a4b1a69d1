package app_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

var updateGolden = flag.Bool("update", false, "write the golden files")

// document is the OpenAPI document as a program reads it.
type document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]map[string]any `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	ID         string           `json:"operationId"`
	Summary    string           `json:"summary"`
	SummaryZH  string           `json:"x-summary-zh"`
	Right      string           `json:"x-right"`
	Parameters []map[string]any `json:"parameters"`
	Security   *[]any           `json:"security"`
	Body       *struct {
		Content map[string]struct {
			Schema map[string]any `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
	Responses map[string]any `json:"responses"`
}

func readDocument(t *testing.T) (d document, raw string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := app.Main(t.Context(), []string{"openapi"}, strings.NewReader(""), &out, &errs); code != app.ExitDone {
		t.Fatalf("openapi: exit %d: %s", code, errs.String())
	}
	raw = out.String()
	if err := json.Unmarshal([]byte(raw), &d); err != nil {
		t.Fatal(err)
	}
	return d, raw
}

// TestCTR_Routes keeps the list of routes: what others rely on does not go by itself.
func TestCTR_Routes(t *testing.T) {
	t.Parallel()
	d, raw := readDocument(t)
	var lines []string
	for path, methods := range d.Paths {
		for method, o := range methods {
			lines = append(lines, fmt.Sprintf("%-7s%-32s %s", strings.ToUpper(method), path, o.ID))
			if o.Summary == "" || o.SummaryZH == "" || strings.Contains(o.Summary+o.SummaryZH, "⟦") {
				t.Errorf("%s %s has no name: %q, %q", method, path, o.Summary, o.SummaryZH)
			}
		}
	}
	slices.Sort(lines)
	got := strings.Join(lines, "\n") + "\n"
	const golden = "testdata/routes.golden"
	if *updateGolden {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("routes differ from %s (write it with -update):\n%s", golden, got)
	}
	for _, part := range strings.Split(raw, `"$ref": "#/components/schemas/`)[1:] {
		if name, _, _ := strings.Cut(part, `"`); d.Components.Schemas[name] == nil {
			t.Errorf("the document names %s, which it does not describe", name)
		}
	}
	if strings.Contains(raw, "⟦") {
		t.Error("the document lacks a text")
	}
}

// TestCTR_EveryOperationHasARoute walks the register.
func TestCTR_EveryOperationHasARoute(t *testing.T) {
	t.Parallel()
	s := school(t)
	c := apiClient(t, s, apiServer(t, s), "it", id.None)
	for _, item := range c.get("/operations").want(http.StatusOK).items() {
		m, _ := item.(map[string]any)
		if m["route"] == "" || strings.Contains(fmt.Sprint(m["title"]), "⟦") {
			t.Errorf("operation %v has the route %q and the name %q", m["name"], m["route"], m["title"])
		}
	}
}

func TestORG9_API(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := apiServer(t, s)
		anybody := client{t: t, base: base}
		anybody.get("/me").want(http.StatusUnauthorized, "unauthorized")
		anybody.with("Authorization", "Bearer zk_nonsense").get("/me").want(http.StatusUnauthorized, "unauthorized")
		anybody.post("/sessions", map[string]any{"login": s.Login("it", id.None), "password": "wrong"}).want(http.StatusUnauthorized, "sign-in-failed")
		anybody.post("/sessions", map[string]any{"login": "it"}).want(http.StatusUnprocessableEntity, "invalid")

		it := apiClient(t, s, base, "it", id.None)
		if got := it.get("/me").want(http.StatusOK).text("role"); got != "it" {
			t.Errorf("role = %s", got)
		}
		staff := it.post("/staff", map[string]any{"code": "W1", "name": "王芳"}).want(http.StatusCreated)
		it.post("/positions", map[string]any{"staff_id": staff.text("id"), "role": "front-desk", "center_id": s.HD}).want(http.StatusCreated)
		opened := it.with("Idempotency-Key", "open-1").post("/accounts", map[string]any{"login": "wang", "staff_id": staff.text("id")}).want(http.StatusCreated)
		if opened.header.Get("Location") != "" {
			t.Error("an account has no page of its own, so no Location")
		}
		again := it.with("Idempotency-Key", "open-1").post("/accounts", map[string]any{"login": "wang", "staff_id": staff.text("id")}).want(http.StatusCreated)
		if again.text("id") != opened.text("id") || again.body["one_time_password"] != nil {
			t.Errorf("a repeated key gives %s, want the id without the password", again.raw)
		}
		first := opened.text("one_time_password")
		r := anybody.post("/sessions", map[string]any{"login": "wang", "password": first}).want(http.StatusCreated)
		if r.text("must_change") != "true" {
			t.Fatalf("a one-time password need not be changed: %s", r.raw)
		}
		wang := client{t: t, base: base, token: r.text("token")}
		wang.get("/me").want(http.StatusForbidden, "must-change-password")
		if got := wang.post("/password", map[string]any{"old": "x", "new": "short"}).want(http.StatusUnprocessableEntity); got.field("old") != "password-wrong" || got.field("new") != "password-short" {
			t.Errorf("password refused with %s", got.raw)
		}
		wang.post("/password", map[string]any{"old": first, "new": "battery staple"}).want(http.StatusNoContent)
		wang.get("/me").want(http.StatusOK)
		wang.call(http.MethodDelete, "/sessions/current", nil).want(http.StatusNoContent)
		wang.get("/me").want(http.StatusUnauthorized)
	})
}

func TestORG11_TokensByAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := apiServer(t, s)
		desk := apiClient(t, s, base, "front-desk", s.HD)
		if got := desk.post("/tokens", map[string]any{"name": "", "days": 400}).want(http.StatusUnprocessableEntity); got.field("days") == "" {
			t.Errorf("a token of 400 days: %s", got.raw)
		}
		made := desk.post("/tokens", map[string]any{"name": "sync", "days": 10}).want(http.StatusCreated)
		machine := client{t: t, base: base, token: made.text("token")}
		machine.get("/me").want(http.StatusOK)
		s.Clock.Set(s.Clock.Now().Add(9 * 24 * time.Hour)) // no session lasts so long
		machine.get("/me").want(http.StatusOK)
		desk.get("/me").want(http.StatusUnauthorized, "session-ended")
		s.Clock.Set(s.Clock.Now().Add(25 * time.Hour))
		machine.get("/me").want(http.StatusUnauthorized, "session-ended")

		desk = apiClient(t, s, base, "front-desk", s.HD)
		made = desk.post("/tokens", map[string]any{"name": "sync"}).want(http.StatusCreated)
		other := apiClient(t, s, base, "front-desk", s.CY)
		other.call(http.MethodDelete, "/sessions/"+made.text("id"), nil).want(http.StatusNotFound, "not-found")
		desk.call(http.MethodDelete, "/sessions/"+made.text("id"), nil).want(http.StatusNoContent)
		client{t: t, base: base, token: made.text("token")}.get("/me").want(http.StatusUnauthorized)
	})
}

func TestORG10_IfMatch(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		it := apiClient(t, s, apiServer(t, s), "it", id.None)
		path := "/centers/" + s.HD.String()
		tag := it.get(path).want(http.StatusOK).header.Get("ETag")
		if tag == "" {
			t.Fatal("a record has no ETag")
		}
		changed := it.with("If-Match", tag).call(http.MethodPatch, path, map[string]any{"city": "北京"}).want(http.StatusOK)
		if changed.header.Get("ETag") == tag {
			t.Error("the ETag did not change")
		}
		for _, stale := range []string{tag, `"x"`, `W/"1"`} {
			it.with("If-Match", stale).call(http.MethodPatch, path, map[string]any{"city": "上海"}).want(http.StatusPreconditionFailed, "stale")
		}
		it.call(http.MethodPatch, path, map[string]any{"code": "XX"}).want(http.StatusUnprocessableEntity)
		if got := it.get(path).text("city"); got != "北京" {
			t.Errorf("city = %s", got)
		}

		// a person's page would take a change of other fields; the API does not
		desk, path := apiClient(t, s, it.base, "front-desk", s.HD), "/people/"+s.Person(t, s.HD).String()
		tag = desk.get(path).want(http.StatusOK).header.Get("ETag")
		desk.call(http.MethodPatch, path, map[string]any{"district": "海淀"}).want(http.StatusOK)
		desk.with("If-Match", tag).call(http.MethodPatch, path, map[string]any{"name": "何语桐"}).want(http.StatusPreconditionFailed, "stale")
		for _, never := range []string{`"99"`, `"-1"`} { // a version that never was is a mismatch as well
			desk.with("If-Match", never).call(http.MethodPatch, path, map[string]any{"name": "何语桐"}).want(http.StatusPreconditionFailed, "stale")
		}
	})
}

func TestTRU2_IdempotencyKeys(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		it := apiClient(t, s, apiServer(t, s), "it", id.None)
		keyed := it.with("Idempotency-Key", "k-1")
		body := map[string]any{"code": "ZJ", "name_zh": "之江"}
		first := keyed.post("/centers", body).want(http.StatusCreated)
		if got := first.header.Get("Location"); got != "/api/v1/centers/"+first.text("id") {
			t.Errorf("Location = %s", got)
		}
		if again := keyed.post("/centers", body).want(http.StatusCreated); !bytes.Equal(again.raw, first.raw) {
			t.Errorf("again = %s, want %s", again.raw, first.raw)
		}
		body["name_zh"] = "其他"
		keyed.post("/centers", body).want(http.StatusUnprocessableEntity, "key-reused")
		if got := it.with("Idempotency-Key", strings.Repeat("k", 101)).post("/centers", body).want(http.StatusUnprocessableEntity); got.field("Idempotency-Key") != "too-long" {
			t.Errorf("a long key: %s", got.raw)
		}
	})
}

// TestORG4_API: what lies in another center does not exist; what one may not do at all is refused.
func TestORG4_API(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := apiServer(t, s)
		e := s.Enquiry(t, s.HD)
		here, there := apiClient(t, s, base, "consultant", s.HD), apiClient(t, s, base, "consultant", s.CY)
		here.get("/enquiries/" + e.ID.String()).want(http.StatusOK)
		unseen := there.get("/enquiries/" + e.ID.String()).want(http.StatusNotFound)
		absent := there.get("/enquiries/" + s.Course.String()).want(http.StatusNotFound)
		for _, name := range []string{"title", "code", "status"} {
			if unseen.text(name) != absent.text(name) {
				t.Errorf("unseen and absent differ: %s, %s", unseen.raw, absent.raw)
			}
		}
		there.post("/enquiries/"+e.ID.String()+"/touches", map[string]any{"channel": "call", "result": "discuss", "next_step": "call-back", "next_day": "2026-06-04"}).want(http.StatusNotFound)
		if got := there.get("/enquiries").want(http.StatusOK); got.text("total") != "0" || len(got.items()) != 0 {
			t.Errorf("another center's consultant lists %s", got.raw)
		}
		if got := here.get("/enquiries?limit=1").want(http.StatusOK); got.text("total") != "1" {
			t.Errorf("the own list is %s", got.raw)
		}
		here.post("/centers", map[string]any{"code": "X", "name_zh": "X"}).want(http.StatusForbidden, "forbidden")
		here.get("/events").want(http.StatusForbidden, "forbidden")
	})
}

func TestTRU24_EventsByAPI(t *testing.T) {
	t.Parallel()
	s := school(t)
	it := apiClient(t, s, apiServer(t, s), "it", id.None)
	if got := it.get("/events").want(http.StatusOK); len(got.items()) != 0 {
		t.Error("events are shown before they are sealed")
	}
	if err := s.App.Settle(s.System()); err != nil {
		t.Fatal(err)
	}
	seen, path := 0, "/events?limit=7"
	for {
		page := it.get(path).want(http.StatusOK)
		for _, e := range page.items() {
			m, _ := e.(map[string]any)
			if seen++; m["seq"] != float64(seen) {
				t.Fatalf("event %v comes as number %d", m["seq"], seen)
			}
		}
		if page.body["next_cursor"] == nil {
			break
		}
		path = "/events?limit=7&after=" + page.text("next_cursor")
	}
	if seen < 20 {
		t.Errorf("%d events", seen)
	}
}

// TestCTR_Journey is the journey of the first release by the API alone: from a lead to cash.
func TestCTR_Journey(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := apiServer(t, s)
		sales, desk := apiClient(t, s, base, "consultant", s.HD), apiClient(t, s, base, "front-desk", s.HD)
		me := sales.get("/me").text("staff_id")
		e := sales.post("/enquiries", map[string]any{
			"person": map[string]any{"name": "何雨桐", "phones": []any{map[string]any{"value": "138 0000 7001"}}}, "center_id": s.HD, "channel_id": s.Web, "course_id": s.Course, "consultant_id": me,
		}).want(http.StatusCreated)
		enquiry := "/enquiries/" + e.text("id")
		starts := s.Clock.Now().Add(time.Hour)
		gate := sales.post("/appointments", map[string]any{"enquiry_id": e.text("id"), "starts_at": starts}).want(http.StatusConflict, "step-missing")
		if step, _ := gate.body["step"].(map[string]any); step["name"] == "" || step["link"] == "" {
			t.Errorf("the gate names no step: %s", gate.raw)
		}
		sales.post(enquiry+"/touches", map[string]any{"channel": "call", "result": "discuss", "next_step": "call-back", "next_day": "2026-06-04"}).want(http.StatusCreated)
		a := sales.post("/appointments", map[string]any{"enquiry_id": e.text("id"), "starts_at": starts}).want(http.StatusCreated)
		v := desk.post("/visits", map[string]any{"appointment_id": a.text("id")}).want(http.StatusCreated)
		sales.post("/visits/"+v.text("id")+"/finish", map[string]any{"needs": map[string]string{"goal": "口语"}, "outcome": "quote"}).want(http.StatusOK)
		q := sales.post("/quotes", map[string]any{"enquiry_id": e.text("id"), "package_ids": []any{s.Package}}).want(http.StatusCreated)
		c := sales.post("/contracts", map[string]any{"quote_id": q.text("id")}).want(http.StatusCreated)
		desk.post("/payments", map[string]any{"contract_id": c.text("id"), "method": "wechat", "amount_fen": 100}).want(http.StatusConflict, "step-missing")
		sales.post("/contracts/"+c.text("id")+"/sign", map[string]any{}).want(http.StatusOK)
		p := desk.with("Idempotency-Key", "pay-1").post("/payments", map[string]any{"contract_id": c.text("id"), "method": "wechat", "amount_fen": 1_920_000}).want(http.StatusCreated)
		desk.get("/payments/" + p.text("id")).want(http.StatusOK)
		if got := desk.get("/contracts/" + c.text("id")).want(http.StatusOK).text("paid_fen"); got != "1.92e+06" {
			t.Errorf("paid = %s", got)
		}
		report := desk.get("/reports/daily-sales?from=2026-06-03&to=2026-06-03&center=HD").want(http.StatusOK)
		if totals, _ := report.body["totals"].(map[string]any); totals["cash_in_fen"] != float64(1_920_000) || totals["visits"] != float64(1) {
			t.Errorf("report = %s", report.raw)
		}
		s.Check(t)
	})
}
