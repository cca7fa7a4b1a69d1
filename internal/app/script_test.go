package app_test

import (
	"context"
	"os"
	"os/signal"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"zhike/internal/app"
)

// TestMain lets scripts run the program: the test binary is the command zhike.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zhike": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		os.Exit(app.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) //nolint:gocritic // nothing is left to stop
	}})
}

// TestScripts runs the command line as people do; each script is a file of testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *updateGolden, RequireExplicitExec: true, RequireUniqueNames: true})
}
