//go:build e2e && linux

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"zhike/internal/app"
	"zhike/internal/kernel/clock"
)

// needs leaves a test out, with a line, where the machine does not let it mount or trace.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("left out: mounting and tracing need root")
	}
	for _, tool := range tools {
		_, err := exec.LookPath(tool)
		if err != nil && os.Getenv("CI") == "true" { //nolint:forbidigo // CI must have everything
			t.Fatalf("scripts/setup.sh should have installed %s: %v", tool, err)
		}
		if err != nil {
			t.Skipf("left out: no %s", tool)
		}
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// disk mounts something at a folder of the test and gives the folder and what mounts it again after it was unmounted.
func disk(t *testing.T, args ...string) (dir string, mount func()) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	args = append(args, dir)
	mount = func() {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), "mount", args...).CombinedOutput(); err != nil {
			t.Skipf("left out: cannot mount here: %v %s", err, out)
		}
	}
	mount()
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir, mount
}

// shutdown makes a mounted ext4 forget what was not synced, as a power cut does (FS_IOC_SHUTDOWN, without flushing its log).
func shutdown(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const request = 0x8004587d
	noFlush := uint32(2)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(&noFlush))); errno != 0 {
		t.Skipf("left out: the file system takes no shutdown: %v", errno)
	}
}

// TestTRU1_TRU10_PowerCut takes the power away amid writes: what was not synced is gone, what was acknowledged is not.
// ZHIKE_CUTS is the number of cuts.
func TestTRU1_TRU10_PowerCut(t *testing.T) {
	t.Parallel()
	needs(t, "mount", "mkfs.ext4")
	image := filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 256<<20); err != nil {
		t.Fatal(err)
	}
	run(t, "mkfs.ext4", "-q", "-F", image)
	dir, mount := disk(t, "-o", "loop", image)
	c := prepareCrash(t, program(t), filepath.Join(dir, "zhike.db"))
	c.unsureAfter = true
	// What is there before the first cut has to be on the disk.
	syscall.Sync()
	c.rounds(t, times(t, "ZHIKE_CUTS", 3), func() { shutdown(t, dir) }, func() {
		if code := c.server.Code(); code != app.ExitFailed {
			t.Errorf("the server ended with %d when its disk was gone, want %d", code, app.ExitFailed)
		}
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Fatalf("unmount: %v", err)
		}
		mount()
	})
}

// TestTRU6_FsyncFails: where the disk does not take a commit, nothing of it is acknowledged, the sync is not tried again, and the server
// ends. What was acknowledged before is there. A sync of a checkpoint that fails is no commit's: SQLite gives the checkpoint up, and the
// next one writes its pages anew; the commit after it ends the server. ZHIKE_SYNCS is the number of failing syncs.
func TestTRU6_FsyncFails(t *testing.T) {
	t.Parallel()
	needs(t, "strace")
	c := prepareCrash(t, program(t), filepath.Join(t.TempDir(), "zhike.db"))
	trace := filepath.Join(t.TempDir(), "trace")
	chance := rand.New(rand.NewPCG(clock.System().Uint64(), 0))
	for range times(t, "ZHIKE_SYNCS", 1) {
		c.under = []string{
			"strace", "-f", "-qq", "--seccomp-bpf", "-y", "-o", trace, "-e", "trace=fsync,fdatasync,pwrite64,write", "-e",
			fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d+", 100+chance.IntN(200)),
		}
		c.rounds(t, 1, func() {}, func() {
			if code := c.server.Code(); code != app.ExitFailed {
				t.Errorf("the server ended with %d after a failed sync, want %d", code, app.ExitFailed)
			}
			log, err := os.ReadFile(trace)
			if err != nil {
				t.Fatal(err)
			}
			failed := strings.Split(string(log), "(INJECTED)")
			if len(failed) < 2 {
				t.Error("no sync failed")
			}
			for _, between := range failed[1 : len(failed)-1] {
				if !strings.Contains(between, "zhike.db-wal>, ") {
					t.Errorf("a failed sync was repeated without writing anew: %s", between)
				}
			}
			c.under = nil
		})
	}
}

// TestTRU6_FullDisk: a full disk refuses writes with its reason, reads go on, and once there is room the same request is done.
func TestTRU6_FullDisk(t *testing.T) {
	t.Parallel()
	needs(t, "mount")
	dir, _ := disk(t, "-t", "tmpfs", "-o", "size=24m", "none")
	c := prepareCrash(t, program(t), filepath.Join(dir, "zhike.db"))
	c.start(t)
	c.signIn(t)
	filler := filepath.Join(dir, "filler")
	fill(t, filler)
	r := rand.New(rand.NewPCG(1, 1))
	var refused *attempt
	for n := 0; refused == nil && n < 5000; n++ {
		a := c.next(r, fmt.Sprint("full-", n))
		switch status, body, err := c.post(t.Context(), a); {
		case err != nil:
			t.Fatal(err)
		case status == http.StatusServiceUnavailable:
			var p struct{ Code, Rule string }
			if err := json.Unmarshal(body, &p); err != nil || p.Code != "disk-full" || p.Rule != "TRU-6" {
				t.Fatalf("a full disk is told as %s", body)
			}
			refused = &a
		case status >= 300:
			t.Fatalf("%d %s", status, body)
		default:
			if err := c.ack(a, body); err != nil {
				t.Fatal(err)
			}
		}
	}
	if refused == nil {
		t.Fatal("the disk did not become full")
	}
	c.confirm(t) // reads go on
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	c.unsure = append(c.unsure, *refused)
	c.repeat(t)
	c.server.Stop()
	c.settle(t)
}

// fill writes a file until its disk is full.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.CopyN(f, zeros{}, 1<<40); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill the disk: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
