package testkit

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhike/internal/testkit/child"
)

// startLimit is how long a server may take until it answers.
const startLimit = time.Minute

// Server is the program as a process of its own, which ends with the test at the latest, whatever happens to it.
type Server struct {
	*child.Child
	Addr string // host:port
	PID  int
}

// ServerSpec says what to start.
type ServerSpec struct {
	Program string
	Addr    string   // where it serves; a port that the system gives it, if empty
	Env     []string // "NAME=value"
	Under   []string // what runs the program, if anything: strace with its faults; PID is then its number
	Args    []string // of serve, beyond the address
}

// Serve starts the program and waits until it says that it is ready.
func Serve(t *testing.T, spec ServerSpec) Server {
	t.Helper()
	addr := cmp.Or(spec.Addr, "127.0.0.1:0")
	c, err := child.Start(child.Spec{Name: "serve", Stop: "TERM", Program: func(dir string) []string {
		const script = `echo $$ >"$1/pid"; shift; exec "$@"` // the server keeps the number of the shell
		return slices.Concat([]string{"/bin/sh", "-c", script, "zhike", dir, "env"}, spec.Env, spec.Under,
			[]string{spec.Program, "serve", "--measure", "--addr", addr}, spec.Args)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	s := Server{Child: c}
	if err := c.Until(startLimit, func() bool { s.Addr = readyAt(c); return s.Addr != "" }); err != nil {
		t.Fatalf("start: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(c.Dir, "pid"))
	if err == nil {
		s.PID, err = strconv.Atoi(strings.TrimSpace(string(text)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// readyAt is the address in the line by which the program says that it serves; "" while it has not said it.
func readyAt(c *child.Child) string {
	text, err := os.ReadFile(filepath.Join(c.Dir, "log"))
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(text) {
		if addr, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("ready http://")); ok && bytes.HasSuffix(line, []byte("\n")) {
			return string(addr)
		}
	}
	return ""
}
