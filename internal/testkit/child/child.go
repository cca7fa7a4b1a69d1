// Package child runs a server program for exactly as long as the process that started it.
//
// A small shell stands between: it holds the reading end of a pipe whose writing end belongs to this process. When this
// process ends, however it ends, the pipe closes, the shell stops the program and removes its folder. So nothing is left
// behind by a test that is killed, and no test needs a TestMain.
package child

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// guard runs its arguments from the third on; the first is the folder, the second the signal that stops the program.
const guard = `
trap '' PIPE # who reads the last words may have been killed
dir=$1; stop=$2; shift 2
exec 3<&0
"$@" </dev/null >"$dir/log" 2>&1 3<&- &
pid=$!
( read -r _ <&3; kill -s "$stop" $pid; sleep 5; kill -s KILL $pid ) </dev/null >/dev/null 2>&1 &
watcher=$!
wait $pid; status=$?
kill -s KILL $watcher
tail -n 20 "$dir/log" >&2
cd /; rm -rf "$dir" 2>/dev/null || { sleep 1; rm -rf "$dir"; }
exit $status`

// Spec says what to run.
type Spec struct {
	Name    string                    // begins the name of the folder
	Stop    string                    // the signal that ends the program, such as TERM
	As      *syscall.Credential       // another user of the machine, or nil
	Program func(dir string) []string // program and arguments, given its folder
}

// Child is a running program with a folder of its own.
type Child struct {
	Dir string

	guard *exec.Cmd
	pipe  io.Closer
	log   bytes.Buffer
	ended chan struct{}
	err   error
}

// Start starts the program in a new folder.
func Start(spec Spec) (*Child, error) {
	dir, err := folder(spec)
	if err != nil {
		return nil, fmt.Errorf("make a folder for %s: %w", spec.Name, err)
	}
	c := &Child{Dir: dir, ended: make(chan struct{})}
	args := append([]string{"-c", guard, spec.Name, dir, spec.Stop}, spec.Program(dir)...)
	c.guard = exec.Command("/bin/sh", args...)
	c.guard.Dir = dir
	c.guard.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8", "TZ=UTC"}
	c.guard.Stderr = &c.log
	c.guard.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: spec.As}
	if c.pipe, err = c.guard.StdinPipe(); err != nil {
		return nil, fmt.Errorf("open the pipe of %s: %w", spec.Name, err)
	}
	if err := c.guard.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, errors.Join(err, os.RemoveAll(dir)))
	}
	go func() {
		c.err = c.guard.Wait()
		close(c.ended)
	}()
	return c, nil
}

// Until asks ready again and again until it gives true. It gives up when the program ends by itself or patience is over,
// with the last lines that the program wrote.
func (c *Child) Until(patience time.Duration, ready func() bool) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for !ready() {
		select {
		case <-tick.C:
		case <-c.ended:
			return fmt.Errorf("it ended: %w: %s", errors.Join(c.err), strings.TrimSpace(c.log.String()))
		case <-limit:
			c.Stop()
			return fmt.Errorf("not ready after %s: %s", patience, strings.TrimSpace(c.log.String()))
		}
	}
	return nil
}

// Stop ends the program and removes its folder. It may be called again.
func (c *Child) Stop() {
	// A pipe that is closed already is what is wanted.
	_ = c.pipe.Close()
	<-c.ended
}

// Code is the exit code of the program, once it has ended; -1 for one that a signal ended.
func (c *Child) Code() int {
	<-c.ended
	return c.guard.ProcessState.ExitCode()
}

// folder makes the folder, which belongs to the user that the program runs as. Another user may not reach the
// temporary folder of root, so that one's folder is in /tmp.
func folder(spec Spec) (string, error) {
	base := os.TempDir()
	if spec.As != nil {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "zhike-"+spec.Name+"-")
	if err != nil || spec.As == nil {
		return dir, err
	}
	return dir, os.Chown(dir, int(spec.As.Uid), int(spec.As.Gid))
}

// Unprivileged is a user of the machine for programs that refuse to run as root: the first of names that exists.
// It is nil where this process is not root.
func Unprivileged(names ...string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil is "as myself" for os/exec
	}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("group of user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("none of the users %s exists", strings.Join(names, ", "))
}

// Find is the path of the first of names that is in PATH or in one of the folders (patterns of filepath.Glob; the last
// match of a pattern wins, which is the newest version). It is empty where there is none.
func Find(names, folders []string) string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
		for _, pattern := range folders {
			if found, err := filepath.Glob(filepath.Join(pattern, name)); err == nil && len(found) > 0 {
				return found[len(found)-1]
			}
		}
	}
	return ""
}
