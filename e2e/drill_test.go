//go:build e2e

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/facts"
	"zhike/internal/kernel/clock"
	"zhike/internal/testkit"
)

// TestTRU13_Drill takes a backup amid writes and restores it: `zhike check` finds nothing on it, chain head and totals are those of the
// database at that number, everything that was acknowledged before the backup began is there, and it serves.
func TestTRU13_Drill(t *testing.T) {
	t.Parallel()
	program := program(t)
	t.Run("sqlite", func(t *testing.T) {
		c := prepareCrash(t, program, filepath.Join(t.TempDir(), "zhike.db"))
		copied, restored := filepath.Join(t.TempDir(), "copy.db"), filepath.Join(t.TempDir(), "zhike.db")
		c.drill(t, copied+".seal", restored, func() { c.zhike(t, app.ExitDone, "backup", copied, "--db", c.dsn) }, func() {
			c.zhike(t, app.ExitDone, "restore", copied, "--db", restored)
		})
		c.tampered(t, copied)
	})
	t.Run("postgres", func(t *testing.T) {
		for _, tool := range []string{"pg_dump", "pg_restore"} {
			if _, err := exec.LookPath(tool); err != nil && os.Getenv("CI") != "true" { //nolint:forbidigo // CI must have everything
				t.Skipf("left out: no %s", tool)
			}
		}
		c := prepareCrash(t, program, testkit.PostgresURL(t))
		dump, restored := filepath.Join(t.TempDir(), "dump"), testkit.PostgresURL(t)
		seal := dump + ".seal"
		c.drill(t, seal, restored, func() { tool(t, "pg_dump", "--format=custom", "--file="+dump, c.dsn) }, func() {
			tool(t, "pg_restore", "--exit-on-error", "--no-owner", "--dbname="+restored, dump)
			c.zhike(t, app.ExitDone, "check", "--db", restored, "--seal", seal)
		})
	})
}

func (c *crashed) drill(t *testing.T, seal, restored string, backup, restore func()) {
	t.Helper()
	c.start(t)
	c.signIn(t)
	stop := make(chan struct{})
	var all sync.WaitGroup
	for i := range writers {
		seed := clock.System().Uint64()
		all.Go(func() { c.until(t, stop, rand.New(rand.NewPCG(seed, 0)), fmt.Sprint("drill-", i)) })
	}
	<-time.After(time.Second)
	before := c.soFar()
	began := now()
	backup()
	took := now().Sub(began)
	during := len(c.soFar()) - len(before)
	close(stop)
	all.Wait()
	if during == 0 {
		t.Error("nothing was written during the backup")
	}
	began = now()
	restore()
	other := &crashed{program: c.program, dsn: restored, key: c.key, files: t.TempDir()}
	node := other.node(t, "")
	t.Logf("backup %.1f s, %d enquiries meanwhile; restored, checked and serving after %.1f s", took.Seconds(), during, now().Sub(began).Seconds())
	node.Stop()
	kept := other.logged(t)[facts.EnquiryEntered{}.Kind()]
	for _, v := range before {
		if !kept[v] {
			t.Errorf("enquiry %s was acknowledged before the backup began and is not in it", v)
		}
	}
	c.server.Stop()
	c.settle(t)
	c.zhike(t, app.ExitDone, "check", "--db", c.dsn, "--anchors", seal)
	c.zhike(t, app.ExitDone, "check", "--db", restored, "--anchors", seal)
}

// until writes until it is told to stop.
func (c *crashed) until(t *testing.T, stop <-chan struct{}, r *rand.Rand, who string) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		a := c.next(r, fmt.Sprintf("%s-%d", who, n))
		body, err := c.send(t.Context(), a)
		if err == nil {
			err = c.ack(a, body)
		}
		if err != nil {
			t.Error(err)
			return
		}
	}
}

// soFar are the enquiries that were acknowledged.
func (c *crashed) soFar() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clip(c.opened)
}

// tampered refuses copies that are not what was sealed.
func (c *crashed) tampered(t *testing.T, copied string) {
	t.Helper()
	good, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	seal, err := os.ReadFile(copied + ".seal")
	if err != nil {
		t.Fatal(err)
	}
	name := []byte("何雨桐")
	half := len(good) / 2
	for what, change := range map[string]func() (db, seal []byte){
		"half of it":            func() (db, s []byte) { return good[:half], seal },
		"a page less":           func() (db, s []byte) { return good[:len(good)-4096], seal },
		"a name changed":        func() (db, s []byte) { return bytes.Replace(good, name, []byte("何雨彤"), 1), seal },
		"its seal is another":   func() (db, s []byte) { return good, bytes.Replace(seal, []byte(`"seq":`), []byte(`"seq":1`), 1) },
		"its seal is empty":     func() (db, s []byte) { return good, nil },
		"half of it, no seal":   func() (db, s []byte) { return good[:half], []byte("none") },
		"a page less, no seal":  func() (db, s []byte) { return good[:len(good)-4096], []byte("none") },
		"not a database at all": func() (db, s []byte) { return []byte(strings.Repeat("x", 8192)), []byte("none") },
	} {
		file, into := filepath.Join(t.TempDir(), "copy.db"), filepath.Join(t.TempDir(), "zhike.db")
		db, s := change()
		err := os.WriteFile(file, db, 0o600)
		if string(s) != "none" {
			err = errors.Join(err, os.WriteFile(file+".seal", s, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
		if code, out := c.command(t, "restore", file, "--db", into); code != app.ExitRefused && code != app.ExitFailed {
			t.Errorf("%s: restored with exit code %d\n%s", what, code, out)
		}
		if _, err := os.Stat(into); err == nil {
			t.Errorf("%s: a database was left", what)
		}
	}
}

// zhike runs a command that must end with a code.
func (c *crashed) zhike(t *testing.T, want int, args ...string) {
	t.Helper()
	if code, out := c.command(t, args...); code != want {
		t.Errorf("zhike %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, out)
	}
}

func (c *crashed) command(t *testing.T, args ...string) (code int, out []byte) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.program, args...)
	cmd.Env = append(os.Environ(), "ZHIKE_KEY_FILE="+c.key)
	out, err := cmd.CombinedOutput()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out
}

func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
