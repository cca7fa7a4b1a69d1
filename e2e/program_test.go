//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"zhike/internal/testkit"
)

// program builds Zhike into a folder of the test.
func program(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "zhike")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", file, "./cmd/zhike")
	build.Dir = testkit.Root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return file
}

// times is how often a test strikes: what the environment variable says, or a few.
func times(t *testing.T, name string, few int) int {
	t.Helper()
	text := os.Getenv(name) //nolint:forbidigo // how long this test may take
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// now is the machine's time, for measuring.
func now() time.Time { return time.Now() } //nolint:forbidigo // it measures, nothing depends on it
