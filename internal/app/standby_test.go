package app_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
	"zhike/internal/testkit/pgserver"
)

// waiting is a PostgreSQL server of the test's own, whose commits can be let wait for a standby that is not there.
type waiting struct {
	t    *testing.T
	conn *pgx.Conn
	url  string
}

func newWaiting(t *testing.T) waiting {
	t.Helper()
	server, err := pgserver.Start(pgserver.Options{Durable: true})
	if errors.Is(err, pgserver.ErrMissing) && os.Getenv("CI") != "true" {
		t.Skipf("left out: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	return waiting{t, conn, server.URL}
}

// standby says whose commits are waited for; "" for nobody's.
func (w waiting) standby(name string) {
	w.t.Helper()
	for _, text := range []string{"ALTER SYSTEM SET synchronous_standby_names = '" + name + "'", "SELECT pg_reload_conf()"} {
		if _, err := w.conn.Exec(w.t.Context(), text); err != nil {
			w.t.Fatal(err)
		}
	}
	for name != "" && !w.waits() { // another process of the server takes it up in its own time
		<-time.After(5 * time.Millisecond)
	}
}

// waits tells whether a commit waits for the standby now, and ends that wait.
func (w waiting) waits() (waits bool) {
	w.t.Helper()
	const probing = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'probe'"
	probe, err := pgx.Connect(w.t.Context(), w.url+"&application_name=probe")
	if err != nil {
		w.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := probe.Exec(w.t.Context(), "SELECT pg_logical_emit_message(true, 'test', '')")
		done <- errors.Join(err, probe.Close(w.t.Context()))
	}()
	for {
		select {
		case err := <-done:
			if err != nil {
				w.t.Fatal(err)
			}
			return waits
		case <-time.After(5 * time.Millisecond):
		}
		var ended bool
		if err := w.conn.QueryRow(w.t.Context(), "SELECT COALESCE(bool_or(pg_cancel_backend(pid)), FALSE) "+probing).Scan(&ended); err != nil {
			w.t.Fatal(err)
		}
		waits = waits || ended
	}
}

// until waits until a query says yes.
func (w waiting) until(text string) {
	w.t.Helper()
	deadline, tick := time.After(time.Minute), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for {
		var yes bool
		if err := w.conn.QueryRow(w.t.Context(), text).Scan(&yes); err != nil {
			w.t.Fatal(err)
		}
		if yes {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			w.t.Fatalf("never: %s", text)
		}
	}
}

const committing = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'zhike'"

// inCommit waits until one transaction of the program waits for the standby.
func (w waiting) inCommit() { w.t.Helper(); w.until("SELECT COUNT(*) > 0 " + committing) }

// register registers a person by a key, meanwhile, and gives what comes of it.
func (w waiting) register(s *testkit.School, key, phone string) <-chan error {
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
	w := newWaiting(t)
	s := testkit.NewSchool(t, w.url)
	w.standby("nobody")
	first := w.register(s, "k1", "13911110001")
	w.inCommit()
	silent(t, first, "the first is not replicated")
	w.standby("")
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	w.standby("nobody")
	again := w.register(s, "k1", "13911110001")
	w.inCommit()
	silent(t, again, "the repeat is not replicated")
	w.standby("")
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
	w := newWaiting(t)
	s := testkit.NewSchool(t, w.url)
	for i, key := range []string{"k1", ""} {
		phone := "1391111000" + string(rune('1'+i))
		w.standby("nobody")
		done := w.register(s, key, phone)
		w.inCommit()
		if _, err := w.conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) "+committing); err != nil {
			t.Fatal(err)
		}
		w.standby("")
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
	w := newWaiting(t)
	s := testkit.NewSchool(t, w.url)
	tries := 0
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		if tries++; tries == 1 {
			if _, err := w.conn.Exec(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'zhike'"); err != nil {
				t.Error(err)
			}
		}
		_, err := tx.Exec(ctx, "UPDATE accounts SET active = active")
		return err
	})
	if err != nil || tries != 2 {
		t.Errorf("%v after %d tries", err, tries)
	}
	if _, err := w.conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'zhike'"); err != nil {
		t.Fatal(err)
	}
	if n := numberOf(t, s, "SELECT COUNT(*) FROM accounts"); n == 0 {
		t.Error("no accounts")
	}
}

// TestTRU4_CommitHasNoDeadline: a caller that leaves cuts no COMMIT short; the wait for the standby goes on.
func TestTRU4_CommitHasNoDeadline(t *testing.T) {
	t.Parallel()
	w := newWaiting(t)
	s := testkit.NewSchool(t, w.url)
	w.standby("nobody")
	ctx, leave := context.WithCancel(s.System())
	defer leave()
	done := make(chan error, 1)
	go func() {
		done <- s.Ops.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE accounts SET active = active")
			return err
		})
	}()
	w.inCommit()
	leave()
	silent(t, done, "the commit is not replicated")
	w.standby("")
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
			all = append(all, waiting{t: t}.register(s, "k1", "13911110001"))
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
