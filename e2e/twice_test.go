//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhike/internal/kernel/clock"
	"zhike/internal/testkit"
	"zhike/internal/testkit/pgserver"
)

// TestTRU2_TRU10_Twice delivers keys twice at the same time, after the client gave up, and late, when others and a restart lie between:
// each has its effect once and one answer; with another content it is refused. ZHIKE_TWICE is the number of keys of a client.
func TestTRU2_TRU10_Twice(t *testing.T) {
	t.Parallel()
	keys, program := times(t, "ZHIKE_TWICE", 20), program(t)
	t.Run("sqlite", func(t *testing.T) {
		twice(t, prepareCrash(t, program, filepath.Join(t.TempDir(), "zhike.db")), keys)
	})
	t.Run("postgres", func(t *testing.T) {
		twice(t, prepareCrash(t, program, testkit.PostgresURL(t)), keys)
	})
}

// delivered is a write and the record that its answer named.
type delivered struct {
	attempt
	id string
}

func twice(t *testing.T, c *crashed, keys int) {
	t.Helper()
	c.start(t)
	c.signIn(t)
	all := make([][]delivered, writers)
	var work sync.WaitGroup
	for i := range writers {
		seed := clock.System().Uint64()
		work.Go(func() { all[i] = c.deliver(t, rand.New(rand.NewPCG(seed, 0)), fmt.Sprint("twice-", i), keys) })
	}
	work.Wait()
	c.server.Stop()
	c.client.CloseIdleConnections()
	c.start(t)
	for _, list := range all {
		for i, d := range list {
			if i%4 == 0 { // a delivery that was long on its way
				c.same(t, d)
			}
		}
	}
	c.otherwise(t, all[0][0].attempt)
	c.server.Stop()
	c.settle(t)
}

// deliver sends keys in all the ways in which a key comes more than once.
func (c *crashed) deliver(t *testing.T, r *rand.Rand, who string, keys int) (out []delivered) {
	for n := range keys {
		a := c.next(r, fmt.Sprintf("%s-%d", who, n))
		var d delivered
		switch r.IntN(3) {
		case 0:
			d = c.both(t, a)
		case 1:
			d = c.hurried(t, a, time.Duration(r.IntN(8000))*time.Microsecond)
		default:
			d = c.one(t, a)
		}
		if t.Failed() {
			return out
		}
		if err := c.ack(d.attempt, []byte(`{"id":"`+d.id+`"}`)); err != nil {
			t.Error(err)
		}
		if out = append(out, d); r.IntN(4) == 0 { // late: others were sent meanwhile
			c.same(t, out[r.IntN(len(out))])
		}
	}
	return out
}

// one sends a write and gives what its answer names.
func (c *crashed) one(t *testing.T, a attempt) delivered {
	body, err := c.send(t.Context(), a)
	var out struct{ ID string }
	if err := errors.Join(err, json.Unmarshal(body, &out)); err != nil || out.ID == "" {
		t.Errorf("%s: %v %s", a.path, err, body)
	}
	return delivered{a, out.ID}
}

// both sends a write twice at the same time.
func (c *crashed) both(t *testing.T, a attempt) delivered {
	var first, second delivered
	var all sync.WaitGroup
	all.Go(func() { first = c.one(t, a) })
	all.Go(func() { second = c.one(t, a) })
	all.Wait()
	if first.id != second.id {
		t.Errorf("the same key at the same time gave %s and %s", first.id, second.id)
	}
	return first
}

// hurried gives up after a short while, without knowing what became of it, and sends it again.
func (c *crashed) hurried(t *testing.T, a attempt, patience time.Duration) delivered {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, _, _ = c.post(ctx, a) // whatever it says
	return c.one(t, a)
}

// same delivers a key again.
func (c *crashed) same(t *testing.T, d delivered) {
	if again := c.one(t, d.attempt); again.id != d.id {
		t.Errorf("key %s gave %s, later %s", d.key, d.id, again.id)
	}
}

// otherwise delivers a key with another content.
func (c *crashed) otherwise(t *testing.T, a attempt) {
	t.Helper()
	a.body = []byte(strings.Replace(string(a.body), "13800", "13700", 1))
	if status, body, err := c.post(t.Context(), a); err != nil || status != http.StatusUnprocessableEntity || !strings.Contains(string(body), "key-reused") {
		t.Errorf("another content under the same key: %d %s %v", status, body, err)
	}
}

// TestTRU12_TwoNodes: of two nodes on one database a session that one made is valid at the other, and ended at one it is ended at the
// other; a node that is killed leaves the rest to the other.
func TestTRU12_TwoNodes(t *testing.T) {
	t.Parallel()
	server, err := pgserver.Start(pgserver.Options{Durable: true})
	if errors.Is(err, pgserver.ErrMissing) && os.Getenv("CI") != "true" { //nolint:forbidigo // CI must have everything
		t.Skipf("left out: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	c := prepareCrash(t, program(t), server.URL)
	c.files = t.TempDir()
	first, second := c.node(t, ""), c.node(t, "")
	c.client = &http.Client{Timeout: time.Minute}
	c.server = first
	c.signIn(t)
	for range 20 { // each sees at once what the other did
		if status := c.status(t, second, http.MethodGet, "/api/v1/tasks"); status != http.StatusOK {
			t.Fatalf("a session of the other node: %d", status)
		}
		if status := c.status(t, first, http.MethodDelete, "/api/v1/sessions/current"); status != http.StatusNoContent {
			t.Fatalf("sign out: %d", status)
		}
		if status := c.status(t, second, http.MethodGet, "/api/v1/tasks"); status != http.StatusUnauthorized {
			t.Fatalf("a session that the other node ended: %d", status)
		}
		first, second = second, first
		c.server = first
		c.signIn(t)
	}
	c.killed(t, &first, second)
}

// killed writes at two nodes, one of which is killed amid that; what it did not answer is repeated at the other.
func (c *crashed) killed(t *testing.T, first *testkit.Server, second testkit.Server) {
	t.Helper()
	c.server = *first
	c.amid(t, 300*time.Millisecond, func() { c.kill(t) })
	c.server = second
	c.repeat(t)
	c.confirm(t)
	c.settle(t)
}
