package insight_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

// BenchmarkMake measures the daily sales report with its conclusion over eight weeks (PRF-6).
func BenchmarkMake(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	for range 60 {
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour))
		s.Enquiry(b, s.HD)
		s.Enquiry(b, s.CY)
	}
	if err := s.App.Settle(b.Context()); err != nil { // as a serving program folds: the sums, not the open deltas
		b.Fatal(err)
	}
	day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
	b.ReportAllocs()
	for b.Loop() {
		s.Read(b, s.GM(), func(ctx context.Context, tx *op.Tx) error {
			r, err := insight.Make(ctx, tx, "daily-sales", insight.Params{From: day, Until: day})
			if err == nil && len(r.Rows) < 2 {
				b.Fatalf("%d rows, want one a center", len(r.Rows))
			}
			return err
		})
	}
}
