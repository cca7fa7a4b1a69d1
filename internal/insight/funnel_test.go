package insight_test

import (
	"context"
	"math"
	"testing"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

// The funnel counts by the date of each step, or what became of those who entered; its ratios are quotients of its sums, days are medians, and each
// dimension adds up to the same totals.
func TestSAL9_Funnel(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := running(t, s, "开放日")
		first := came(t, s, c)
		came(t, s, id.None)
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 30)) // another month
		late := came(t, s, id.None)
		s.Sign(t, s.HD, first)
		s.Clock.Set(s.Clock.Now().Add(48 * time.Hour))
		s.Sign(t, s.HD, late)
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			for _, basis := range insight.Bases {
				for _, by := range []string{"channel", "campaign", "consultant", "center", "course", "month"} {
					r, err := insight.Make(ctx, tx, "funnel", insight.Params{By: by, Basis: basis})
					if err != nil {
						return err
					}
					var sums [4]float64
					for _, row := range r.Rows {
						for i := range sums {
							sums[i] += row.Cells[i].V
						}
					}
					if got := r.Totals.Cells; sums != [4]float64{3, 2, 2, 2} || got[0].V != 3 || got[4].V != 1.5 || got[5].V != 1 || got[7].V != 1.5 {
						t.Errorf("%s by %s: rows add up to %v, totals %+v", basis, by, sums, got)
					}
					if basis == insight.ByCohort && (r.Totals.Cells[11].None || math.Abs(r.Totals.Cells[11].V-16) > .01) { // 30 and 2 days
						t.Errorf("by %s: median days to sign %+v", by, r.Totals.Cells[11])
					}
				}
			}
			months := func(basis insight.Basis) (out []float64) {
				r, err := insight.Make(ctx, tx, "funnel", insight.Params{By: "month", Basis: basis})
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range r.Rows {
					if row.Cells[0].V > 0 || row.Cells[3].V > 0 {
						out = append(out, row.Cells[0].V, row.Cells[3].V)
					}
				}
				return out
			}
			if got := months(insight.ByStep); len(got) != 4 || got[1] != 0 || got[3] != 2 {
				t.Errorf("by the date of the step: leads and contracts of the months %v", got)
			}
			if got := months(insight.ByCohort); len(got) != 4 || got[1] != 1 || got[3] != 1 {
				t.Errorf("by the date of entry: %v", got)
			}
			_, err := insight.Make(ctx, tx, "funnel", insight.Params{Basis: "dream"})
			if err == nil {
				t.Error("an unknown basis is taken")
			}
			return nil
		})
		s.Read(t, s.Consultant2(s.HD), func(ctx context.Context, tx *op.Tx) error { // the own ones only
			for _, basis := range insight.Bases {
				r, err := insight.Make(ctx, tx, "funnel", insight.Params{By: "channel", Basis: basis})
				if err != nil {
					return err
				}
				if r.Totals.Cells[0].V != 0 {
					t.Errorf("%s: a colleague's figures are seen: %+v", basis, r.Totals)
				}
			}
			return nil
		})
	})
}
