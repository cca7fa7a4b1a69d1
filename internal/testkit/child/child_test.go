package child_test

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhike/internal/testkit/child"
)

const parent = "ZHIKE_TEST_CHILD_PARENT"

// TestStop: the program is gone and its folder too.
func TestStop(t *testing.T) {
	c := sleeper(t)
	pid := pidOf(t, c)
	c.Stop()
	c.Stop()
	if running(pid) {
		t.Errorf("process %s still runs", pid)
	}
	if _, err := os.Stat(c.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder %s is still there: %v", c.Dir, err)
	}
}

// TestUntilTellsWhatTheProgramWrote: a program that ends at once is an error with its words.
func TestUntilTellsWhatTheProgramWrote(t *testing.T) {
	c, err := child.Start(child.Spec{Name: "broken", Stop: "TERM", Program: func(string) []string {
		return []string{"/bin/sh", "-c", "echo no such luck; exit 3"}
	}})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Until(10*time.Second, func() bool { return false })
	if err == nil || !strings.Contains(err.Error(), "no such luck") {
		t.Errorf("err = %v, want the words of the program", err)
	}
}

// TestKilledParent: a process that is killed with SIGKILL leaves neither the program nor its folder.
func TestKilledParent(t *testing.T) {
	if os.Getenv(parent) != "" {
		c := sleeper(t)
		_, _ = os.Stdout.WriteString("child " + pidOf(t, c) + " " + c.Dir + "\n")
		select {}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledParent$")
	cmd.Env = append(os.Environ(), parent+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(line)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed: an error always
	await(t, "the program ends", func() bool { return !running(words[1]) })
	await(t, "the folder goes", func() bool {
		_, err := os.Stat(words[2])
		return errors.Is(err, fs.ErrNotExist)
	})
}

func sleeper(t *testing.T) *child.Child {
	t.Helper()
	c, err := child.Start(child.Spec{Name: "sleeper", Stop: "TERM", Program: func(dir string) []string {
		return []string{"/bin/sh", "-c", `echo $$ >` + dir + `/pid.new; mv pid.new pid; exec sleep 600`}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func pidOf(t *testing.T, c *child.Child) string {
	t.Helper()
	var text []byte
	err := c.Until(10*time.Second, func() (ok bool) {
		var err error
		text, err = os.ReadFile(filepath.Join(c.Dir, "pid"))
		return err == nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// running says whether a process lives; one that has ended and waits for its parent does not.
func running(pid string) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(15 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
