package sales_test

import (
	"context"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestUIG10_CountOpen: the number in the menu is that of the list it opens, for every viewer, center and consultant, also of enquiries
// without a consultant or a center.
func TestUIG10_CountOpen(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 3 {
			s.Enquiry(t, s.HD)
		}
		gone := s.Enquiry(t, s.HD)
		if _, err := sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: gone.ID, Reason: "price"}); err != nil {
			t.Fatal(err)
		}
		moved := s.Enquiry(t, s.CY)
		if _, err := sales.Assign.Run(s.Principal(s.CY), s.Ops, sales.AssignInput{EnquiryID: moved.ID, ConsultantID: s.StaffID(s.Consultant2(s.CY)), Reason: "load"}); err != nil {
			t.Fatal(err)
		}
		pooled := func(in sales.EnterInput) {
			t.Helper()
			in.Person = &people.RegisterInput{Name: "池中客"}
			if _, err := sales.Enter.Run(s.System(), s.Ops, in); err != nil {
				t.Fatal(err)
			}
		}
		pooled(sales.EnterInput{})
		pooled(sales.EnterInput{ConsultantID: s.StaffID(s.Consultant(s.HD)), Import: &sales.Imported{}})
		s.Exec(t, "UPDATE positions SET until_day = from_day WHERE role = 'consultant' AND center = ?", s.CY)
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		pooled(sales.EnterInput{CenterID: s.CY}) // nobody is there to take it
		for who, ctx := range map[string]context.Context{
			"system": s.System(), "general manager": s.GM(), "principal": s.Principal(s.HD), "desk": s.FrontDesk(s.CY), "consultant": s.Consultant(s.HD), "other": s.Consultant2(s.HD),
		} {
			for _, center := range []id.ID{id.None, s.HD, s.CY} {
				for _, consultant := range []id.ID{id.None, s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.CY))} {
					s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
						got, err := sales.CountOpen(ctx, tx, center, consultant)
						if err != nil {
							return err
						}
						list, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Outcome: "open", Center: center, Consultant: consultant, Limit: 1})
						if got != list.Total {
							t.Errorf("%s, center %s, consultant %s: the menu says %d, the list %d", who, center, consultant, got, list.Total)
						}
						return err
					})
				}
			}
		}
		s.Check(t)
	})
}
