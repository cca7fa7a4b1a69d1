package sales_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// of is a target of this month.
func of(s *testkit.School, center, staff id.ID, value int64) sales.TargetInput {
	return sales.TargetInput{Center: center, Staff: staff, Month: today(s), Value: &value}
}

// amounts lists the targets of this month in somebody's scope.
func amounts(t *testing.T, s *testkit.School, who context.Context) (out []int64) {
	t.Helper()
	s.Read(t, who, func(ctx context.Context, tx *op.Tx) error {
		list, err := sales.Targets(ctx, tx, sales.TargetFilter{From: today(s), Until: today(s)})
		for _, g := range list {
			out = append(out, g.Amount)
		}
		slices.Sort(out)
		return err
	})
	return out
}

func alike(t *testing.T, what string, got, want []int64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// The supervisor sets those of her consultants in one block, the principal that of the center; each change stands in the history, the undo brings back
// what was (SAL-14).
func TestSAL14_SetTargets(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, head, one, two := s.As("supervisor", s.HD), s.Principal(s.HD), s.Consultant(s.HD), s.Consultant2(s.HD)
		set := func(who context.Context, list ...sales.TargetInput) (sales.TargetsAnswer, error) {
			return sales.SetTargets.Run(who, s.Ops, sales.SetTargetsInput{Metric: "contracts", Targets: list})
		}
		out, err := set(boss, of(s, s.HD, s.StaffID(one), 6), of(s, s.HD, s.StaffID(two), 4))
		if err != nil || out.Changed != 2 {
			t.Fatalf("set two: %+v, %v", out, err)
		}
		if _, err := set(head, of(s, s.HD, id.None, 12)); err != nil {
			t.Fatal(err)
		}
		if out, err = set(boss, of(s, s.HD, s.StaffID(one), 8), of(s, s.HD, s.StaffID(two), 4)); err != nil || out.Changed != 1 {
			t.Fatalf("change one of two: %+v, %v", out, err)
		}
		alike(t, "targets", amounts(t, s, boss), []int64{4, 8, 12})
		alike(t, "targets seen by a consultant", amounts(t, s, one), []int64{8})
		var history []int64
		s.Read(t, boss, func(ctx context.Context, tx *op.Tx) error {
			list, err := sales.TargetHistory(ctx, tx, s.HD, "contracts", 10)
			for _, h := range list {
				history = append(history, h.Was, h.Now)
			}
			return err
		})
		if len(history) != 8 || history[0] != 6 || history[1] != 8 || history[2] != sales.NoTarget || history[3] != 12 {
			t.Errorf("history = %v", history)
		}
		none := of(s, s.HD, s.StaffID(one), 0)
		none.Value = nil
		if _, err := set(boss, none); err != nil {
			t.Fatal(err)
		}
		alike(t, "after one was taken away", amounts(t, s, boss), []int64{4, 12})
		if kinds := s.Facts(t); kinds[len(kinds)-1] != "sales.targets-set.1" {
			t.Errorf("facts end with %v", kinds[len(kinds)-1])
		}
		s.Check(t)
	})
}

func TestSAL14_SetTargetsRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, one := s.As("supervisor", s.HD), s.Consultant(s.HD)
		mine := s.StaffID(one)
		was := func(c sales.TargetInput, v int64) sales.TargetInput { c.Was = &v; return c }
		far := of(s, s.HD, mine, 1)
		far.Month = far.Month.AddMonths(100)
		for name, c := range map[string]struct {
			who    context.Context
			metric string
			list   []sales.TargetInput
			status int
			code   string // of the field
		}{
			"the center's own by the supervisor": {boss, "contracts", []sales.TargetInput{of(s, s.HD, id.None, 5)}, http.StatusForbidden, ""},
			"another center":                     {boss, "contracts", []sales.TargetInput{of(s, s.CY, id.None, 5)}, http.StatusNotFound, ""},
			"by a consultant":                    {one, "contracts", []sales.TargetInput{of(s, s.HD, mine, 5)}, http.StatusForbidden, ""},
			"nobody of the center":               {boss, "contracts", []sales.TargetInput{of(s, s.HD, s.StaffID(s.Consultant(s.CY)), 5)}, 422, "not-at-center"},
			"an unknown metric":                  {boss, "happiness", []sales.TargetInput{of(s, s.HD, mine, 5)}, 422, "not-one-of"},
			"a negative one":                     {boss, "contracts", []sales.TargetInput{of(s, s.HD, mine, -5)}, 422, "target-range"},
			"too many":                           {boss, "contracts", []sales.TargetInput{of(s, s.HD, mine, 1e9)}, 422, "target-range"},
			"a month too far off":                {boss, "contracts", []sales.TargetInput{far}, 422, "target-month"},
			"a cell twice":                       {boss, "contracts", []sales.TargetInput{of(s, s.HD, mine, 5), of(s, s.HD, mine, 6)}, 422, "target-twice"},
			"none":                               {boss, "contracts", nil, 422, "targets-many"},
			"changed meanwhile":                  {boss, "contracts", []sales.TargetInput{was(of(s, s.HD, mine, 5), 3)}, 422, "target-changed"},
		} {
			_, err := sales.SetTargets.Run(c.who, s.Ops, sales.SetTargetsInput{Metric: c.metric, Targets: c.list})
			p, ok := problem.As(err)
			if !ok || p.Status != c.status || c.code != "" && (len(p.Fields) == 0 || p.Fields[0].Code != c.code && p.Code != c.code) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := amounts(t, s, boss); len(got) != 0 {
			t.Errorf("refused targets are there: %v", got)
		}
	})
}

// What people type or a spreadsheet pastes.
func TestSAL14_ParseTarget(t *testing.T) {
	amount, count := sales.TargetMetrics[0], sales.TargetMetrics[1]
	for text, want := range map[string]int64{"": sales.NoTarget, "38,400": 3_840_000, "¥1,200.50": 120_050, " 12 000 ": 1_200_000, "0": 0} {
		if got, ok := amount.ParseTarget(text); !ok || got != want {
			t.Errorf("%q is %d, %t; want %d", text, got, ok, want)
		}
		if got, ok := amount.ParseTarget(amount.FormatTarget(want)); !ok || got != want {
			t.Errorf("%d is written %q and read %d", want, amount.FormatTarget(want), got)
		}
	}
	for _, text := range []string{"a lot", "-5", "12.5", "1e3", "9999999999999999999999"} {
		if got, ok := count.ParseTarget(text); ok {
			t.Errorf("%q is taken as %d", text, got)
		}
	}
	if got, ok := count.ParseTarget("12.00"); !ok || got != 12 {
		t.Errorf("12.00 is %d, %t", got, ok)
	}
}
