package testkit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"zhike/internal/testkit/pgserver"
)

// PostgresURL is the URL of a new, empty PostgreSQL database that goes with the test.
//
// The server is the one named by ZHIKE_TEST_POSTGRES (make test starts one for all packages), else one that this
// process starts and that ends with it.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	return newDatabase(tb, "template1")
}

// PostgresTemplate is like PostgresURL, but the database is a copy of one that prepare has filled, which is much faster
// than to fill each. Prepare runs once per server for a name, so the name must say what is in it: put a digest of the
// migrations into it. Prepare must close its connections.
func PostgresTemplate(tb testing.TB, name string, prepare func(url string)) string {
	tb.Helper()
	digest := sha256.Sum256([]byte(name))
	template := "zhike_template_" + hex.EncodeToString(digest[:8])
	makeTemplate(tb, template, prepare)
	return newDatabase(tb, template)
}

// postgresServer starts the server of this process at the first call.
var postgresServer = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(pgserver.Env); given != "" {
		return given, nil
	}
	server, err := pgserver.Start(pgserver.Options{})
	if err != nil {
		return "", err
	}
	return server.URL, nil
})

// postgres connects to the maintenance database until the test ends.
func postgres(tb testing.TB) (*pgx.Conn, *url.URL) {
	tb.Helper()
	at, err := postgresServer()
	if errors.Is(err, pgserver.ErrMissing) {
		absent(tb, err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		tb.Fatalf("%s is not a URL: %v", pgserver.Env, err)
	}
	// The test's own context has ended when it cleans up.
	ctx := context.WithoutCancel(tb.Context())
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		tb.Fatalf("connect to the PostgreSQL of the tests: %v", err)
	}
	tb.Cleanup(func() { _ = conn.Close(ctx) })
	return conn, u
}

func newDatabase(tb testing.TB, template string) string {
	tb.Helper()
	conn, u := postgres(tb)
	name := "zt_" + strings.ToLower(rand.Text())
	execute(tb, conn, "CREATE DATABASE "+name+" TEMPLATE "+template)
	tb.Cleanup(func() { execute(tb, conn, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return withDatabase(u, name)
}

// makeTemplate fills the template under another name and renames it, so that one that exists is complete. A lock of the
// server keeps two processes from doing it twice.
func makeTemplate(tb testing.TB, name string, prepare func(url string)) {
	tb.Helper()
	conn, u := postgres(tb)
	if databaseExists(tb, conn, name) {
		return
	}
	execute(tb, conn, "SELECT pg_advisory_lock(hashtext($1))", name)
	defer execute(tb, conn, "SELECT pg_advisory_unlock(hashtext($1))", name)
	if databaseExists(tb, conn, name) {
		return
	}
	draft := name + "_draft"
	execute(tb, conn, "DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)")
	execute(tb, conn, "CREATE DATABASE "+draft)
	prepare(withDatabase(u, draft))
	execute(tb, conn, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", draft)
	execute(tb, conn, "ALTER DATABASE "+draft+" ALLOW_CONNECTIONS false")
	execute(tb, conn, "ALTER DATABASE "+draft+" RENAME TO "+name)
}

func databaseExists(tb testing.TB, conn *pgx.Conn, name string) (exists bool) {
	tb.Helper()
	err := conn.QueryRow(context.WithoutCancel(tb.Context()), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil {
		tb.Fatalf("look for database %s: %v", name, err)
	}
	return exists
}

func execute(tb testing.TB, conn *pgx.Conn, sql string, args ...any) {
	tb.Helper()
	if _, err := conn.Exec(context.WithoutCancel(tb.Context()), sql, args...); err != nil {
		tb.Errorf("%s: %v", sql, err)
	}
}

func withDatabase(u *url.URL, name string) string {
	of := *u
	of.Path = "/" + name
	return of.String()
}

// CreateDatabase makes a database on the server whose maintenance database is at url.
func CreateDatabase(t *testing.T, url, name string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, conn, "CREATE DATABASE "+name)
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Number asks the PostgreSQL database at url for a number.
func Number(t *testing.T, url, text string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	err = conn.QueryRow(t.Context(), text).Scan(&n)
	if err := errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	return n
}
