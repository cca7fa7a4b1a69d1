package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"zhike/internal/web"
)

// measureFlags are the hidden flags that `zhike bench` starts a server with.
type measureFlags struct {
	Measure bool   `name:"measure" hidden:"" help:"No rate limits; on loopback only."`
	Pprof   string `name:"pprof" hidden:"" help:"Serve processor profiles on this loopback address." placeholder:"ADDR"`
}

// begin sets the server up for measuring and gives what ends it. Refused where an address is not of this machine alone.
func (m measureFlags) begin(ctx context.Context, a *App, addr string) (end func(), err error) {
	end = func() {}
	if m.Measure && !isLoopback(addr) || m.Pprof != "" && !isLoopback(m.Pprof) {
		return end, fmt.Errorf("%w: measuring is for loopback addresses", errUsage)
	}
	a.Unlimited = m.Measure
	if m.Pprof == "" {
		return end, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", m.Pprof)
	if err != nil {
		return end, fmt.Errorf("listen for profiles: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }()
	return func() { _ = server.Close(); <-ended }, nil
}

// rate is the rate limit of accounts and addresses: zero for the usual one.
func (a *App) rate() web.Rate {
	if a.Unlimited {
		return web.Rate{PerSecond: 1e9, Burst: 1 << 30}
	}
	return web.Rate{}
}

func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && net.ParseIP(host).IsLoopback()
}
