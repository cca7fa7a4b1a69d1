package sales_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// must gives the answer of an operation that has to succeed.
func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func second[T any](_ T, err error) error { return err }

// refusal words a refusal: status, code, the missing step, and each field with its code.
func refusal(err error) string {
	p, ok := problem.As(err)
	if !ok {
		return fmt.Sprint(err)
	}
	out := []string{fmt.Sprint(p.Status), p.Code}
	if p.Step != nil {
		out = append(out, p.Step.Code)
	}
	for _, f := range p.Fields {
		out = append(out, f.Location+":"+f.Code)
	}
	return strings.Join(out, " ")
}

// ask runs a query and ends the test on an error.
func ask[T any](t *testing.T, s *testkit.School, ctx context.Context, query func(ctx context.Context, tx *op.Tx) (T, error)) (out T) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = query(ctx, tx)
		return err
	})
	return out
}

func enquiry(t *testing.T, s *testkit.School, key id.ID) sales.Enquiry {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (sales.Enquiry, error) { return sales.EnquiryByID(ctx, tx, key) })
}

func count(t *testing.T, s *testkit.School, text string, args ...any) int64 {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (int64, error) {
		return op.OneOf[int64](ctx, tx.Unscoped("test"), text, args...)
	})
}

// tables are those that operations of sales change, with what changes of a row that stays: its version, or the sum of its numbers.
var tables = []struct{ name, mark string }{
	{"events", "0"},
	{"persons", "version"},
	{"contact_points", "0"},
	{"person_links", "0"},
	{"search_terms", "0"},
	{"touches", "version"},
	{"leads", "0"},
	{"attributes", "0"},
	{"enquiries", "version"},
	{"appointments", "version"},
	{"visits", "version"},
	{"quotes", "version"},
	{"contracts", "version"},
	{"assignment_rules", "version"},
	{"assignment_turns", "given + open_count"},
	{"number_series", "last"},
	{"cases", "0"},
	{"case_refs", "0"},
	{"case_steps", "0"},
	{"tasks", "version"},
	{"notices", "0"},
	{"rollup_deltas", "n"},
	{"idempotency", "hits"},
}

// state counts the rows of all tables, and their changes.
func state(t *testing.T, s *testkit.School) string {
	t.Helper()
	var parts []string
	for _, table := range tables {
		parts = append(parts, fmt.Sprintf("SELECT '%s ' || COUNT(*) || ' ' || COALESCE(SUM(%s), 0) FROM %s", table.name, table.mark, table.name))
	}
	return strings.Join(ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]string, error) {
		return op.AllOf[string](ctx, tx.Unscoped("test"), strings.Join(parts, " UNION ALL "))
	}), "\n")
}

// refused is a row of a table of refusals.
type refused struct {
	do   func() error
	want string
}

// refuse runs refusals, and sees that nothing stayed of any of them.
func refuse(t *testing.T, s *testkit.School, cases map[string]refused) {
	t.Helper()
	before := state(t, s)
	for name, c := range cases {
		if got := refusal(c.do()); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if after := state(t, s); after != before {
			t.Errorf("%s left something:\n%s\nwas\n%s", name, after, before)
			before = after
		}
	}
}

// call runs an operation with JSON, as the doors do.
func call(ctx context.Context, s *testkit.School, o op.Any, format string, args ...any) error {
	_, err := o.Call(ctx, s.Ops, fmt.Appendf(nil, format, args...))
	return err
}

// since lists the facts recorded while do ran.
func since(t *testing.T, s *testkit.School, do func()) []string {
	t.Helper()
	n := len(s.Facts(t))
	do()
	return s.Facts(t)[n:]
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func today(s *testkit.School) bizdate.Date { return bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) }

// notices lists what somebody was told, oldest first.
func notices(t *testing.T, s *testkit.School, ctx context.Context) (kinds []string) {
	t.Helper()
	list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]process.Notice, error) {
		list, _, err := process.Notices(ctx, tx, id.None, 100)
		return list, err
	})
	for _, n := range slices.Backward(list) {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// touch records a contact that leads on, or that ends the matter.
func touch(t *testing.T, s *testkit.School, key id.ID, closed string) {
	t.Helper()
	in := people.TouchInput{EnquiryID: key, Channel: "call", Direction: "out", Result: "discuss", NextStep: "call-back", NextDay: today(s) + 1}
	if closed != "" {
		in.NextStep, in.NextDay, in.Closed = "", 0, closed
	}
	must(people.RecordTouch.Run(s.Consultant(s.HD), s.Ops, in))(t)
}

// visited takes a new enquiry to a visit that is not finished.
func visited(t *testing.T, s *testkit.School) (sales.Entered, sales.VisitAnswer) {
	t.Helper()
	e, a := s.Appointment(t, s.HD)
	return e, must(sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
}

// analysed takes a new enquiry to a finished visit.
func analysed(t *testing.T, s *testkit.School) sales.Entered {
	t.Helper()
	e, v := visited(t, s)
	must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}))(t)
	return e
}

// quoted takes a new enquiry to a quote.
func quoted(t *testing.T, s *testkit.School) (sales.Entered, sales.QuoteAnswer) {
	t.Helper()
	e := analysed(t, s)
	return e, must(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}}))(t)
}

// at is a time of a day in Haidian.
func at(s *testkit.School, day bizdate.Date, hour, minute int) time.Time {
	return day.In(s.Dir.Zone(s.HD)).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}
