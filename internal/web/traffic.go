package web

import (
	"compress/gzip"
	"container/list"
	"context"
	"log/slog"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
)

// Compress packs text answers for those who accept gzip. What is packed already, or is no text, passes.
func Compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		p := &packer{ResponseWriter: w}
		defer p.close()
		next.ServeHTTP(p, r)
	})
}

var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// packer decides at the header whether the answer is packed.
type packer struct {
	http.ResponseWriter
	z       *gzip.Writer
	decided bool
}

// WriteHeader implements http.ResponseWriter.
func (p *packer) WriteHeader(status int) {
	h := p.Header()
	if !p.decided && status >= http.StatusOK {
		p.decided = true
		if packable(h) && status != http.StatusNoContent && status != http.StatusNotModified {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
			p.z, _ = packers.Get().(*gzip.Writer)
			p.z.Reset(p.ResponseWriter)
		}
	}
	p.ResponseWriter.WriteHeader(status)
}

// Write implements io.Writer.
func (p *packer) Write(b []byte) (int, error) {
	if !p.decided {
		if p.Header().Get("Content-Type") == "" {
			p.Header().Set("Content-Type", http.DetectContentType(b))
		}
		p.WriteHeader(http.StatusOK)
	}
	if p.z != nil {
		return p.z.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// Flush implements http.Flusher, for streamed exports.
func (p *packer) Flush() {
	if p.z != nil {
		p.z.Flush()
	}
	if f, ok := p.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (p *packer) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *packer) close() {
	if p.z != nil {
		p.z.Close()
		p.z.Reset(nil)
		packers.Put(p.z)
	}
}

func packable(h http.Header) bool {
	if h.Get("Content-Encoding") != "" {
		return false
	}
	kind := h.Get("Content-Type")
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "xml") || strings.Contains(kind, "javascript")
}

type accessKey struct{}

// access is what inner handlers tell the access log.
type access struct{ route, account string }

func note(ctx context.Context, route string) {
	if a, ok := ctx.Value(accessKey{}).(*access); ok && route != "" {
		a.route = route
	}
}

// routeOf is the pattern of the route, which an outer handler knows only by what was noted.
func routeOf(r *http.Request) string {
	if a, ok := r.Context().Value(accessKey{}).(*access); ok && r.Pattern == "" {
		return a.route
	}
	return r.Pattern
}

// NoteAccount tells the access log who asks, by id.
func NoteAccount(ctx context.Context, account string) {
	if a, ok := ctx.Value(accessKey{}).(*access); ok {
		a.account = account
	}
}

// Answered is an answered request: its route is a pattern, empty where none answers.
type Answered struct {
	Method, Route string
	Status        int
	Took          time.Duration
	Account       string // who asked, by id; empty for nobody
	Record        id.ID  // what the address names by {id}, if anything
}

// AccessLog writes one line a request: route, status, bytes, time, ids. Paths and queries can hold personal values and are not written
// (TRU-27).
// Each notes gets it too.
func AccessLog(log *slog.Logger, now func() time.Time, notes ...func(Answered)) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := &access{}
			r = r.WithContext(context.WithValue(r.Context(), accessKey{}, a))
			c := &counter{ResponseWriter: w}
			began := now()
			next.ServeHTTP(c, r)
			if a.route == "" {
				a.route = r.Pattern
			}
			log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("request_id", RequestID(r.Context())), slog.String("method", r.Method), slog.String("route", a.route),
				slog.Int("status", max(c.status, http.StatusOK)), slog.Int64("bytes", c.bytes),
				slog.Duration("took", now().Sub(began)), slog.String("account", a.account))
			for _, note := range notes {
				note(Answered{
					Method: r.Method, Route: a.route, Status: max(c.status, http.StatusOK), Took: now().Sub(began),
					Account: a.account, Record: recordOf(a.route, r.URL.Path),
				})
			}
		})
	}
}

// recordOf is the id that stands in a path where its route has {id}.
func recordOf(route, path string) id.ID {
	_, pattern, _ := strings.Cut(route, " ")
	names, values := strings.Split(pattern, "/"), strings.Split(path, "/")
	i := slices.Index(names, "{id}")
	if i < 0 || i >= len(values) {
		return id.None
	}
	record, err := id.Parse(values[i])
	if err != nil {
		return id.None
	}
	return record
}

type counter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (c *counter) WriteHeader(status int) {
	if c.status < http.StatusOK {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Flush implements http.Flusher.
func (c *counter) Flush() {
	if f, ok := c.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Rate is how often one key may ask: so many a second in the long run, so many at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// maxKeys bounds the memory of a rate limit; the keys that asked longest ago are forgotten.
const maxKeys = 10_000

// RateLimit answers 429 with Retry-After to a key that asks too often (TRU-23). key gives "" to a request that has no limit.
func RateLimit(limit Rate, now func() time.Time, key func(*http.Request) string) Middleware {
	b := &buckets{limit: limit, byKey: map[string]*list.Element{}, order: list.New()}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if k := key(r); k != "" {
				if wait := b.wait(k, now()); wait > 0 {
					Fail(w, r, problem.TooMany("too-often", int(math.Ceil(wait.Seconds()))))
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// ByAddress is the key of the caller's address.
func ByAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

type buckets struct {
	mu    sync.Mutex
	limit Rate
	byKey map[string]*list.Element
	order *list.List // of *bucket, the latest first
}

type bucket struct {
	key     string
	limiter *rate.Limiter
}

// wait takes one from the key's bucket, or tells how long to wait.
func (b *buckets) wait(key string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.byKey[key]
	if !ok {
		e = b.order.PushFront(&bucket{key, rate.NewLimiter(rate.Limit(b.limit.PerSecond), b.limit.Burst)})
		b.byKey[key] = e
	}
	b.order.MoveToFront(e)
	if b.order.Len() > maxKeys {
		oldest := b.order.Back()
		delete(b.byKey, b.order.Remove(oldest).(*bucket).key)
	}
	reservation := e.Value.(*bucket).limiter.ReserveN(now, 1)
	delay := reservation.DelayFrom(now)
	if delay > 0 {
		reservation.CancelAt(now)
	}
	return delay
}
