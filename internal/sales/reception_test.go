package sales_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestSAL5_Reception: a visitor waits until somebody takes care of the matter, whom the desk names or whose it is; it is taken back, and said once.
func TestSAL5_Reception(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, v := visited(t, s)
		owner, other := s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
		begin := func(role func(center id.ID) context.Context, in sales.ReceptionInput) error {
			in.VisitID = v.ID
			return second(sales.BeginReception.Run(role(s.HD), s.Ops, in))
		}
		later(s, 9*time.Minute)
		refuse(t, s, map[string]refused{
			"nobody such":           {func() error { return begin(s.FrontDesk, sales.ReceptionInput{StaffID: s.StaffID(s.Finance(s.HD))}) }, "422 invalid staff_id:not-consultant"},
			"of another consultant": {func() error { return begin(s.Consultant2, sales.ReceptionInput{}) }, "404 not-found"},
			"by finance":            {func() error { return begin(s.Finance, sales.ReceptionInput{}) }, "403 forbidden"},
		})
		ctx := op.WithUndo(s.FrontDesk(s.HD))
		same(t, "facts", since(t, s, func() {
			must(sales.BeginReception.Run(ctx, s.Ops, sales.ReceptionInput{VisitID: v.ID, StaffID: other}))(t)
		}), []string{"sales.reception-began.1"})
		if got := visit(t, s, v.ID); got.ReceivedBy != other || got.Consultant != owner || got.Received.Sub(got.Arrived) != 9*time.Minute {
			t.Errorf("visit = %+v", got)
		}
		refuse(t, s, map[string]refused{"twice": {func() error { return begin(s.Consultant, sales.ReceptionInput{}) }, "422 received visit_id:"}})
		same(t, "facts", since(t, s, func() {
			if got := undo(s, ctx); got != "<nil>" {
				t.Errorf("undo: %s", got)
			}
		}), []string{"sales.reception-withdrawn.1"})
		if got := visit(t, s, v.ID); !got.Received.IsZero() || !got.ReceivedBy.IsNone() {
			t.Errorf("taken back: %+v", got)
		}
		must(0, begin(s.Consultant, sales.ReceptionInput{}))(t)
		if got := visit(t, s, v.ID); got.ReceivedBy != owner {
			t.Errorf("by the owner: %+v", got)
		}
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Outcome: "lost", LostReason: "price"}))(t)
		refuse(t, s, map[string]refused{
			"finished": {func() error { return begin(s.FrontDesk, sales.ReceptionInput{}) }, "422 visit-finished visit_id:"},
			"finished, withdraw": {func() error {
				return second(sales.WithdrawReception.Run(s.FrontDesk(s.HD), s.Ops, sales.VisitInput{VisitID: v.ID}))
			}, "422 visit-finished visit_id:"},
		})
		s.Check(t)
	})
}
