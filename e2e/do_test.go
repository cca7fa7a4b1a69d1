//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/testkit"
)

// shell runs the command line in a database.
type shell struct {
	t   *testing.T
	dsn string
}

// run runs a command, which must end with the code, and gives what it wrote.
func (s shell) run(code int, args ...string) (out, errs string) {
	s.t.Helper()
	var written, said bytes.Buffer
	if got := app.Main(s.t.Context(), append([]string{"--db", s.dsn}, args...), strings.NewReader(""), &written, &said); got != code {
		s.t.Fatalf("zhike %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, written.String(), said.String())
	}
	return written.String(), said.String()
}

// do runs an operation as somebody and gives a field of the answer, such as its id; "" is the operator.
func (s shell) do(as, operation, field string, input map[string]any) string {
	s.t.Helper()
	args := []string{"do", operation, encode(s.t, input)}
	if as != "" {
		args = append(args, "--as", as)
	}
	out, _ := s.run(app.ExitDone, args...)
	var answer map[string]any
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		s.t.Fatalf("%s answers %s: %v", operation, out, err)
	}
	if answer[field] == nil {
		s.t.Fatalf("%s has no %s: %s", operation, field, out)
	}
	return fmt.Sprint(answer[field])
}

// refused runs an operation that is refused, and wants a word in what is said.
func (s shell) refused(as, operation, word string, input map[string]any) {
	s.t.Helper()
	if _, said := s.run(app.ExitRefused, "do", operation, encode(s.t, input), "--as", as, "--json"); !strings.Contains(said, word) {
		s.t.Errorf("%s is refused with %s, want %s", operation, said, word)
	}
}

func encode(t *testing.T, input any) string {
	t.Helper()
	b, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestJourney_Do is the first release by `zhike do` alone, from an empty database to the report, on both databases.
func TestJourney_Do(t *testing.T) {
	key := filepath.Join(t.TempDir(), "zhike.key")
	if err := os.WriteFile(key, testkit.Key, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ZHIKE_KEY_FILE", key)
	t.Run("sqlite", func(t *testing.T) { journeyDo(shell{t, filepath.Join(t.TempDir(), "zhike.db")}) })
	t.Run("postgres", func(t *testing.T) { journeyDo(shell{t, testkit.PostgresURL(t)}) })
}

func journeyDo(s shell) {
	// It is about noon where the center lies, so that today's appointment falls into its hours.
	zone := fmt.Sprintf("Etc/GMT%+d", time.Now().UTC().Hour()-12) //nolint:forbidigo // the command has the clock of the machine
	s.run(app.ExitDone, "migrate")
	center := s.do("", "organization.open-center", "id", map[string]any{"code": "HD", "name_zh": "海淀校区", "zone": zone})
	for _, role := range []string{"front-desk", "consultant", "principal"} {
		s.run(app.ExitDone, "user", "add", role+"@hd", "--role", role, "--center", "HD")
	}
	s.run(app.ExitDone, "user", "add", "gm", "--role", "general-manager")
	course := s.do("", "contracts.add-course", "id", map[string]any{
		"code": "EN-KIDS", "name_zh": "少儿英语", "needs": []any{map[string]any{"code": "goal", "name_zh": "学习目标", "required": true}},
	})
	pack := s.do("", "contracts.add-package", "id", map[string]any{
		"code": "EN48", "course_id": course, "name_zh": "48 课时", "hours_x100": 4800, "gift_hours_x100": 400, "price_fen": 1_920_000, "validity_days": 365,
	})
	enquiry := s.do("front-desk@hd", "sales.enter-enquiry", "id", map[string]any{
		"person": map[string]any{"name": "何雨桐", "phones": []any{map[string]any{"value": "139 1234 5678"}}}, "center_id": center, "course_id": course,
	})
	starts := time.Now().UTC().Add(5 * time.Minute)                                                 //nolint:forbidigo // as above
	today := starts.In(time.FixedZone("", (12-time.Now().UTC().Hour())*3600)).Format(time.DateOnly) //nolint:forbidigo // as above
	book := map[string]any{"enquiry_id": enquiry, "starts_at": starts}
	s.refused("consultant@hd", "sales.book-appointment", "step-missing", book)
	s.do("consultant@hd", "people.record-touch", "id", map[string]any{
		"enquiry_id": enquiry, "channel": "call", "direction": "out", "result": "discuss", "next_step": "call-back", "next_day": today,
	})
	appointment := s.do("consultant@hd", "sales.book-appointment", "id", book)
	visit := s.do("front-desk@hd", "sales.check-in", "id", map[string]any{"appointment_id": appointment})
	s.refused("front-desk@hd", "sales.finish-visit", "forbidden", map[string]any{"visit_id": visit, "needs": map[string]any{"goal": "口语"}, "outcome": "quote"})
	s.do("consultant@hd", "sales.finish-visit", "id", map[string]any{"visit_id": visit, "needs": map[string]any{"goal": "口语"}, "outcome": "quote"})
	quote := s.do("consultant@hd", "sales.make-quote", "id", map[string]any{"enquiry_id": enquiry, "package_ids": []any{pack}})
	contract := s.do("consultant@hd", "sales.draft-contract", "id", map[string]any{"quote_id": quote})
	pay := map[string]any{"contract_id": contract, "method": "wechat", "amount_fen": 1_920_000}
	s.refused("front-desk@hd", "finance.take-payment", "step-missing", pay)
	s.do("consultant@hd", "contracts.sign", "id", map[string]any{"contract_id": contract})
	// The same key books once.
	first, _ := s.run(app.ExitDone, "do", "finance.take-payment", encode(s.t, pay), "--as", "front-desk@hd", "--key", "pay-1")
	again, _ := s.run(app.ExitDone, "do", "finance.take-payment", encode(s.t, pay), "--as", "front-desk@hd", "--key", "pay-1")
	if first != again {
		s.t.Errorf("a repeated payment answers %s, before %s", again, first)
	}
	out, _ := s.run(app.ExitDone, "report", "daily-sales", "--from", today, "--to", today, "--center", "HD", "--as", "principal@hd", "--format", "json")
	var report struct {
		Totals map[string]float64 `json:"totals"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		s.t.Fatal(err)
	}
	for metric, want := range map[string]float64{"leads": 1, "visits": 1, "contracts_new": 1, "contract_amount_fen": 1_920_000, "cash_in_fen": 1_920_000} {
		if report.Totals[metric] != want {
			s.t.Errorf("%s = %v, want %v in %v", metric, report.Totals[metric], want, report.Totals)
		}
	}
	s.run(app.ExitDone, "check")
}
