// Command zhike is the CRM of a school chain: web application, API and command line in one program.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"zhike/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := app.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
