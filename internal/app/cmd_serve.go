package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

type serveCmd struct {
	Addr   string     `name:"addr" default:"127.0.0.1:8080" help:"Address to serve on."`
	Public string     `name:"public-url" env:"ZHIKE_PUBLIC_URL" help:"Address under which people reach it, for links in mails; https:// makes cookies secure."`
	Mail   mailConfig `embed:"" prefix:"smtp-"`
	Token  string     `name:"metrics-token" env:"ZHIKE_METRICS_TOKEN" help:"Who sends it as Authorization: Bearer reads /metrics from everywhere; at least 16 characters."`

	Measuring measureFlags `embed:""`
}

// Run implements kong.
func (c *serveCmd) Run(s *Session) error {
	if n := len(c.Token); n > 0 && n < 16 {
		return fmt.Errorf("%w: --metrics-token has %d characters, want at least 16", errUsage, n)
	}
	a, _, done, err := s.open(false, "http://"+c.Addr)
	if errors.Is(err, context.Canceled) && s.Context.Err() != nil {
		return nil // stopped before it had begun
	}
	if err != nil {
		return err
	}
	defer done()
	a.MetricsToken = c.Token
	end, err := c.Measuring.begin(s.Context, a, c.Addr)
	if err != nil {
		return err
	}
	defer end()
	return a.serve(s, c.Addr, c.Public, c.Mail, false)
}

type demoCmd struct {
	Addr    string     `name:"addr" default:"127.0.0.1:8080" help:"Address to serve on; loopback only."`
	Data    string     `name:"data" default:"zhike-demo" help:"Folder of the demo company."`
	Centers int        `name:"centers" default:"5" help:"Centers of a new demo company."`
	Months  int        `name:"months" default:"12" help:"Months of life of a new demo company."`
	Mail    mailConfig `embed:"" prefix:"smtp-"`
}

// Run implements kong.
func (c *demoCmd) Run(s *Session) error {
	if host, _, err := net.SplitHostPort(c.Addr); err != nil || host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return fmt.Errorf("%w: the demo serves on loopback only", errUsage)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("make folder of the demo: %w", err)
	}
	s.DB = filepath.Join(c.Data, "zhike.db")
	l, err := takeLock(s.DB, "http://"+c.Addr)
	if err != nil {
		return err
	}
	defer l.release()
	fmt.Fprintln(s.Out, "data", c.Data)
	if _, err := PrepareDemo(s.Context, DemoConfig{Data: c.Data, Centers: c.Centers, Months: c.Months, Now: s.Clock.Now(), Progress: s.progress("living the demo company")}); err != nil {
		return err
	}
	a, err := Open(s.Context, Config{DSN: s.DB, Clock: s.Clock, Log: slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if err := a.Ready(op.WithViewer(s.Context, policy.System())); err != nil {
		return err
	}
	return a.serve(s, c.Addr, "", c.Mail, true)
}

const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	stopTime   = 5 * time.Second // for everything, of which requests under way and jobs get politeTime
	politeTime = 3 * time.Second
)

// serve runs the program until the context ends: HTTP, background work, jobs. It then ends what it began, in turn.
func (a *App) serve(s *Session, addr, public string, mail mailConfig, demo bool) error {
	ctx := s.Context
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if public == "" {
		public = "http://" + listener.Addr().String()
	}
	if err := a.startJobs(ctx, public, mail); err != nil {
		return errors.Join(err, listener.Close())
	}
	loops, stopLoops := context.WithCancel(ctx)
	defer stopLoops()
	ended := make(chan struct{})
	go func() { defer close(ended); a.Loops(loops) }()
	server := &http.Server{
		Handler: a.Handler(public, demo), ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: 32 << 10,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Fprintf(s.Out, "ready http://%s\n", listener.Addr())
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = nil
	}
	return errors.Join(err, a.end(ctx, server, func() { stopLoops(); <-ended }))
}

// end ends what serve began, within stopTime. Requests under way get politeTime. An import stops after the rows at hand and goes on
// with the next start, as do jobs that are cut off.
func (a *App) end(ctx context.Context, server *http.Server, stopLoops func()) error {
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	polite, cancelPolite := context.WithTimeout(stop, politeTime)
	defer cancelPolite()
	stopped := make(chan error, 1)
	go func() { stopped <- a.Jobs.End(polite, stop) }()
	close(a.stopping)
	err := server.Shutdown(polite)
	if errors.Is(err, context.DeadlineExceeded) {
		a.Log.WarnContext(ctx, "requests were cut off at the stop")
		err = server.Close()
	}
	stopLoops()
	return errors.Join(err, <-stopped)
}

// Handler is everything that is served.
func (a *App) Handler(public string, demo bool) http.Handler {
	mux := http.NewServeMux()
	a.API(mux)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", a.getReady)
	mux.Handle("GET /metrics", a.metrics(public))
	mux.Handle("/", a.Pages(PageOptions{Public: public, HTTPS: len(public) > 8 && public[:8] == "https://", Demo: demo, ByAccount: a.rate(), ByAddress: a.rate()}))
	return mux
}

// getReady tells whether this node can serve: the database answers and is of this program, or of a newer one that has only added to it,
// and jobs are worked on.
func (a *App) getReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(op.WithViewer(r.Context(), policy.System()), askTime)
	defer cancel()
	schema := a.schema(ctx)
	newer := errors.Is(schema, db.ErrNewer)
	if newer {
		a.newer.Do(func() { a.Log.WarnContext(ctx, "the database was migrated by a newer program: update this node") })
		schema = nil
	}
	err := errors.Join(a.DB.Ping(ctx), schema)
	if err == nil {
		err = a.fits(ctx)
	}
	if !a.Jobs.Alive() {
		err = errors.Join(err, errNoWorker)
	}
	switch {
	case err != nil:
		a.Log.WarnContext(ctx, "not ready", slog.Any("error", err))
		http.Error(w, "not ready", http.StatusServiceUnavailable)
	case newer:
		fmt.Fprintln(w, "ready; the database is newer than this program")
	default:
		fmt.Fprintln(w, "ready")
	}
}

var errNoWorker = errors.New("no job is worked on")
