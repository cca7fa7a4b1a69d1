package sim_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"zhike/internal/app"
	"zhike/internal/insight"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/sim"
	"zhike/internal/testkit"
)

// open wires the program on an empty database.
func open(t *testing.T, dsn string, tick *clock.Clock) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{DSN: dsn, Clock: tick, Key: testkit.Key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if _, _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// count gives the one number that a query answers with.
func count(t *testing.T, a *app.App, text string) (n int64) {
	t.Helper()
	err := a.Run.Read(op.WithViewer(t.Context(), policy.System()), func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = op.OneOf[int64](ctx, tx.Unscoped("test"), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// lived is what a life left: its causes, its figures and how many facts of each kind, ids included.
type lived struct {
	Causes  []sim.Cause
	Facts   map[string]int64
	Figures []insight.Report
}

// live lives a small company for two months and reads what it left; `zhike check` has nothing to say about it.
func live(t *testing.T, dsn string, seed uint64) string {
	t.Helper()
	tick := clock.Fixed(sim.DefaultUntil.UTC(), seed)
	a := open(t, dsn, tick)
	life, err := sim.New(a.Run, a.Dir, sim.Config{Centers: 2, Months: 2, Seed: seed, Story: "case", LeadsPerMonth: 20, Clock: tick})
	if err != nil {
		t.Fatal(err)
	}
	if err := life.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx := op.WithViewer(t.Context(), policy.System())
	if found, err := a.Check(ctx); err != nil || len(found) > 0 {
		t.Errorf("check: %v %v", err, found)
	}
	out := lived{Causes: life.Causes(), Facts: map[string]int64{}}
	err = a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		type count struct {
			Kind string `db:"kind"`
			N    int64  `db:"n"`
		}
		list, err := op.AllOf[count](ctx, tx.Unscoped("test"), "SELECT kind, COUNT(*) AS n FROM events GROUP BY kind")
		if err != nil {
			return err
		}
		for _, c := range list {
			out.Facts[c.Kind] = c.N
		}
		for _, by := range []string{"center", "consultant", "channel", "day"} {
			r, err := insight.Make(ctx, tx, "daily-sales", insight.Params{From: life.Start(), Until: life.Until, By: by})
			if err != nil {
				return err
			}
			out.Figures = append(out.Figures, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The same arguments give the same causes and the same figures, on either engine; another seed gives another life
// (contract.md, "Simulator").
func TestTRU9_SameArgumentsSameLife(t *testing.T) {
	first := live(t, filepath.Join(t.TempDir(), "zhike.db"), 5)
	var left lived
	if err := json.Unmarshal([]byte(first), &left); err != nil {
		t.Fatal(err)
	}
	if sent, entered := left.Facts["marketing.submission-received.1"], left.Facts["marketing.submission-entered.1"]; entered == 0 || sent < entered {
		t.Errorf("%d submissions, %d of them entered: leads come by form, too (MKT-11)", sent, entered)
	}
	for _, kind := range []string{"people.consent-given.1", "people.persons-merged.1", "people.data-request-filed.1", "people.data-request-finished.1"} {
		if left.Facts[kind] == 0 {
			t.Errorf("no %s: families, records entered twice and requests about data are part of the life (PPL-5, PPL-9, PPL-11)", kind)
		}
	}
	if again := live(t, filepath.Join(t.TempDir(), "zhike.db"), 5); again != first {
		t.Errorf("two lives of the same arguments differ:\n%s\n%s", first, again)
	}
	if other := live(t, filepath.Join(t.TempDir(), "zhike.db"), 6); other == first {
		t.Error("another seed gives the same life")
	}
	t.Run("postgres", func(t *testing.T) {
		if again := live(t, testkit.PostgresURL(t), 5); again != first {
			t.Errorf("the other engine gives another life:\n%s\n%s", first, again)
		}
	})
}
