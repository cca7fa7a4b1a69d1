package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a child process that listens on a loopback port. It is asked to end when the context ends, and made to end where it
// does not.
type server struct {
	addr  string
	cmd   *exec.Cmd
	log   *os.File
	ended chan struct{}
	err   error // of its end
}

const (
	endTime   = 15 * time.Second
	startTime = 2 * time.Minute
	tick      = 2 * time.Millisecond
)

// freeAddr gives a port of the loopback interface that is free now.
func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("look for a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// startServer starts a command and waits until ready says so.
func startServer(ctx context.Context, command []string, addr, log string, ready func() bool) (*server, error) {
	f, err := os.Create(log) //nolint:gosec // in the work folder
	if err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	s := &server{addr: addr, log: f, ended: make(chan struct{}), cmd: exec.CommandContext(ctx, command[0], command[1:]...)} //nolint:gosec // this program, or the floor that was built
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = endTime
	s.cmd.Stdout, s.cmd.Stderr = f, f
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", command[0], err), f.Close())
	}
	go func() { defer close(s.ended); s.err = s.cmd.Wait() }()
	limit := time.After(startTime)
	again := time.NewTicker(tick)
	defer again.Stop()
	for !ready() {
		select {
		case <-again.C:
		case <-s.ended:
			return nil, errors.Join(fmt.Errorf("it ended (%w): %s", errors.Join(s.err), s.lastWords()), f.Close())
		case <-limit:
			return nil, errors.Join(fmt.Errorf("not ready after %s: %s", startTime, s.lastWords()), s.stop())
		}
	}
	return s, nil
}

// stop ends the process and waits for its end. What it says at its end is no matter.
func (s *server) stop() error {
	if s == nil || s.cmd == nil {
		return nil
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // one that has ended is what is wanted
	select {
	case <-s.ended:
	case <-time.After(endTime):
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
	s.cmd = nil
	return s.log.Close()
}

func (s *server) lastWords() string {
	const most = 2000
	text, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-most):]))
}

// usage is the processor time of the process so far; 0 where the system does not tell.
func (s *server) usage() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * (time.Second / 100) // the kernel counts in hundredths
}

// peak is the most memory that the process has had, in MiB; 0 where the system does not tell.
func (s *server) peak() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	value, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kib, _ := strconv.ParseFloat(value, 64)
	return kib / 1024
}

// copyFile copies a database that nobody has open.
func copyFile(from, to string) (err error) {
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.RemoveAll(to + suffix); err != nil {
			return fmt.Errorf("remove old database: %w", err)
		}
	}
	in, err := os.Open(from) //nolint:gosec // in the work folder
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	defer in.Close()
	out, err := os.Create(to) //nolint:gosec // in the work folder
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
