package api

import (
	"container/list"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"zhike/internal/kernel/problem"
)

// Rate is how often one caller may ask: so many a second in the long run, so many at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

func (r Rate) or(usual Rate) Rate {
	if r == (Rate{}) {
		return usual
	}
	return r
}

// maxCallers bounds the memory of a limit; who asked longest ago is forgotten.
const maxCallers = 10_000

type limiter struct {
	mu    sync.Mutex
	limit Rate
	byKey map[string]*list.Element
	order *list.List // of *caller, the latest first
}

type caller struct {
	key  string
	rate *rate.Limiter
}

func newLimiter(r Rate) *limiter {
	return &limiter{limit: r, byKey: map[string]*list.Element{}, order: list.New()}
}

// wait takes one from the caller's share, or tells how long to wait for it.
func (l *limiter) wait(key string, now time.Time) time.Duration {
	if key == "" {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.byKey[key]
	if !ok {
		e = l.order.PushFront(&caller{key, rate.NewLimiter(rate.Limit(l.limit.PerSecond), l.limit.Burst)})
		l.byKey[key] = e
	}
	l.order.MoveToFront(e)
	if l.order.Len() > maxCallers {
		last := l.order.Back()
		delete(l.byKey, last.Value.(*caller).key)
		l.order.Remove(last)
	}
	reservation := e.Value.(*caller).rate.ReserveN(now, 1)
	delay := reservation.DelayFrom(now)
	if delay > 0 {
		reservation.CancelAt(now)
	}
	return delay
}

func tooOften(wait time.Duration) error {
	return problem.TooMany("too-often", int((wait+time.Second-1)/time.Second))
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func stack() []byte { return debug.Stack() }
