// Package pgserver starts a PostgreSQL server of its own from the machine's binaries, for tests and measurements.
package pgserver

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zhike/internal/testkit/child" //nolint:depguard // a part of testkit
)

// Env names the environment variable that holds the URL of a server to use instead of starting one.
const Env = "ZHIKE_TEST_POSTGRES"

// ErrMissing says that the machine has no PostgreSQL binaries.
var ErrMissing = errors.New("no PostgreSQL server binaries in PATH or /usr/lib/postgresql (scripts/setup.sh installs them)")

// Options of a server.
type Options struct {
	// Durable keeps fsync and its companions on, as in production: for measurements and crash tests. Without it a
	// power cut would lose data, which a test does not mind.
	Durable bool
}

// Server is a running server. It listens on a unix socket in its folder, which only its user and root may enter, so no
// port is taken and no other user of the machine can connect. It ends with this process.
type Server struct {
	URL string // of the maintenance database

	child *child.Child
}

// Start makes a new cluster in a temporary folder and starts a server on it.
func Start(o Options) (*Server, error) {
	postgres := child.Find([]string{"postgres"}, []string{"/usr/lib/postgresql/*/bin"})
	if postgres == "" {
		return nil, ErrMissing
	}
	if target, err := filepath.EvalSymlinks(postgres); err == nil {
		postgres = target // initdb is beside the program, not beside the link
	}
	as, err := child.Unprivileged("postgres", "nobody")
	if err != nil {
		return nil, fmt.Errorf("find a user for PostgreSQL: %w", err)
	}
	c, err := child.Start(child.Spec{Name: "postgres", Stop: "QUIT", As: as, Program: func(dir string) []string {
		return command(filepath.Dir(postgres), dir, o)
	}})
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "postgres://zhike@/postgres?sslmode=disable&host=" + url.QueryEscape(c.Dir), child: c}
	if err := c.Until(time.Minute, func() bool { return ready(c.Dir) }); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	return s, nil
}

// Stop ends the server at once and removes its folder.
func (s *Server) Stop() { s.child.Stop() }

// ready reads what the server says of itself: the eighth line of its pid file.
func ready(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	lines := strings.Split(string(text), "\n")
	return err == nil && len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
}

// command makes the cluster and becomes the server.
func command(bin, dir string, o Options) []string {
	data := filepath.Join(dir, "data")
	settings := []string{
		"listen_addresses=", "unix_socket_directories=" + dir, "max_connections=300", "log_min_messages=warning",
		"timezone=UTC", "log_timezone=UTC",
	}
	if !o.Durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
	}
	const script = `bin=$1; data=$2; shift 2
"$bin/initdb" -D "$data" -U zhike --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions && exec "$bin/postgres" -D "$data" "$@"`
	args := []string{"/bin/sh", "-c", script, "postgres", bin, data}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}
