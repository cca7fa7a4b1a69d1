package app_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"zhike/internal/app"
)

// TestMain lets scripts run the program: the test binary is the command zhike.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zhike": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(app.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) //nolint:gocritic // nothing is left to stop
	}})
}

// TestScripts runs the command line as people do; each script is a file of testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *updateGolden, RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"await": await},
	})
}

// await waits until a file holds a text: await FILE TEXT.
func await(ts *testscript.TestScript, _ bool, args []string) {
	deadline, tick := time.After(time.Minute), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(b), args[1]) {
			return
		}
		select {
		case <-deadline:
			ts.Fatalf("%s never held %q", args[0], args[1])
		case <-tick.C:
		}
	}
}

// TestExitCodes: 0 done, 1 refused or found, 2 wrong use, 3 could not run.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := filepath.Join(dir, "school.db")
	for _, c := range []struct {
		want int
		args []string
	}{
		{app.ExitDone, []string{"--help"}},
		{app.ExitDone, []string{"migrate", "--db", db}},
		{app.ExitDone, []string{"check", "--db", db}},
		{app.ExitDone, []string{"do", "--list"}},
		{app.ExitRefused, []string{"do", "organization.open-center", "{}", "--db", db}},
		{app.ExitRefused, []string{"user", "reset", "nobody", "--db", db}},
		{app.ExitUsage, nil},
		{app.ExitUsage, []string{"fly"}},
		{app.ExitUsage, []string{"do", "no.such-operation", "--db", db}},
		{app.ExitUsage, []string{"user", "add", "anna", "--db", db}}, // no role
		{app.ExitUsage, []string{"serve", "--no-such-flag"}},
		{app.ExitFailed, []string{"check", "--db", filepath.Join(dir, "nowhere", "school.db")}},
		{app.ExitFailed, []string{"check", "--db", dir}},
		{app.ExitFailed, []string{"serve", "--db", keyless(t)}},
		{app.ExitFailed, []string{"check", "--db", "postgres://127.0.0.1:1/zhike?connect_timeout=1"}},
	} {
		var out, errs bytes.Buffer
		if got := app.Main(t.Context(), c.args, strings.NewReader(""), &out, &errs); got != c.want {
			t.Errorf("zhike %s: exit %d, want %d\n%s%s", strings.Join(c.args, " "), got, c.want, out.String(), errs.String())
		}
	}
}

// keyless makes a database whose master key is missing.
func keyless(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	db := filepath.Join(dir, "school.db")
	if got := app.Main(t.Context(), []string{"migrate", "--db", db}, strings.NewReader(""), io.Discard, io.Discard); got != app.ExitDone {
		t.Fatalf("migrate: exit %d", got)
	}
	if err := os.Remove(filepath.Join(dir, "zhike.key")); err != nil {
		t.Fatal(err)
	}
	return db
}
