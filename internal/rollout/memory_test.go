package rollout_test

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// long writes a list of n rows, row by row.
func long(tb testing.TB, n int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "long.csv")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	_, _ = w.WriteString("编号,姓名,手机号,来源,年级,备注\n")
	for i := 1; i <= n; i++ {
		_, _ = w.WriteString(line(i))
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// heap measures what lives, now and then.
type heap struct{ rows, first, most uint64 }

func (h *heap) look(every uint64) func(int64, int64) {
	return func(int64, int64) {
		if h.rows++; h.rows%every != 0 {
			return
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if h.first == 0 {
			h.first = m.HeapAlloc
		}
		h.most = max(h.most, m.HeapAlloc)
	}
}

const grows = 12 << 20 // bytes that may live more than at the first look: caches of statements, the table of the log's blocks

// A dry run and a load hold no more at their end than near their beginning, however long the list is: 750,000 rows in the nightly run
// (ZHIKE_NIGHTLY).
func TestROL1_FlatMemory(t *testing.T) {
	dry, rows := 100_000, 6_000
	if os.Getenv("ZHIKE_NIGHTLY") != "" { //nolint:forbidigo // says which tests run
		dry, rows = 750_000, 750_000
	}
	if testing.Short() {
		dry, rows = 50_000, 2_000
	}
	for _, c := range []struct {
		name  string
		rows  int
		dry   bool
		every uint64
	}{{"dry run", dry, true, uint64(max(dry/500/12, 1))}, {"load", rows, false, uint64(max(rows/500/12, 1))}} {
		t.Run(c.name, func(t *testing.T) {
			s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
			var h heap
			began := time.Now() //nolint:forbidigo // a measure
			r, err := rollout.Import(s.System(), s.Ops, rollout.Options{Kind: "leads", Path: long(t, c.rows), DryRun: c.dry, Progress: h.look(c.every)})
			if err != nil || counts(r) != wantOf(int64(c.rows)) {
				t.Fatalf("%v, %v; want %v", counts(r), err, wantOf(int64(c.rows)))
			}
			took := time.Since(began) //nolint:forbidigo // a measure
			t.Logf("%d rows in %s, %s a row, heap %d → at most %d kB", c.rows, took.Round(time.Millisecond), took/time.Duration(c.rows), h.first>>10, h.most>>10)
			if h.most > h.first+grows {
				t.Errorf("heap grows from %d to %d kB", h.first>>10, h.most>>10)
			}
		})
	}
}

// BenchmarkROL1_Load is the cost of a row.
func BenchmarkROL1_Load(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	path := long(b, max(b.N/100*100, 100))
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := rollout.Import(s.System(), s.Ops, rollout.Options{Kind: "leads", Path: path}); err != nil {
		b.Fatal(err)
	}
}
