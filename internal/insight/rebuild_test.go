package insight_test

import (
	"context"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

// A database whose roll-ups an older edition kept is counted again by migrate, once: without it check would find every sum of a new
// metric missing, and a backup would be refused.
func TestINS3_RebuildAfterAnUpgrade(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Contract(t, s.HD)
		s.Exec(t, "DELETE FROM rollup_deltas WHERE metric = 'leads'")
		s.Exec(t, "UPDATE versions SET n = 1 WHERE id = 'roll-ups'")
		if found, err := s.App.Check(s.System()); err != nil || len(found) == 0 {
			t.Fatalf("check = %v, %v; want the missing sums", found, err)
		}
		if _, _, err := s.App.Migrate(s.System()); err != nil {
			t.Fatal(err)
		}
		s.Check(t)
		before := rows(t, s)
		if err := insight.Rebuild(s.System(), s.Ops, s.App.Facts); err != nil {
			t.Fatal(err)
		}
		if after := rows(t, s); after != before || before == 0 {
			t.Errorf("%d sums after a second run, %d before", after, before)
		}
	})
}

func rows(t *testing.T, s *testkit.School) (n int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM rollups")
		return err
	})
	return n
}
