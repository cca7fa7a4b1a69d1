package rollout_test

import (
	"io"
	"strings"
	"sync"
	"testing"

	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// TestTRU7_ImportTwiceAtOnce: the job of an import that runs on two workers at the same time brings each row in once, and refuses each
// refused row once.
func TestTRU7_ImportTwiceAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		w, files := worker(t, s)
		ctx := s.Principal(s.HD)
		i, err := files.Receive(ctx, s.Ops, rollout.ReceiveInput{Kind: "leads", CenterID: s.HD, Name: "march.csv"}, strings.NewReader(list(2000)))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Do(t.Context(), rollout.Work{ImportID: i.ID, Attempt: i.Attempt}); err != nil {
			t.Fatal(err)
		}
		started, err := rollout.Start.Run(ctx, s.Ops, rollout.StartInput{ImportID: i.ID})
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if err := w.Do(t.Context(), rollout.Work{ImportID: i.ID, Attempt: started.Attempt}); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if i = read(t, s, i.ID); i.State != rollout.Done || counts(i.Counts) != wantOf(2000) || enquiries(t, s) != wantOf(2000)[0] {
			t.Errorf("%s %v, %d enquiries; want %v", i.State, counts(i.Counts), enquiries(t, s), wantOf(2000))
		}
		f, err := files.Rejects(i)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if b, _ := io.ReadAll(f); strings.Count(string(b), "\n") != 81 {
			t.Errorf("the rejects file has %d lines, want 81", strings.Count(string(b), "\n"))
		}
		s.Check(t)
	})
}
