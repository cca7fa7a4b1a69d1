package bench_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// BenchmarkRecordTouch measures a touch with what sales and process do about it, many to a commit (PRF-2).
func BenchmarkRecordTouch(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	e := s.Enquiry(b, s.HD)
	in := people.TouchInput{
		EnquiryID: e.ID, Channel: "call", Direction: "out", Result: "discuss", NextStep: "call-back", NextDay: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1,
	}
	err := s.Ops.Batch(s.Consultant(s.HD), func(ctx context.Context) error {
		for b.Loop() {
			if _, err := people.RecordTouch.Run(ctx, s.Ops, in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSearch measures what is typed into the search among 2,000 people (PRF-5).
func BenchmarkSearch(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	names := []string{"何雨桐", "王子轩", "李浩然", "张欣怡", "刘一鸣"}
	err := s.Ops.Batch(s.FrontDesk(s.HD), func(ctx context.Context) error {
		for n := range 2_000 {
			in := people.RegisterInput{Name: names[n%len(names)], CenterID: s.HD, Phones: []people.ContactInput{{Value: fmt.Sprintf("139%08d", n*7919)}}}
			if _, err := people.Register.Run(ctx, s.Ops, in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, q := range []string{"何雨", "wangzixuan", "lhr", "7919"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				s.Read(b, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
					hits, err := people.Search(ctx, tx, q, 20)
					if err == nil && len(hits) == 0 {
						b.Fatalf("nobody found for %q", q)
					}
					return err
				})
			}
		})
	}
}
