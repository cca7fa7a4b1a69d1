package app_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/contracts"
	"zhike/internal/insight"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/testkit"
)

// ask gives status and body of a path of everything that is served; headers are pairs.
func ask(t *testing.T, h http.Handler, path string, headers ...string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.RemoteAddr = "127.0.0.1:5000"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "from" {
			r.RemoteAddr = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(b)
}

// figure reads a figure of /metrics; -1 where it is not there.
func figure(body, name string) float64 {
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(body)
	if found == nil {
		return -1
	}
	v, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		return -1
	}
	return v
}

const loopback = "http://127.0.0.1:8080"

// TestMetrics_Figures: the program counts what it does, and says how its queues stand.
func TestMetrics_Figures(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		h := s.App.Handler(loopback, false)
		if status, _ := ask(t, h, "/people/0000"); status != http.StatusSeeOther {
			t.Errorf("a page without sign-in: %d", status)
		}
		ask(t, h, "/api/v1/enquiries")
		ask(t, h, "/no/such/page")
		it := s.IT()
		in := contracts.PackageInput{Code: "P1", CourseID: s.Course, NameZH: "包", NameEN: "P", Hours: 100, Price: money.Yuan(100), ValidityDays: 10}
		if _, err := contracts.AddPackage.Run(it, s.Ops, in); err != nil {
			t.Fatal(err)
		}
		if _, err := contracts.AddPackage.Run(it, s.Ops, in); err == nil {
			t.Error("the same code was taken twice")
		}
		if _, err := contracts.AddPackage.Run(s.Consultant(s.HD), s.Ops, in); err == nil {
			t.Error("a consultant made a package")
		}
		keyed := op.WithKey(it, "k-package")
		in.Code = "P2"
		for range 2 {
			if _, err := contracts.AddPackage.Run(keyed, s.Ops, in); err != nil {
				t.Fatal(err)
			}
		}
		in.Code = "P3"
		gone, cancel := context.WithCancel(it)
		cancel()
		if _, err := contracts.AddPackage.Run(gone, s.Ops, in); err == nil {
			t.Error("an operation whose caller is gone was done")
		}
		s.Exec(t, "INSERT INTO mails (id, account, recipient, kind, params, state, attempts, problem, created_at) VALUES (?, NULL, 'a@school.example', 'report', '{}', 'failed', 12, 'mail not-now at connect', 0)", s.Clock.NewID())
		if err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			return tx.Enqueue(ctx, insight.SendMail{MailID: s.Clock.NewID()})
		}); err != nil {
			t.Fatal(err)
		}
		status, body := ask(t, h, "/metrics")
		if status != http.StatusOK {
			t.Fatalf("metrics: %d", status)
		}
		for name, want := range map[string]float64{
			`zhike_requests_total{method="GET",route="/api/v1/enquiries",status="401"}`:    1,
			`zhike_operations_total{operation="contracts.add-package",outcome="done"}`:     2,
			`zhike_operations_total{operation="contracts.add-package",outcome="refused"}`:  2,
			`zhike_operations_total{operation="contracts.add-package",outcome="repeated"}`: 1,
			`zhike_operations_total{operation="contracts.add-package",outcome="failed"}`:   1,
			`zhike_operation_seconds_count{operation="contracts.add-package"}`:             2,
			`zhike_mails{state="failed"}`:   1,
			`zhike_mails{state="waiting"}`:  0,
			`zhike_jobs{state="available"}`: 1,
			`zhike_database_up`:             1,
			`zhike_jobs_worked`:             0,
		} {
			if got := figure(body, name); got != want {
				t.Errorf("%s = %v, want %v", name, got, want)
			}
		}
		for _, name := range []string{"zhike_database_bytes", "zhike_events_unsealed"} {
			if got := figure(body, name); got <= 0 {
				t.Errorf("%s = %v, want more than none", name, got)
			}
		}
		if got := figure(body, "zhike_commit_batch_count"); got < 1 && !strings.HasPrefix(s.App.DSN, "postgres") {
			t.Errorf("%v commits were counted", got)
		}
		if err := s.App.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, body = ask(t, h, "/metrics"); figure(body, "zhike_events_unsealed") != 0 || figure(body, "zhike_seal_lag_seconds") != 0 {
			t.Error("sealed events are counted as open")
		}
		if strings.Contains(body, "0000\"") || strings.Contains(body, "no/such") {
			t.Error("an address of a caller is a label")
		}
	})
}

// TestMetrics_Closed: figures are for this machine, or for who has the token; a proxy on this machine opens them to nobody (TRU-27).
func TestMetrics_Closed(t *testing.T) {
	t.Parallel()
	s := school(t)
	const token = "0123456789abcdef"
	bearer := []string{"Authorization", "Bearer " + token}
	for name, c := range map[string]struct {
		public, token string
		headers       []string
		want          int
	}{
		"this machine":              {loopback, "", nil, 200},
		"another machine":           {loopback, "", []string{"from", "192.0.2.7:4000"}, 404},
		"through a proxy":           {loopback, "", []string{"X-Forwarded-For", "192.0.2.7"}, 404},
		"through a proxy, standard": {loopback, "", []string{"Forwarded", "for=192.0.2.7"}, 404},
		"a silent proxy":            {"https://crm.school.example", "", nil, 404},
		"with the token":            {"https://crm.school.example", token, append([]string{"from", "192.0.2.7:4000"}, bearer...), 200},
		"token through a proxy":     {loopback, token, append([]string{"X-Forwarded-For", "192.0.2.7"}, bearer...), 200},
		"another token":             {"https://crm.school.example", token, []string{"Authorization", "Bearer 0123456789abcdeX"}, 404},
		"an empty token":            {"https://crm.school.example", "", []string{"Authorization", "Bearer "}, 404},
	} {
		s.App.MetricsToken = c.token
		if status, body := ask(t, s.App.Handler(c.public, false), "/metrics", c.headers...); status != c.want || (status == http.StatusOK) != strings.Contains(body, "zhike_database_up") {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
}

// TestReady: a node is ready while the database answers, the schema fits and jobs are worked on. A newer program's migration only adds, so
// that an older node serves on; it is not started again.
func TestReady(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		h := s.App.Handler(loopback, false)
		wants := func(when string, status int, text string) {
			t.Helper()
			if got, body := ask(t, h, "/readyz"); got != status || !strings.Contains(body, text) {
				t.Errorf("%s: %d %q, want %d %q", when, got, body, status, text)
			}
		}
		wants("before jobs are worked on", http.StatusServiceUnavailable, "not ready")
		if err := s.App.StartIdle(t.Context()); err != nil {
			t.Fatal(err)
		}
		wants("started", http.StatusOK, "ready\n")
		s.Exec(t, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)")
		wants("after a newer program's migration", http.StatusOK, "newer")
		if err := s.App.Ready(op.WithViewer(t.Context(), policy.System())); err == nil {
			t.Error("an older program may start on a newer database")
		}
		s.Exec(t, "DELETE FROM goose_db_version WHERE version_id = 99999")
		s.Exec(t, "UPDATE master_key SET proof = ?", []byte("another"))
		wants("with another master key", http.StatusServiceUnavailable, "not ready")
		if err := s.App.Jobs.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// TestMetrics_Token: a token that can be guessed is refused.
func TestMetrics_Token(t *testing.T) {
	t.Parallel()
	var errs strings.Builder
	if code := app.Main(t.Context(), []string{"serve", "--metrics-token", "short", "--db", t.TempDir() + "/x.db"}, strings.NewReader(""), io.Discard, &errs); code != app.ExitUsage {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
