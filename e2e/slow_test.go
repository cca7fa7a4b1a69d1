//go:build e2e && linux

package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// slowSync is how long the slow disk takes for a sync.
const slowSync = 200 * time.Millisecond

// TestTRU1_TRU10_SlowDisk: on a disk that takes 200 ms for a sync no write is acknowledged sooner, writes that wait share a sync, reads do
// not wait, and a kill amid that loses nothing. ZHIKE_SLOW is the number of kills.
func TestTRU1_TRU10_SlowDisk(t *testing.T) {
	t.Parallel()
	needs(t, "strace")
	c := prepareCrash(t, program(t), filepath.Join(t.TempDir(), "zhike.db"))
	for range times(t, "ZHIKE_SLOW", 1) {
		c.under = []string{
			"strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
			"-e", fmt.Sprintf("inject=fsync,fdatasync:delay_exit=%d", slowSync.Microseconds()),
		}
		c.start(t)
		if c.header == nil {
			c.signIn(t)
		}
		c.repeat(t)
		c.slow(t)
		c.amid(t, time.Second, func() {
			for _, pid := range childrenOf(t, c.server.PID) { // the tracer would leave it running
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
					t.Error(err)
				}
			}
		})
		c.under = nil
	}
	c.settle(t)
}

// slow measures writes and reads.
func (c *crashed) slow(t *testing.T) {
	t.Helper()
	const each = 5
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	began, round := now(), c.round
	c.round++
	for i := range writers {
		all.Go(func() {
			r := rand.New(rand.NewPCG(round, uint64(i)))
			for n := range each {
				a := c.next(r, fmt.Sprintf("slow-%d-%d-%d", round, i, n))
				begun := now()
				body, err := c.send(t.Context(), a)
				passed := now().Sub(begun)
				if err == nil {
					err = c.ack(a, body)
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				took = append(took, passed)
				mu.Unlock()
			}
		})
	}
	reads := c.read(t, 10)
	all.Wait()
	whole := now().Sub(began)
	if least := slices.Min(took); least < slowSync {
		t.Errorf("a write was acknowledged after %s, a sync takes %s", least, slowSync)
	}
	if alone := writers * each * slowSync; whole > alone {
		t.Errorf("%d writes took %s: they did not share syncs", writers*each, whole)
	}
	if reads > slowSync {
		t.Errorf("a read took %s while the disk was slow", reads)
	}
	t.Logf("%d writes in %s, each at least %s; median read %s", len(took), whole.Round(time.Millisecond), slices.Min(took).Round(time.Millisecond), reads)
}

// read gives the median time of a read.
func (c *crashed) read(t *testing.T, n int) time.Duration {
	t.Helper()
	var took []time.Duration
	for range n {
		began := now()
		c.status(t, c.server, http.MethodGet, "/api/v1/enquiries?limit=20")
		took = append(took, now().Sub(began))
	}
	slices.Sort(took)
	return took[n/2]
}

func childrenOf(t *testing.T, pid int) (out []int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	for f := range strings.FieldsSeq(string(text)) {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}
