//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/clock"
	"zhike/internal/testkit"
	"zhike/internal/testkit/pgserver"
)

// writers is the number of clients that work at once.
const writers = 8

// TestTRU1_TRU10_Crash kills the server amid writes, again and again: what was acknowledged is there, what was not is there
// exactly once after it was repeated with its key (TRU-2), and every invariant holds. ZHIKE_KILLS is the number of kills.
func TestTRU1_TRU10_Crash(t *testing.T) {
	t.Parallel()
	rounds, program := times(t, "ZHIKE_KILLS", 10), program(t)
	t.Run("sqlite", func(t *testing.T) {
		crash(t, program, filepath.Join(t.TempDir(), "zhike.db"), rounds)
	})
	t.Run("postgres", func(t *testing.T) {
		server, err := pgserver.Start(pgserver.Options{Durable: true})
		if errors.Is(err, pgserver.ErrMissing) && os.Getenv("CI") != "true" { //nolint:forbidigo // CI must have everything
			t.Skipf("left out: %v", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
		crash(t, program, server.URL, (rounds+2)/3)
	})
}

// crashed is a database whose server is disturbed.
type crashed struct {
	program, dsn, key, files string
	under                    []string // what runs the server, if anything: strace with its faults
	// unsureAfter says that an answer that is read once the strike has begun tells nothing: a disk that is being taken away may say of a
	// sync under way that it was done, and no more be read.
	unsureAfter bool
	server      testkit.Server
	header      http.Header
	client      *http.Client

	center, course, channel string
	phones                  int

	round  uint64
	before map[string]map[string]bool // subjects of the log before the first round

	mu     sync.Mutex
	acked  map[string][]string // record ids by kind of fact
	opened []string            // acknowledged enquiries, for touches
	unsure []attempt           // sent and not answered
}

// attempt is one write with its key.
type attempt struct {
	path, key, kind string
	body            []byte
}

func crash(t *testing.T, program, dsn string, rounds int) {
	c := prepareCrash(t, program, dsn)
	c.rounds(t, rounds, func() { c.kill(t) }, func() {})
}

// kill ends the server by SIGKILL.
func (c *crashed) kill(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(c.server.PID, syscall.SIGKILL); err != nil {
		t.Fatalf("kill: %v", err)
	}
}

// prepareCrash makes a school at dsn that a server can be started on.
func prepareCrash(t *testing.T, program, dsn string) *crashed {
	t.Helper()
	c := &crashed{program: program, dsn: dsn, key: filepath.Join(t.TempDir(), "key"), acked: map[string][]string{}}
	if err := os.WriteFile(c.key, testkit.Key, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("prepare", func(t *testing.T) { // its own test: the school is closed when it ends
		s := testkit.NewSchool(t, dsn)
		c.center, c.course, c.channel = s.HD.String(), s.Course.String(), s.Web.String()
	})
	c.before = c.logged(t)
	return c
}

// rounds lets clients write, strikes amid that, mends what was struck once the server is gone, and does so again and again. In the end
// what was acknowledged is there exactly once.
func (c *crashed) rounds(t *testing.T, rounds int, strike, mend func()) {
	t.Helper()
	seed := clock.System().Uint64()
	t.Logf("seed %d, %d rounds", seed, rounds)
	r := rand.New(rand.NewPCG(seed, 0))
	for range rounds {
		c.start(t)
		if c.header == nil {
			c.signIn(t) // once: an acknowledged session survives as well
		}
		c.repeat(t)
		c.confirm(t)
		c.amid(t, time.Duration(30+r.IntN(400))*time.Millisecond, strike)
		mend()
	}
	c.settle(t)
	if len(c.opened) < rounds {
		t.Errorf("%d enquiries in %d rounds: there was no load", len(c.opened), rounds)
	}
}

// start starts the server.
func (c *crashed) start(t *testing.T) {
	t.Helper()
	c.server = testkit.Serve(t, testkit.ServerSpec{
		Program: c.program, Env: []string{"ZHIKE_KEY_FILE=" + c.key}, Under: c.under, Args: []string{"--db", c.dsn},
	})
	c.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers}, Timeout: time.Minute}
}

func (c *crashed) signIn(t *testing.T) {
	t.Helper()
	c.header = c.session(t, "front-desk@hd")
}

// session signs somebody in and gives the header of their requests.
func (c *crashed) session(t *testing.T, login string) http.Header {
	t.Helper()
	answer, err := c.send(t.Context(), attempt{path: "/api/v1/sessions", body: fmt.Appendf(nil, `{"login":%q,"password":"correct horse"}`, login)})
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Token string }
	if err := json.Unmarshal(answer, &out); err != nil || out.Token == "" {
		t.Fatalf("sign in: %s (%v)", answer, err)
	}
	return http.Header{"Authorization": {"Bearer " + out.Token}}
}

// errAsked is an answer that says no: the server is well and the test is not.
var errAsked = errors.New("refused")

// send sends one write and gives the body of its answer. Too many requests are waited out.
func (c *crashed) send(ctx context.Context, a attempt) ([]byte, error) {
	for {
		status, body, err := c.post(ctx, a)
		switch {
		case err != nil:
			return nil, err
		case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
			select {
			case <-time.After(100 * time.Millisecond):
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		case status >= 300:
			return nil, fmt.Errorf("%w: POST %s: %d %s", errAsked, a.path, status, body)
		}
		return body, nil
	}
}

// post sends one write and gives its answer.
func (c *crashed) post(ctx context.Context, a attempt) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.server.Addr+a.path, bytes.NewReader(a.body))
	if err != nil {
		return 0, nil, err
	}
	maps.Copy(req.Header, c.header)
	req.Header.Set("Content-Type", "application/json")
	if a.key != "" {
		req.Header.Set("Idempotency-Key", a.key)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// ack notes what an answer acknowledges.
func (c *crashed) ack(a attempt, answer []byte) error {
	var out struct{ ID string }
	if err := json.Unmarshal(answer, &out); err != nil || out.ID == "" {
		return fmt.Errorf("no id in %s: %w", answer, errAsked)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acked[a.kind] = append(c.acked[a.kind], out.ID)
	if a.kind == (facts.EnquiryEntered{}).Kind() {
		c.opened = append(c.opened, out.ID)
	}
	return nil
}

// next makes the next write: an enquiry of a new person, or a touch on one that was acknowledged.
func (c *crashed) next(r *rand.Rand, key string) attempt {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.opened) > 0 && r.IntN(2) == 0 {
		day := clock.System().Now().AddDate(0, 0, 3).Format(time.DateOnly)
		body := fmt.Sprintf(`{"channel":"call","direction":"out","result":"discuss","next_step":"call-back","next_day":%q,"note":"希望周末上课"}`, day)
		return attempt{"/api/v1/enquiries/" + c.opened[r.IntN(len(c.opened))] + "/touches", key, facts.TouchRecorded{}.Kind(), []byte(body)}
	}
	c.phones++
	body := fmt.Sprintf(`{"person":{"name":"何雨桐","phones":[{"value":"1380%07d"}]},"center_id":%q,"channel_id":%q,"course_id":%q}`, c.phones, c.center, c.channel, c.course)
	return attempt{"/api/v1/enquiries", key, facts.EnquiryEntered{}.Kind(), []byte(body)}
}

// amid lets the clients write and strikes some time after the first acknowledgement; the server answers nobody after that.
func (c *crashed) amid(t *testing.T, after time.Duration, strike func()) {
	t.Helper()
	round := c.round
	c.round++
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var struck atomic.Bool
	began := make(chan struct{})
	note := sync.OnceFunc(func() { close(began) })
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			r := rand.New(rand.NewPCG(round, uint64(i)))
			for n := 0; ; n++ {
				a := c.next(r, fmt.Sprintf("crash-%d-%d-%d", round, i, n))
				answer, err := c.send(ctx, a)
				late := struck.Load() && c.unsureAfter && (err == nil || errors.Is(err, errAsked))
				if err == nil && !late {
					err = c.ack(a, answer)
				}
				switch {
				case late: // until the server is gone
					c.doubt(a)
				case errors.Is(err, errAsked):
					t.Error(err)
					note()
					return
				case err != nil:
					c.doubt(a)
					return
				}
				note()
			}
		})
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	select {
	case <-began:
		<-time.After(after)
	case <-ended:
		t.Fatal("the clients ended before the server was struck")
	}
	struck.Store(true)
	strike()
	<-ended
	if ctx.Err() != nil {
		t.Fatal("the server went on a minute after it was struck")
	}
	c.server.Stop()
	c.client.CloseIdleConnections()
	if t.Failed() {
		t.FailNow()
	}
}

// doubt notes an attempt whose outcome is not known.
func (c *crashed) doubt(a attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unsure = append(c.unsure, a)
}

// repeat sends what was not answered again, twice, with the same keys: both times the same record is named.
func (c *crashed) repeat(t *testing.T) {
	t.Helper()
	for _, a := range c.unsure {
		first, err := c.send(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		second, err := c.send(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		var x, y struct{ ID string }
		if err := errors.Join(json.Unmarshal(first, &x), json.Unmarshal(second, &y)); err != nil || x != y {
			t.Fatalf("the same key gave %s, then %s (%v)", first, second, err)
		}
		if err := c.ack(a, first); err != nil {
			t.Fatal(err)
		}
	}
	c.unsure = nil
}

// confirm asks the server for the last enquiries that were acknowledged; the log is read as a whole at the end.
func (c *crashed) confirm(t *testing.T) {
	t.Helper()
	for _, v := range c.opened[max(0, len(c.opened)-3*writers):] {
		if status := c.status(t, c.server, http.MethodGet, "/api/v1/enquiries/"+v); status != http.StatusOK {
			t.Fatalf("enquiry %s was acknowledged; after the kill: %d", v, status)
		}
	}
}

// status sends a request without a body in the session, and gives the status of the answer.
func (c *crashed) status(t *testing.T, server testkit.Server, method, path string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+server.Addr+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.header.Clone()
	resp, err := c.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
