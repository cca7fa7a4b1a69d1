package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhike/internal/testkit/pgserver"
)

// TestRun: the command gets the server's URL, and its exit code is handed on; the server is gone afterwards.
func TestRun(t *testing.T) {
	t.Setenv(pgserver.Env, "")
	t.Setenv("CI", "")
	note := filepath.Join(t.TempDir(), "url")
	var stderr bytes.Buffer
	code := run(pgserver.Options{}, []string{"/bin/sh", "-c", `printf %s "$ZHIKE_TEST_POSTGRES" >"` + note + `"; exit 7`}, &stderr)
	if code != 7 {
		t.Errorf("exit code = %d, want 7: %s", code, stderr.String())
	}
	url, err := os.ReadFile(note)
	if err != nil {
		t.Fatal(err)
	}
	if left := strings.HasPrefix(stderr.String(), "left out"); !left && !strings.HasPrefix(string(url), "postgres://") {
		t.Errorf("url = %q, stderr = %q", url, stderr.String())
	}
}

// TestRunKeepsGivenServer: a URL that is there already wins.
func TestRunKeepsGivenServer(t *testing.T) {
	t.Setenv(pgserver.Env, "postgres://elsewhere/db")
	var stderr bytes.Buffer
	if code := run(pgserver.Options{}, []string{"/bin/sh", "-c", `[ "$ZHIKE_TEST_POSTGRES" = postgres://elsewhere/db ]`}, &stderr); code != 0 {
		t.Errorf("exit code = %d: %s", code, stderr.String())
	}
}

// TestRunRefuses a call without a command, and one that is no program.
func TestRunRefuses(t *testing.T) {
	t.Setenv(pgserver.Env, "postgres://elsewhere/db")
	var stderr bytes.Buffer
	if code := run(pgserver.Options{}, nil, &stderr); code != 2 {
		t.Errorf("without a command: %d, want 2", code)
	}
	if code := run(pgserver.Options{}, []string{"/no/such/program"}, &stderr); code != 1 {
		t.Errorf("without a program: %d, want 1", code)
	}
}
