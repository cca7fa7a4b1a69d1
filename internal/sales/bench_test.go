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

// BenchmarkEnter measures a new person with an enquiry, many to a commit: what the processor does (PRF-1).
func BenchmarkEnter(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	n := 0
	err := s.Ops.Batch(s.FrontDesk(s.HD), func(ctx context.Context) error {
		for b.Loop() {
			n++
			if _, err := sales.Enter.Run(ctx, s.Ops, enterInput(s, n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
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
