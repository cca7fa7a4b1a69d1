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
func PostgresURL(t testing.TB) string {
	t.Helper()
	return newDatabase(t, "template1")
}

// PostgresTemplate is like PostgresURL, but the database is a copy of one that prepare has filled, which is much faster
// than to fill each. Prepare runs once per server for a name, so the name must say what is in it: put a digest of the
// migrations into it. Prepare must close its connections.
func PostgresTemplate(t testing.TB, name string, prepare func(url string)) string {
	t.Helper()
	digest := sha256.Sum256([]byte(name))
	template := "zhike_template_" + hex.EncodeToString(digest[:8])
	makeTemplate(t, template, prepare)
	return newDatabase(t, template)
}

// postgresServer starts the server of this process at the first call.
var postgresServer = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(pgserver.Env); given != "" {
		return given, nil
	}
	server, err := pgserver.Start(context.Background(), pgserver.Options{})
	if err != nil {
		return "", err
	}
	return server.URL, nil
})

// postgres connects to the maintenance database until the test ends.
func postgres(t testing.TB) (*pgx.Conn, *url.URL) {
	t.Helper()
	at, err := postgresServer()
	if errors.Is(err, pgserver.ErrMissing) {
		absent(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		t.Fatalf("%s is not a URL: %v", pgserver.Env, err)
	}
	// The test's own context has ended when it cleans up.
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Fatalf("connect to the PostgreSQL of the tests: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	return conn, u
}

func newDatabase(t testing.TB, template string) string {
	t.Helper()
	conn, u := postgres(t)
	name := "zt_" + strings.ToLower(rand.Text())
	execute(t, conn, "CREATE DATABASE "+name+" TEMPLATE "+template)
	t.Cleanup(func() { execute(t, conn, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return withDatabase(u, name)
}

// makeTemplate fills the template under another name and renames it, so that one that exists is complete. A lock of the
// server keeps two processes from doing it twice.
func makeTemplate(t testing.TB, name string, prepare func(url string)) {
	t.Helper()
	conn, u := postgres(t)
	if databaseExists(t, conn, name) {
		return
	}
	execute(t, conn, "SELECT pg_advisory_lock(hashtext($1))", name)
	defer execute(t, conn, "SELECT pg_advisory_unlock(hashtext($1))", name)
	if databaseExists(t, conn, name) {
		return
	}
	draft := name + "_draft"
	execute(t, conn, "DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)")
	execute(t, conn, "CREATE DATABASE "+draft)
	prepare(withDatabase(u, draft))
	execute(t, conn, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", draft)
	execute(t, conn, "ALTER DATABASE "+draft+" ALLOW_CONNECTIONS false")
	execute(t, conn, "ALTER DATABASE "+draft+" RENAME TO "+name)
}

func databaseExists(t testing.TB, conn *pgx.Conn, name string) (exists bool) {
	t.Helper()
	err := conn.QueryRow(context.WithoutCancel(t.Context()), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil {
		t.Fatalf("look for database %s: %v", name, err)
	}
	return exists
}

func execute(t testing.TB, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(context.WithoutCancel(t.Context()), sql, args...); err != nil {
		t.Errorf("%s: %v", sql, err)
	}
}

func withDatabase(u *url.URL, name string) string {
	of := *u
	of.Path = "/" + name
	return of.String()
}
