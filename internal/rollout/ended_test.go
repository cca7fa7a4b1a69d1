package rollout_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"zhike/internal/kernel/op"
	"zhike/internal/process"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// endings lists what somebody was told of ended imports.
func endings(t *testing.T, s *testkit.School, ctx context.Context) (out []process.Notice) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
		list, _, err := process.Notices(ctx, tx, [16]byte{}, 100)
		for _, n := range list {
			if strings.HasPrefix(n.Kind, "import-") {
				out = append(out, n)
			}
		}
		return err
	})
	return out
}

// Who handed a list in is told once when its run has ended, with the counts and the way to it, however often its job is done; and when it
// cannot go on (ROL-1).
func TestROL1_EndIsTold(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		w, files := worker(t, s)
		ctx := s.Principal(s.HD)
		begin := func(name string, rows int) rollout.ImportRun {
			t.Helper()
			i, err := files.Receive(ctx, s.Ops, rollout.ReceiveInput{Kind: "leads", CenterID: s.HD, Name: name}, strings.NewReader(list(rows)))
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Do(t.Context(), rollout.Work{ImportID: i.ID, Attempt: i.Attempt}); err != nil {
				t.Fatal(err)
			}
			if _, err := rollout.Start.Run(ctx, s.Ops, rollout.StartInput{ImportID: i.ID}); err != nil {
				t.Fatal(err)
			}
			return read(t, s, i.ID)
		}
		do := func(i rollout.ImportRun) {
			t.Helper()
			if err := w.Do(t.Context(), rollout.Work{ImportID: i.ID, Attempt: i.Attempt}); err != nil {
				t.Fatal(err)
			}
		}
		i := begin("march.csv", 500)
		if got := endings(t, s, ctx); len(got) != 0 {
			t.Errorf("told before the end: %+v", got)
		}
		do(i)
		do(i)
		got := endings(t, s, ctx)
		want := map[string]string{"accepted": "470", "merged": "10", "updated": "0", "rejected": "20"}
		if len(got) != 1 || got[0].Kind != "import-done" || got[0].Link != "/imports/"+i.ID.String() || !maps.Equal(got[0].Params, want) {
			t.Errorf("told %+v, want %v once", got, want)
		}
		if other := endings(t, s, s.GM()); len(other) != 0 {
			t.Errorf("somebody else was told %+v", other)
		}

		i = begin("april.csv", 300)
		s.Exec(t, "UPDATE imports SET file = 'gone' WHERE id = ?", i.ID)
		do(i)
		if got := endings(t, s, ctx); len(got) != 2 || got[0].Kind != "import-failed" || read(t, s, i.ID).State != rollout.Failed {
			t.Errorf("told %+v", got)
		}
		s.Check(t)
	})
}
