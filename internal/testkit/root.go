// Package testkit is what tests stand on: real servers, and the school they work in.
package testkit

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Root is the folder of the repository.
func Root(tb testing.TB) string {
	tb.Helper()
	dir, err := root()
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}

// SharedData is the path of a file or folder of the data that lies beside the repository. The test is skipped where it
// is absent: the data is not part of the repository.
func SharedData(tb testing.TB, name string) string {
	tb.Helper()
	path := filepath.Join(Root(tb), "..", "shared", "data", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("the data beside the repository is absent: %v", err)
	}
	return path
}

// Nightly says whether this run may take its time: more rounds, larger schools (make nightly).
func Nightly() bool { return os.Getenv("ZHIKE_NIGHTLY") == "true" }

func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod in this folder or above")
		}
		dir = up
	}
}

// absent skips a test whose server the machine lacks; in CI that is a failure.
func absent(tb testing.TB, why error) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatalf("CI must have everything: %v", why)
	}
	tb.Skipf("left out: %v", why)
}
