package app

import (
	"context"
	"crypto/subtle"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"zhike/internal/insight"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/web"
)

// gauges are the program's figures of itself, for its operator: of requests, operations and commits they count what this node did since
// its start, of queues and sizes they ask the database when they are asked for.
type gauges struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	took       *prometheus.HistogramVec
	outcomes   *prometheus.CounterVec
	operations *prometheus.HistogramVec
	batch      prometheus.Histogram
}

// seconds are the bounds of durations.
var seconds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newGauges() *gauges {
	g := &gauges{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "zhike_requests_total", Help: "Answered requests by method, route and status."}, []string{"method", "route", "status"}),
		took:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "zhike_request_seconds", Help: "How long requests took, by route.", Buckets: seconds}, []string{"route"}),
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zhike_operations_total", Help: "Operations that somebody asked for, by name and outcome: done, repeated, refused, failed.",
		}, []string{"operation", "outcome"}),
		operations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "zhike_operation_seconds", Help: "How long operations took that were done, with their commit, by name.", Buckets: seconds,
		}, []string{"operation"}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "zhike_commit_batch", Help: "Writes of one commit of the embedded database.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128, 256},
		}),
	}
	g.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), g.requests, g.took, g.outcomes, g.operations, g.batch)
	return g
}

// answered counts a request. What no route answers is one route: addresses come from outside.
func (g *gauges) answered(r web.Answered) {
	route := r.Route
	if route == "" {
		route = "none"
	}
	if _, path, ok := strings.Cut(route, " "); ok {
		route = path
	}
	g.requests.WithLabelValues(r.Method, route, strconv.Itoa(r.Status)).Inc()
	g.took.WithLabelValues(route).Observe(r.Took.Seconds())
}

// ran counts an operation that somebody asked for; how long it took is kept of those that were done.
func (g *gauges) ran(operation string, outcome op.Outcome, took time.Duration) {
	g.outcomes.WithLabelValues(operation, string(outcome)).Inc()
	if outcome == op.Done {
		g.operations.WithLabelValues(operation).Observe(took.Seconds())
	}
}

// stored are the figures that lie in the database.
type stored struct{ *App }

var (
	upDesc     = prometheus.NewDesc("zhike_database_up", "1 where the database answered.", nil, nil)
	queueDesc  = prometheus.NewDesc("zhike_writes_waiting", "Writes that wait for the writer of the embedded database.", nil, nil)
	sizeDesc   = prometheus.NewDesc("zhike_database_bytes", "Size of the database, with its write-ahead log.", nil, nil)
	unsealDesc = prometheus.NewDesc("zhike_events_unsealed", "Events that have no place in the chain yet.", nil, nil)
	lagDesc    = prometheus.NewDesc("zhike_seal_lag_seconds", "Age of the oldest of them.", nil, nil)
	jobsDesc   = prometheus.NewDesc("zhike_jobs", "Jobs by state.", []string{"state"}, nil)
	workDesc   = prometheus.NewDesc("zhike_jobs_worked", "1 while this node works on jobs.", nil, nil)
	mailsDesc  = prometheus.NewDesc("zhike_mails", "Mails of the outbox by state.", []string{"state"}, nil)
)

// jobStates are those of River.
var jobStates = []string{"available", "cancelled", "completed", "discarded", "pending", "retryable", "running", "scheduled"}

// Describe implements prometheus.Collector.
func (s stored) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, queueDesc, sizeDesc, unsealDesc, lagDesc, jobsDesc, workDesc, mailsDesc} {
		out <- d
	}
}

// askTime is how long the database may take to answer.
const askTime = 3 * time.Second

// Collect implements prometheus.Collector. A database that does not answer is a figure too.
func (s stored) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(queueDesc, float64(s.DB.Waiting()))
	gauge(workDesc, number(s.Jobs.Alive()))
	f, err := s.ask()
	gauge(upDesc, number(err == nil))
	if err != nil {
		return
	}
	gauge(sizeDesc, float64(f.size))
	gauge(unsealDesc, float64(f.unsealed))
	gauge(lagDesc, f.lag.Seconds())
	for _, state := range jobStates {
		gauge(jobsDesc, float64(f.jobs[state]), state)
	}
	for _, state := range insight.MailStates {
		gauge(mailsDesc, float64(f.mails[state]), state)
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// figures are what the database says of itself.
type figures struct {
	size, unsealed int64
	lag            time.Duration
	jobs, mails    map[string]int64
}

func (s stored) ask() (f figures, err error) {
	ctx, cancel := context.WithTimeout(op.WithViewer(context.Background(), policy.System()), askTime) // a collector is given none
	defer cancel()
	err = s.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if f.jobs, err = jobs.States(ctx, tx.Tx); err != nil {
			return err
		}
		if f.mails, err = insight.MailCounts(ctx, tx); err != nil {
			return err
		}
		var oldest int64 // microseconds since 1970
		if err := tx.QueryRow(ctx, "SELECT COUNT(*), COALESCE(MIN(at), 0) FROM events WHERE seq IS NULL", nil, &f.unsealed, &oldest); err != nil {
			return err
		}
		if f.unsealed > 0 {
			f.lag = max(0, tx.Now.Sub(time.UnixMicro(oldest)))
		}
		f.size, err = s.size(ctx, tx)
		return err
	})
	return f, err
}

func (s stored) size(ctx context.Context, tx *op.Tx) (n int64, err error) {
	if s.DB.Engine == db.Postgres {
		return n, tx.QueryRow(ctx, "SELECT pg_database_size(current_database())", nil, &n)
	}
	for _, file := range []string{s.DB.Path, s.DB.Path + "-wal"} {
		info, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		n += info.Size()
	}
	return n, nil
}

// metrics serves the figures to the operator: with the token, or, while nobody reaches the program through a proxy, to this machine.
func (a *App) metrics(public string) http.Handler {
	figures := promhttp.HandlerFor(a.gauges.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.operators(r, public) {
			http.NotFound(w, r)
			return
		}
		figures.ServeHTTP(w, r)
	})
}

// operators tells whether a request may see the figures. A proxy on this machine makes every caller look like one of this machine: where
// one is named (public), or has left its mark, only the token counts.
func (a *App) operators(r *http.Request, public string) bool {
	token, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if a.MetricsToken != "" && given && subtle.ConstantTimeCompare([]byte(token), []byte(a.MetricsToken)) == 1 {
		return true
	}
	if u, err := url.Parse(public); err != nil || !isLocal(u.Hostname()) {
		return false
	}
	for _, mark := range []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if r.Header.Get(mark) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && isLocal(host)
}

func isLocal(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }
