package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// register registers a person by a key, meanwhile, and gives what comes of it.
func register(s *testkit.School, key, phone string) <-chan error {
	done := make(chan error, 1)
	ctx := s.FrontDesk(s.HD)
	if key != "" {
		ctx = op.WithKey(ctx, key)
	}
	go func() {
		_, err := people.Register.Run(ctx, s.Ops, people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Phones: []people.ContactInput{{Value: phone}}})
		done <- err
	}()
	return done
}

// silent fails where there is an answer within a second.
func silent(t *testing.T, done <-chan error, why string) {
	t.Helper()
	select {
	case err := <-done:
		t.Fatalf("%s: it answered: %v", why, err)
	case <-time.After(time.Second):
	}
}

func persons(t *testing.T, s *testkit.School, phone string) int64 {
	t.Helper()
	return numberOf(t, s, "SELECT COUNT(*) FROM contact_points WHERE value LIKE '%"+phone[len(phone)-8:]+"'")
}

// TestTRU3_RepeatedKeyWrites: the answer of a repeated key is a write that waits for the standby as the first one did.
func TestTRU3_RepeatedKeyWrites(t *testing.T) {
	t.Parallel()
	w := testkit.NewAwaiting(t)
	s := testkit.NewSchool(t, w.URL)
	w.Standby("nobody")
	first := register(s, "k1", "13911110001")
	w.InCommit()
	silent(t, first, "the first is not replicated")
	w.Standby("")
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	w.Standby("nobody")
	again := register(s, "k1", "13911110001")
	w.InCommit()
	silent(t, again, "the repeat is not replicated")
	w.Standby("")
	if err := <-again; err != nil {
		t.Fatal(err)
	}
	if n := numberOf(t, s, "SELECT hits FROM idempotency WHERE key = 'k1'"); n != 1 {
		t.Errorf("the repeat was counted %d times", n)
	}
	if n := persons(t, s, "13911110001"); n != 1 {
		t.Errorf("%d persons", n)
	}
}

// TestTRU4_LostDuringCommit: a connection that is lost during COMMIT, where the server had committed. With a key it is repeated and has its
// effect once; without one the caller is told that the outcome is not known, and nothing is done twice.
func TestTRU4_LostDuringCommit(t *testing.T) {
	t.Parallel()
	w := testkit.NewAwaiting(t)
	s := testkit.NewSchool(t, w.URL)
	for i, key := range []string{"k1", ""} {
		phone := "1391111000" + string(rune('1'+i))
		w.Standby("nobody")
		done := register(s, key, phone)
		w.InCommit()
		w.LoseCommits()
		w.Standby("")
		err := <-done
		if key != "" && err != nil {
			t.Errorf("with a key: %v", err)
		}
		if key == "" && (!errors.Is(err, db.ErrUnknown) || !strings.Contains(err.Error(), "outcome-unknown")) {
			t.Errorf("without a key: %v", err)
		}
		if n := persons(t, s, phone); n != 1 {
			t.Errorf("key %q: %d persons", key, n)
		}
	}
	if n := numberOf(t, s, "SELECT hits FROM idempotency WHERE key = 'k1'"); n != 1 {
		t.Errorf("the repeat was counted %d times", n)
	}
	if err := s.App.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Check(t)
}

// TestTRU4_LostBeforeCommit: all connections end amid writes and reads; what was not under COMMIT is done, and nobody is refused.
func TestTRU4_LostBeforeCommit(t *testing.T) {
	t.Parallel()
	w := testkit.NewAwaiting(t)
	s := testkit.NewSchool(t, w.URL)
	tries := 0
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		if tries++; tries == 1 {
			w.LoseAll()
		}
		_, err := tx.Exec(ctx, "UPDATE accounts SET active = active")
		return err
	})
	if err != nil || tries != 2 {
		t.Errorf("%v after %d tries", err, tries)
	}
	w.LoseAll()
	if n := numberOf(t, s, "SELECT COUNT(*) FROM accounts"); n == 0 {
		t.Error("no accounts")
	}
}

// TestTRU4_CommitHasNoDeadline: a caller that leaves cuts no COMMIT short; the wait for the standby goes on.
func TestTRU4_CommitHasNoDeadline(t *testing.T) {
	t.Parallel()
	w := testkit.NewAwaiting(t)
	s := testkit.NewSchool(t, w.URL)
	w.Standby("nobody")
	ctx, leave := context.WithCancel(s.System())
	defer leave()
	done := make(chan error, 1)
	go func() {
		done <- s.Ops.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE accounts SET active = active")
			return err
		})
	}()
	w.InCommit()
	leave()
	silent(t, done, "the commit is not replicated")
	w.Standby("")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestTRU2_SameKeyAtOnce: one key from many callers at the same time is done once, and all get its answer.
func TestTRU2_SameKeyAtOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		var all []<-chan error
		for range 8 {
			all = append(all, register(s, "k1", "13911110001"))
		}
		for _, done := range all {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := persons(t, s, "13911110001"); n != 1 {
			t.Errorf("%d persons", n)
		}
		if n := numberOf(t, s, "SELECT hits FROM idempotency WHERE key = 'k1'"); n != 7 {
			t.Errorf("%d repeats counted, want 7", n)
		}
	})
}

func numberOf(t *testing.T, s *testkit.School, text string) (n int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = op.OneOf[int64](ctx, tx.Unscoped("test"), text)
		return err
	})
	return n
}
