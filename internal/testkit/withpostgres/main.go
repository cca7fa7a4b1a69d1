// Command withpostgres runs a command with a PostgreSQL server beside it, so that all packages of a test run share one.
//
//	withpostgres [-durable] COMMAND [ARGUMENT...]
//
// The server's URL is in ZHIKE_TEST_POSTGRES. A URL that is there already is kept. Where the machine has no PostgreSQL
// the command runs without (tests then skip with a message), but with CI=true it does not run.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"zhike/internal/testkit/pgserver" //nolint:depguard // a part of testkit: it starts the server of the tests
)

func main() {
	durable := flag.Bool("durable", false, "keep fsync on, as in production")
	flag.Parse()
	os.Exit(run(pgserver.Options{Durable: *durable}, flag.Args(), os.Stderr))
}

// run gives the exit code of the command.
func run(o pgserver.Options, command []string, stderr io.Writer) int {
	if len(command) == 0 {
		fmt.Fprintln(stderr, "usage: withpostgres [-durable] COMMAND [ARGUMENT...]")
		return 2
	}
	env := os.Environ()
	if os.Getenv(pgserver.Env) == "" {
		server, err := pgserver.Start(o)
		switch {
		case errors.Is(err, pgserver.ErrMissing) && os.Getenv("CI") != "true":
			fmt.Fprintln(stderr, "left out: PostgreSQL:", err)
		case err != nil:
			fmt.Fprintln(stderr, err)
			return 1
		default:
			defer server.Stop()
			env = append(env, pgserver.Env+"="+server.URL)
		}
	}
	return wait(command, env, stderr)
}

func wait(command, env []string, stderr io.Writer) int {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, stderr
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	go func() {
		for s := range signals {
			if s == syscall.SIGTERM { // the terminal sends an interrupt to both
				_ = cmd.Process.Signal(s) // it may have ended already
			}
		}
	}()
	err := cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		fmt.Fprintln(stderr, err)
		return 1
	}
	if code := cmd.ProcessState.ExitCode(); code >= 0 {
		return code
	}
	return 1 // ended by a signal
}
