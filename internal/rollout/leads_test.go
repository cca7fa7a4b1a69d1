package rollout_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhike/internal/kernel/op"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

func write(t *testing.T, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func bring(t *testing.T, s *testkit.School, o rollout.Options) rollout.Result {
	t.Helper()
	o.Kind, o.Rejects = "leads", o.Path+".rejects.csv"
	r, err := rollout.Import(s.System(), s.Ops, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Accepted+r.Merged+r.Updated+r.Rejected != r.Rows {
		t.Errorf("%d + %d + %d + %d are not %d rows", r.Accepted, r.Merged, r.Updated, r.Rejected, r.Rows)
	}
	return r
}

func counts(r rollout.Result) [4]int64 {
	return [4]int64{r.Accepted, r.Merged, r.Updated, r.Rejected}
}

func enquiries(t *testing.T, s *testkit.School) (n int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM enquiries")
		return err
	})
	return n
}

// Two rows of one person share a phone: the second joins the first one's enquiry, and neither overwrites the other, however often
// the file comes.
func TestROL1_ImportTwice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		file := write(t,
			"编号,姓名,手机号,来源,年级",
			"k1,何雨桐,13800138000,web,三年级",
			"k2,何雨桐,138 0013 8000,web,四年级", // the same person with another value
			"k3,王浩然,13800138001,集市,",
			"k4,李伟,12345,web,",
			"k5,,,web,", // named by its key
			",,,web,",
		)
		want := [4]int64{3, 1, 0, 2}
		if got := counts(bring(t, s, rollout.Options{Path: file, DryRun: true})); got != want || enquiries(t, s) != 0 {
			t.Errorf("dry run: %v and %d enquiries, want %v and none", got, enquiries(t, s), want)
		}
		r := bring(t, s, rollout.Options{Path: file})
		if counts(r) != want || r.Unmapped["channel"]["集市"] != 1 {
			t.Errorf("first run: %v, unmapped %v; want %v and 集市", counts(r), r.Unmapped, want)
		}
		for _, row := range r.First {
			if row.Row != 5 && row.Row != 7 {
				t.Errorf("row %d was rejected: %s", row.Row, row.Code)
			}
		}
		for run := 2; run <= 3; run++ {
			if got := counts(bring(t, s, rollout.Options{Path: file})); got != [4]int64{0, 4, 0, 2} || enquiries(t, s) != 3 {
				t.Errorf("run %d: %v and %d enquiries, want 4 merged, 2 rejected, 3 enquiries", run, got, enquiries(t, s))
			}
		}
		s.Check(t)
	})
}

// The same key with another value changes its enquiry, once.
func TestROL1_ImportUpdates(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		bring(t, s, rollout.Options{Path: write(t, "编号,姓名,年级", "k1,何雨桐,三年级")})
		changed := write(t, "编号,姓名,年级", "k1,何雨桐,四年级")
		for _, want := range [][4]int64{{0, 0, 1, 0}, {0, 1, 0, 0}} {
			if got := counts(bring(t, s, rollout.Options{Path: changed})); got != want {
				t.Errorf("changed row: %v, want %v", got, want)
			}
		}
		s.Check(t)
	})
}

// The public list of leads has neither names nor phones; every row is accepted under its key, and a second run doubles nothing.
func TestROL1_RealList(t *testing.T) {
	file := testkit.SharedData(t, "leads/leads.csv.gz")
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		o := rollout.Options{Path: file, Kind: "leads"}
		for _, want := range [][4]int64{{6519, 0, 0, 0}, {0, 6519, 0, 0}} {
			r, err := rollout.Import(s.System(), s.Ops, o)
			if err != nil || counts(r) != want || r.Rows != 6519 {
				t.Fatalf("%v of %d rows, %v; want %v", counts(r), r.Rows, err, want)
			}
		}
		s.Check(t)
	})
}
