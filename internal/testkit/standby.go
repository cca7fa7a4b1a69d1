package testkit

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"zhike/internal/testkit/pgserver"
)

// Awaiting is a PostgreSQL server of the test's own, whose commits can be let wait for a standby that is not there.
type Awaiting struct {
	t    *testing.T
	conn *pgx.Conn
	URL  string
}

// NewAwaiting starts the server.
func NewAwaiting(t *testing.T) Awaiting {
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
	return Awaiting{t, conn, server.URL}
}

// Standby says whose commits are waited for; "" for nobody's.
func (w Awaiting) Standby(name string) {
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
func (w Awaiting) waits() (waits bool) {
	w.t.Helper()
	const probing = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'probe'"
	probe, err := pgx.Connect(w.t.Context(), w.URL+"&application_name=probe")
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
func (w Awaiting) until(text string) {
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

// InCommit waits until one transaction of the program waits for the standby.
func (w Awaiting) InCommit() { w.t.Helper(); w.until("SELECT COUNT(*) > 0 " + committing) }

// LoseCommits ends the connections whose commits wait for the standby; the server has committed them.
func (w Awaiting) LoseCommits() {
	w.t.Helper()
	w.lose("SELECT pg_terminate_backend(pid) " + committing)
}

// LoseAll ends every connection of the program.
func (w Awaiting) LoseAll() {
	w.t.Helper()
	w.lose("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'zhike'")
}

func (w Awaiting) lose(text string) {
	w.t.Helper()
	if _, err := w.conn.Exec(w.t.Context(), text); err != nil {
		w.t.Error(err)
	}
}
