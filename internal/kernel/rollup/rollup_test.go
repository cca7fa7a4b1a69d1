package rollup_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/rollup"
	"zhike/internal/testkit"
)

// scan reads the sums of a grain that are not zero, folded and open together.
func scan(t *testing.T, s *testkit.School, grain string) (out rollup.Deltas) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = rollup.Scan(ctx, tx.Tx, grain)
		return err
	})
	return out
}

func nonzero(d rollup.Deltas) rollup.Deltas {
	out := rollup.Deltas{}
	for k, n := range d {
		if n != 0 {
			out[k] = n
		}
	}
	return out
}

// grains are all that are kept.
var grains = []string{rollup.Day, rollup.Month, rollup.Whole}

func fold(s *testkit.School, ctx context.Context) (n int, err error) {
	err = s.Ops.Write(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = rollup.Fold(ctx, tx.Tx)
		return err
	})
	return n, err
}

// What was added in any order, in one or several transactions, undone or not, with folds anywhere between, is what is read: by day,
// by month and by month of all centers, folded and open together (INS-3).
func TestINS3_FoldedAndOpenAreTheRecount(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		want := scan(t, s, rollup.Day)
		undone := errors.New("undone")
		centers := []id.ID{s.HD, s.CY, id.None}
		rapid.Check(t, func(r *rapid.T) {
			for range rapid.IntRange(1, 4).Draw(r, "transactions") {
				added := rollup.Deltas{}
				fails := rapid.IntRange(0, 5).Draw(r, "fails") == 0
				err := s.Ops.Write(s.System(), func(_ context.Context, tx *op.Tx) error {
					clear(added)
					for range rapid.IntRange(0, 25).Draw(r, "deltas") {
						metric := rapid.SampledFrom([]string{"sales.leads", "sales.visits", "finance.cash"}).Draw(r, "metric")
						day := bizdate.New(2026, 1, 1) + bizdate.Date(rapid.IntRange(0, 70).Draw(r, "day"))
						center := rapid.SampledFrom(centers).Draw(r, "center")
						n := rapid.Int64Range(-3, 1_000_000_007).Draw(r, "n")
						value := rapid.SampledFrom([]string{"", "a", "b"}).Draw(r, "value")
						tx.Add(metric, day, center, n, "channel", value, "course", "x")
						added.Add(metric, day, center, n, "channel", value, "course", "x")
						if rapid.Bool().Draw(r, "back") { // an edit takes back what it adds elsewhere
							tx.Add(metric, day, center, -n, "channel", value, "course", "x")
							added.Add(metric, day, center, -n, "channel", value, "course", "x")
						}
					}
					if fails {
						return undone
					}
					return nil
				})
				if fails != errors.Is(err, undone) {
					r.Fatal(err)
				}
				if !fails {
					want.Merge(added)
				}
				if rapid.Bool().Draw(r, "fold") {
					if _, err := fold(s, s.System()); err != nil {
						r.Fatal(err)
					}
				}
			}
			for _, grain := range grains {
				if got := scan(t, s, grain); !maps.Equal(got, nonzero(want.By(grain))) {
					r.Fatalf("sums of grain %s differ: %d, want %d", grain, len(got), len(nonzero(want.By(grain))))
				}
			}
		})
		for {
			n, err := fold(s, s.System())
			if err != nil {
				t.Fatal(err)
			}
			if n < rollup.FoldAtMost {
				break
			}
		}
		for _, grain := range grains {
			if got := scan(t, s, grain); !maps.Equal(got, nonzero(want.By(grain))) {
				t.Errorf("after all is folded, the sums of grain %s differ", grain)
			}
		}
	})
}

// Several nodes fold at the same time, while operations add: every delta counts once (INS-3).
func TestINS3_FoldOnTwoNodes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		other := s
		if s.App.DB.Engine == db.Postgres {
			other = testkit.NewSchool(t, s.App.DSN)
		}
		before := scan(t, s, rollup.Day)
		ctx, day := s.System(), bizdate.New(2026, 1, 5)
		const rounds = 30
		errs := make(chan error, 4*rounds)
		for range rounds {
			for _, node := range []*testkit.School{s, other} {
				go func() {
					errs <- node.Ops.Write(ctx, func(_ context.Context, tx *op.Tx) error {
						tx.Add("sales.leads", day, s.HD, 1, "channel", "web")
						return nil
					})
				}()
				go func() {
					_, err := fold(node, ctx)
					errs <- err
				}()
			}
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		for _, key := range []rollup.Key{{"sales.leads", day, s.HD, "", ""}, {"sales.leads", day, s.HD, "channel", "web"}} {
			if got := scan(t, s, rollup.Day)[key] - before[key]; got != 2*rounds {
				t.Errorf("%v: %d, want %d", key, got, 2*rounds)
			}
			if got := scan(t, s, rollup.Month)[rollup.Key{Metric: key.Metric, Day: day.MonthStart(), Center: s.HD, Dim: key.Dim, Value: key.Value}]; got < 2*rounds {
				t.Errorf("month of %v: %d", key, got)
			}
			if got := scan(t, s, rollup.Whole)[rollup.Key{Metric: key.Metric, Day: day.MonthStart(), Dim: key.Dim, Value: key.Value}]; got < 2*rounds {
				t.Errorf("month of %v, all centers: %d", key, got)
			}
		}
	})
}

// `zhike check` recounts from the log, and finds a sum that was changed behind the program's back.
func TestINS3_CheckFindsWrongSums(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Contract(t, s.HD)
		s.Check(t)
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		s.Check(t)
		for _, grain := range grains {
			change := func(by int) {
				s.Exec(t, "UPDATE rollups SET n = n + ? WHERE metric = (SELECT MIN(metric) FROM rollups) AND grain = ? AND dim = ''", by, grain)
			}
			change(1)
			list, err := s.App.Check(s.System())
			if err != nil || len(list) == 0 || list[0].Check != "insight.roll-ups" {
				t.Errorf("grain %s: found %v, %v", grain, list, err)
			}
			change(-1)
		}
	})
}
