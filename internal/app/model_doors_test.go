package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/app"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// walker is who does the deeds of the model test, by all doors.
type walker struct {
	t        *testing.T
	s        *testkit.School
	base     string
	contexts map[string]context.Context
	tokens   map[string]string
	register map[string]op.Any
	keys     int
	phones   int
	done     map[string]int // accepted and refused, by operation
	refused  map[string]int
}

func newWalker(t *testing.T, s *testkit.School) *walker {
	t.Helper()
	s.App.Unlimited = true
	w := &walker{
		t: t, s: s, base: apiServer(t, s), contexts: map[string]context.Context{
			"front-desk": s.FrontDesk(s.HD), "consultant": s.Consultant(s.HD), "consultant2": s.Consultant2(s.HD), "principal": s.Principal(s.HD), "finance": s.Finance(s.HD), "teacher": s.As("teacher", s.HD),
			"stranger": s.Principal(s.CY),
		}, tokens: map[string]string{}, register: map[string]op.Any{}, done: map[string]int{}, refused: map[string]int{},
	}
	for _, o := range app.Operations() {
		w.register[o.Describe().Name] = o
	}
	for who, ctx := range w.contexts {
		issued, err := organization.IssueToken.Run(ctx, s.Ops, organization.IssueTokenInput{Name: "model", Days: 365})
		if err != nil {
			t.Fatal(err)
		}
		w.tokens[who] = issued.Token
	}
	return w
}

// walk is one draw: a person, the model of it, and what was drawn.
type walk struct {
	*walker
	model

	merges []*mMerge
	merged int // that were not undone
	r      *rapid.T
}

func (w *walk) chance(n int, what string) bool { return rapid.IntRange(0, n-1).Draw(w.r, what) == n-1 }

// wordsOf words a refusal: its code, and those of its fields.
func wordsOf(code string, fields []string) string {
	slices.Sort(fields)
	fields = slices.DeleteFunc(slices.Compact(fields), func(f string) bool { return f == "" || f == code })
	return strings.Join(append([]string{code}, fields...), " ")
}

func (w *walk) refusal(err error) string {
	if err == nil {
		return ""
	}
	p, ok := problem.As(err)
	if !ok {
		w.r.Fatalf("no refusal: %v", err)
	}
	var fields []string
	for _, f := range p.Fields {
		fields = append(fields, f.Code)
	}
	return wordsOf(p.Code, fields)
}

// attempt does an operation by a drawn door and compares the answer with what the model wants: "" where it is accepted, else the words of the
// refusal, several by |. Now and then somebody tries it first who may not. The bool tells whether it was done.
func attempt[In, Out any](w *walk, o op.Op[In, Out], who, route string, in In, want string) (out Out, accepted bool) {
	w.t.Helper()
	if w.chance(8, "somebody else") {
		other := rapid.SampledFrom([]string{"teacher", "stranger"}).Draw(w.r, "who")
		if _, got := enter(w, o, other, route, in); !slices.Contains([]string{"forbidden", "not-found"}, got) {
			w.r.Fatalf("%s by %s: %q", o.Name, other, got)
		}
		w.compare(o.Name + " by " + other)
	}
	out, got := enter(w, o, who, route, in)
	if !slices.Contains(strings.Split(want, "|"), got) {
		b, _ := json.Marshal(in)
		w.r.Fatalf("%s %s by %s: %q, want %q; the model:\n%s", o.Name, b, who, got, want, w.String())
	}
	if got == "" {
		w.done[o.Name]++
	} else {
		w.refused[o.Name]++
	}
	return out, got == ""
}

// enter does an operation by a drawn door: the operation, the register with JSON as `zhike do` has it, the API, or twice with one key.
func enter[In, Out any](w *walk, o op.Op[In, Out], who, route string, in In) (out Out, refused string) {
	w.t.Helper()
	ctx := w.contexts[who]
	switch door := rapid.SampledFrom([]string{"operation", "register", "api", "twice"}).Draw(w.r, "door"); door {
	case "register":
		b, err := json.Marshal(in)
		if err != nil {
			w.t.Fatal(err)
		}
		answer, err := w.register[o.Name].Call(ctx, w.s.Ops, b)
		if err != nil {
			return out, w.refusal(err)
		}
		return answer.(Out), ""
	case "api":
		return callAPI[In, Out](w, who, route, in)
	case "twice":
		w.keys++
		ctx = op.WithKey(ctx, fmt.Sprint("model-", w.keys))
		out, err := o.Run(ctx, w.s.Ops, in)
		again, repeated := o.Run(ctx, w.s.Ops, in)
		if err == nil && !reflect.DeepEqual(inJSON(w.t, out), inJSON(w.t, again)) || w.refusal(err) != w.refusal(repeated) {
			w.r.Fatalf("%s twice: %+v, %v, then %+v, %v", o.Name, out, err, again, repeated)
		}
		return out, w.refusal(err)
	default:
		out, err := o.Run(ctx, w.s.Ops, in)
		return out, w.refusal(err)
	}
}

func inJSON(t *testing.T, v any) (out map[string]any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// callAPI posts an input to a route; a field that is part of the path goes there.
func callAPI[In, Out any](w *walk, who, route string, in In) (out Out, refused string) {
	w.t.Helper()
	body := inJSON(w.t, in)
	for f := range reflect.TypeFor[In]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if in := f.Tag.Get("path"); in != "" && strings.Contains(route, "{"+in+"}") {
			route = strings.ReplaceAll(route, "{"+in+"}", fmt.Sprint(body[name]))
			delete(body, name)
		}
		if body[name] == "" {
			delete(body, name) // left out
		}
	}
	c := client{t: w.t, base: w.base, token: w.tokens[who]}
	r := c.call(http.MethodPost, route, body)
	if r.status < http.StatusBadRequest {
		if err := json.Unmarshal(r.raw, &out); err != nil {
			w.t.Fatal(err)
		}
		return out, ""
	}
	var p struct {
		Code   string
		Errors []struct{ Code string }
	}
	if err := json.Unmarshal(r.raw, &p); err != nil || r.status >= http.StatusInternalServerError {
		w.r.Fatalf("%s: %d %s", r.what, r.status, r.raw)
	}
	var fields []string
	for _, f := range p.Errors {
		fields = append(fields, f.Code)
	}
	return out, wordsOf(p.Code, fields)
}

// pictures are queries that write down what there is of a person, as model.String does.
var pictures = []string{
	"SELECT 'enquiry', id, stage || ' ' || reached || ' reason=' || lost_reason || ' next=' || next_step || ' owner=' AS a, consultant AS b FROM enquiries WHERE person = ? ORDER BY id",
	"SELECT 'appointment', id, state || ' was=' || was AS a, NULL AS b FROM appointments WHERE person = ? ORDER BY id",
	"SELECT 'visit', id, 'finished=' || CASE WHEN finished_at IS NULL THEN 'false' ELSE 'true' END || ' withdrawn=' || CASE WHEN withdrawn_at IS NULL THEN 'false' ELSE 'true' END AS a, NULL AS b FROM visits WHERE person = ? ORDER BY id",
	"SELECT 'touch', id, 'withdrawn=' || CASE WHEN withdrawn_at IS NULL THEN 'false' ELSE 'true' END AS a, NULL AS b FROM touches WHERE person = ? ORDER BY id",
	"SELECT 'quote', id, state AS a, NULL AS b FROM quotes WHERE person = ? ORDER BY id",
	"SELECT 'contract', id, 'signed=' || CASE state WHEN 'draft' THEN 'false' ELSE 'true' END || COALESCE((SELECT ' ' || STRING_AGG(x, ' ') FROM (SELECT paid || '/' || amount AS x FROM instalments WHERE contract = c.id ORDER BY no) plan), '') AS a, NULL AS b FROM contracts c WHERE student = ? ORDER BY id",
	"SELECT 'payment', id, amount || ' reversed=' || CASE WHEN reversed THEN 'true' ELSE 'false' END AS a, NULL AS b FROM payments WHERE person = ? ORDER BY id",
}

// compare asks the database for what there is of the person, and the model.
func (w *walk) compare(after string) {
	w.t.Helper()
	var b strings.Builder
	w.s.Read(w.t, w.s.System(), func(ctx context.Context, tx *op.Tx) error {
		for _, text := range pictures {
			rows, err := tx.Query(ctx, text, w.person)
			if err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
			defer rows.Close()
			for rows.Next() {
				var what, words string
				var key, owner id.ID
				if err := rows.Scan(&what, &key, &words, &owner); err != nil {
					return err
				}
				fmt.Fprintf(&b, "%s %s %s%s\n", what, key, words, owner)
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		var cash, balance int64
		err := tx.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN account LIKE 'cash.%' THEN amount ELSE 0 END), 0), COALESCE(SUM(CASE account WHEN 'customer-balance' THEN -amount ELSE 0 END), 0)
			FROM journal WHERE cause IN (SELECT id FROM payments WHERE person = ?)`, []any{w.person}, &cash, &balance)
		fmt.Fprintf(&b, "cash %d, balance %d\n", cash, balance)
		return err
	})
	if got, want := b.String(), w.String(); got != want {
		w.r.Fatalf("after %s:\n%s\nthe model has\n%s", after, got, want)
	}
}

// ahead gives the first moment from at on at which the center is open.
func (w *walk) ahead(at time.Time) time.Time {
	calendar := w.s.Dir.Calendar(w.s.HD)
	for !calendar.Open(at) {
		at = at.Add(30 * time.Minute)
	}
	return at
}

func (w *walk) dayOf(at time.Time) bizdate.Date { return bizdate.Of(at, w.s.Dir.Zone(w.s.HD)) }
