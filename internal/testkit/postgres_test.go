package testkit_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"zhike/internal/testkit"
	"zhike/internal/testkit/pgserver"
)

// TestPostgresURL: two databases of one server know nothing of each other, and sort by bytes.
func TestPostgresURL(t *testing.T) {
	one, two := testkit.PostgresURL(t), testkit.PostgresURL(t)
	exec(t, one, "CREATE TABLE a (x int)")
	exec(t, two, "CREATE TABLE a (x int)")
	if got := ask[string](t, one, "SELECT datcollate FROM pg_database WHERE datname = current_database()"); got != "C.UTF-8" {
		t.Errorf("collation = %s, want C.UTF-8", got)
	}
	if got := ask[int](t, one, "SELECT current_setting('server_version_num')::int"); got < 150000 {
		t.Errorf("version = %d, want 15 or later", got)
	}
}

// TestPostgresURLIsDropped: the database goes with its test, also when somebody is still connected.
func TestPostgresURLIsDropped(t *testing.T) {
	here := testkit.PostgresURL(t)
	var name string
	t.Run("inner", func(t *testing.T) {
		url := testkit.PostgresURL(t)
		conn, err := pgx.Connect(t.Context(), url) // left open
		if err != nil {
			t.Fatal(err)
		}
		name = conn.Config().Database
	})
	if ask[bool](t, here, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = '"+name+"')") {
		t.Errorf("database %s is still there", name)
	}
}

// TestPostgresTemplate: filled once, copied for each, also when many ask at once.
func TestPostgresTemplate(t *testing.T) {
	var fills atomic.Int32
	name := t.Name() + ask[string](t, testkit.PostgresURL(t), "SELECT current_database()")
	fill := func(url string) {
		fills.Add(1)
		exec(t, url, "CREATE TABLE school (name text)")
		exec(t, url, "INSERT INTO school VALUES ('one')")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			url := testkit.PostgresTemplate(t, name, fill)
			exec(t, url, "INSERT INTO school VALUES ('two')")
			if got := ask[int](t, url, "SELECT count(*)::int FROM school"); got != 2 {
				t.Errorf("rows = %d, want 2", got)
			}
		})
	}
	all.Wait()
	if fills.Load() != 1 {
		t.Errorf("filled %d times, want once", fills.Load())
	}
}

// TestDurablePostgres: crash tests and measurements get a server that keeps its promises.
func TestDurablePostgres(t *testing.T) {
	testkit.PostgresURL(t) // skips where there is no PostgreSQL
	server, err := pgserver.Start(pgserver.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	if got := ask[string](t, server.URL, "SELECT current_setting('fsync')"); got != "on" {
		t.Errorf("fsync = %s, want on", got)
	}
}

func exec(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Error(err)
	}
}

func ask[T any](t *testing.T, url, sql string) (answer T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Error(err)
		return answer
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Error(err)
	}
	return answer
}

func BenchmarkPostgresURL(b *testing.B) {
	for range b.N {
		testkit.PostgresURL(b)
	}
}
