package sales_test

import (
	"context"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// The result of a placement test is kept with the visit, and seen by who sees the visit; the log says only that there was one (SAL-6).
func TestSAL6_Placement(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, v := visited(t, s)
		in := sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}
		in.Placement = &sales.Placement{Level: " B1 ", Score: "82.5", Note: "听力强"}
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, in))(t)
		want := sales.Placement{Level: "B1", Score: "82.5", Note: "听力强"}
		if got := visit(t, s, v.ID).Placement; got == nil || *got != want {
			t.Errorf("placement = %+v, want %+v", got, want)
		}
		tests := func(ctx context.Context) map[id.ID]sales.Placement {
			return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (map[id.ID]sales.Placement, error) {
				return sales.Placements(ctx, tx, e.PersonID)
			})
		}
		if got := tests(s.Consultant(s.HD)); len(got) != 1 || got[v.ID] != want {
			t.Errorf("consultant sees %+v", got)
		}
		for name, ctx := range map[string]context.Context{"colleague": s.Consultant2(s.HD), "another center": s.Principal(s.CY)} {
			if got := tests(ctx); len(got) != 0 {
				t.Errorf("%s sees %+v", name, got)
			}
		}
		payload := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (string, error) {
			return op.OneOf[string](ctx, tx.Unscoped("test"), "SELECT payload FROM events WHERE kind = 'sales.visit-finished.1'")
		})
		if !strings.Contains(payload, `"tested":true`) || strings.Contains(payload, "B1") || strings.Contains(payload, "82.5") {
			t.Errorf("log says %s", payload)
		}
		_, w := visited(t, s)
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: w.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think", Placement: &sales.Placement{Level: " "}}))(t)
		if got := visit(t, s, w.ID).Placement; got != nil {
			t.Errorf("nothing was tested: %+v", got)
		}
		s.Check(t)
	})
}

func TestSAL6_PlacementRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, v := visited(t, s)
		cases := map[string]refused{}
		for name, row := range map[string]struct {
			in   sales.Placement
			want string
		}{
			"score without level": {sales.Placement{Score: "80"}, "422 invalid placement.level:required"},
			"no number":           {sales.Placement{Level: "B1", Score: "good"}, "422 invalid placement.score:answer-number"},
			"below nothing":       {sales.Placement{Level: "B1", Score: "-3"}, "422 invalid placement.score:answer-number"},
			"long level":          {sales.Placement{Level: strings.Repeat("级", 41)}, "422 invalid placement.level:too-long"},
			"long remark":         {sales.Placement{Level: "B1", Note: strings.Repeat("好", 1001)}, "422 invalid placement.note:too-long"},
		} {
			cases[name] = refused{func() error {
				return second(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{
					VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think", Placement: &row.in,
				}))
			}, row.want}
		}
		refuse(t, s, cases)
	})
}
