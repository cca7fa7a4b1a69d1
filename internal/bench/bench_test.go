package bench_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"zhike/internal/bench"
	"zhike/internal/testkit"
)

// TestPRF_Bench runs the whole bench on a tiny company, so that it cannot rot. Its figures are of no interest here; that every
// acknowledged write is there, and that the roll-ups, the work list and the funnel equal a recount, is part of the run (PRF-6, PRF-7).
func TestPRF_Bench(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and starts servers")
	}
	program := filepath.Join(t.TempDir(), "zhike")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/zhike")
	build.Dir = testkit.Root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	profiles := t.TempDir()
	cmd := exec.CommandContext(t.Context(), program, "bench", "--scale", "tiny", "--seconds", "0.2", "--rounds", "2", "--work", t.TempDir(),
		"--floor", "none", "--profile", profiles, "--json")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("zhike bench: %v\n%s", err, &said)
	}
	var r bench.Report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("read %s: %v", out, err)
	}
	if r.Acknowledged == 0 || r.Bytes == 0 || r.Floor {
		t.Errorf("%d acknowledged writes, %d bytes, floor %t; want some, some, false", r.Acknowledged, r.Bytes, r.Floor)
	}
	for _, goal := range []string{"PRF-1", "PRF-2", "PRF-3", "PRF-4", "PRF-5", "PRF-6", "PRF-7", "SAL-3", "SAL-9", "MKT-10", "PRF-8", "PRF-9", "PRF-10"} {
		i := slices.IndexFunc(r.Figures, func(f bench.Figure) bool { return f.Goal == goal })
		if i < 0 || r.Figures[i].Value <= 0 {
			t.Errorf("%s was not measured: %+v", goal, r.Figures)
		}
	}
	if files, err := filepath.Glob(filepath.Join(profiles, "*.pprof")); err != nil || len(files) != 15 {
		t.Errorf("%d profiles (%v), want one a scenario: %v", len(files), err, files)
	}
	var table bytes.Buffer
	if err := r.Table(&table); err != nil || !bytes.Contains(table.Bytes(), []byte("person-page")) {
		t.Errorf("table (%v):\n%s", err, &table)
	}
}
