package sales_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func enterInput(s *testkit.School, n int) sales.EnterInput {
	return sales.EnterInput{
		Person:   &people.RegisterInput{Name: "何雨桐", Phones: []people.ContactInput{{Value: fmt.Sprintf("139%08d", n)}}},
		CenterID: s.HD, ChannelID: s.Web, CourseID: s.Course,
	}
}

// BenchmarkEnter measures a new person with an enquiry, 64 to a commit as when many work at once: what the processor does (PRF-1).
func BenchmarkEnter(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	ctx := s.FrontDesk(s.HD)
	const group = 64
	for n := 0; b.Loop(); n += group {
		err := s.Ops.Batch(ctx, func(ctx context.Context) error {
			for i := range group {
				if _, err := sales.Enter.Run(ctx, s.Ops, enterInput(s, n+i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if n%(64*group) == 0 {
			if err := s.App.Settle(ctx); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*group), "µs/enquiry")
}

// BenchmarkEnquiries measures a page of 50 of 2,000 enquiries with their number (PRF-4).
func BenchmarkEnquiries(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	err := s.Ops.Batch(s.FrontDesk(s.HD), func(ctx context.Context) error {
		for n := range 2_000 {
			if _, err := sales.Enter.Run(ctx, s.Ops, enterInput(s, n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	f := sales.EnquiryFilter{Center: s.HD, Stage: sales.New, Sort: "-moved", Limit: 50}
	for b.Loop() {
		s.Read(b, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			list, err := sales.Enquiries(ctx, tx, f)
			if err == nil && (len(list.Items) != 50 || list.Total != 2_000) {
				b.Fatalf("%d of %d enquiries, want 50 of 2000", len(list.Items), list.Total)
			}
			return err
		})
	}
}

// BenchmarkWorkList measures the first page of the work of a consultant with 2,000 open enquiries that want something today (SAL-3): at most
// 50 ms is asked for.
func BenchmarkWorkList(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	err := s.Ops.Batch(s.FrontDesk(s.HD), func(ctx context.Context) error {
		for n := range 2_000 {
			if _, err := sales.Enter.Run(ctx, s.Ops, enterInput(s, n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	owner := s.StaffID(s.Consultant(s.HD))
	s.Exec(b, "UPDATE enquiries SET consultant = ?, first_touch_at = entered_at, last_touch_at = entered_at, next_day = 20600, stage = 'quoted'", owner)
	s.Exec(b, "INSERT INTO enquiry_scores (enquiry, model, probability, reasons, at) SELECT id, id, 1 + ABS(contact_due_at) % 9000, '[]', 0 FROM enquiries")
	for b.Loop() {
		s.Read(b, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) error {
			list, err := sales.WorkList(ctx, tx, owner, 50, 0)
			if err == nil && (len(list.Items) != 50 || list.Total != 2_000) {
				b.Fatalf("%d of %d enquiries, want 50 of 2000", len(list.Items), list.Total)
			}
			return err
		})
	}
}
