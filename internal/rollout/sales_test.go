package rollout_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// bringAll imports a file of the public sales data and wants all of its rows.
func bringAll(t *testing.T, s *testkit.School, o rollout.Options, want [4]int64) rollout.Result {
	t.Helper()
	r, err := rollout.Import(s.System(), s.Ops, o)
	if err != nil || counts(r) != want {
		t.Fatalf("%s: %v, %v; want %v; rejected: %+v", o.Kind, counts(r), err, want, r.First)
	}
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil { // a request does so
		t.Fatal(err)
	}
	return r
}

func asked[T any](t *testing.T, s *testkit.School, text string, args ...any) (out T) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = op.OneOf[T](ctx, tx.Unscoped("test"), text, args...)
		return err
	})
	return out
}

// The public sales data come in through the product's own imports: products as courses and packages, agents as staff, accounts as
// organizations, opportunities as enquiries. All rows are there with their values, and a second import changes nothing (PPL-13, ROL-1).
func TestPPL13_RealSales(t *testing.T) {
	products, teams, accounts := testkit.SharedData(t, "sales/products.csv"), testkit.SharedData(t, "sales/sales_teams.csv"), testkit.SharedData(t, "sales/accounts.csv")
	pipeline := unpacked(t, testkit.SharedData(t, "sales/sales_pipeline.csv.gz"))
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for run, want := range [][7][4]int64{
			{{7}, {7}, {3}, {35}, {85}, {8800}},
			{{0, 7}, {0, 7}, {0, 3}, {0, 35}, {0, 85}, {0, 8800}},
		} {
			bringAll(t, s, rollout.Options{Kind: "courses", Path: products}, want[0])
			bringAll(t, s, rollout.Options{Kind: "packages", Path: products, Map: []byte("[defaults]\nhours = \"1\"\nvalidity_days = \"365\"")}, want[1])
			bringAll(t, s, rollout.Options{Kind: "centers", Path: write(t, "code,name", "Central,Central", "East,East", "West,West")}, want[2])
			bringAll(t, s, rollout.Options{Kind: "staff", Path: teams, Map: []byte("[defaults]\nrole = \"consultant\"\nfrom = \"2016-01-01\"")}, want[3])
			r := bringAll(t, s, rollout.Options{Kind: "organizations", Path: accounts, Map: []byte("[values.industry]\ntechnolgy = \"technology\"")}, want[4])
			if len(r.Unmapped) != 0 {
				t.Errorf("run %d: of accounts, unmapped: %v", run, r.Unmapped)
			}
			r = bringAll(t, s, rollout.Options{Kind: "leads", Path: pipeline}, want[5])
			if u := r.Unmapped; len(u) != 1 || u["outcome"]["Engaging"] != 1589 || u["outcome"]["Prospecting"] != 500 {
				t.Errorf("run %d: of opportunities, unmapped: %v", run, u)
			}
		}
		salesTotals(t, s)
		s.Check(t)
	})
}

func salesTotals(t *testing.T, s *testkit.School) {
	t.Helper()
	for _, c := range []struct {
		what, text string
		want       int64
	}{
		{"organizations", "SELECT COUNT(*) FROM organizations", 85},
		{"subsidiaries with their parent", "SELECT COUNT(*) FROM organizations WHERE parent IS NOT NULL", 15},
		{"of technology, however it was written", "SELECT COUNT(*) FROM organizations WHERE industry = 'technology'", 12},
		{"numbers of employees", "SELECT COUNT(*) FROM attributes WHERE field = 'employees'", 85},
		{"signed", "SELECT COUNT(*) FROM enquiries WHERE outcome = 'signed' AND outcome_day > 0", 4238},
		{"lost", "SELECT COUNT(*) FROM enquiries WHERE outcome = 'lost' AND outcome_day > 0", 2473},
		{"engaging", "SELECT COUNT(*) FROM enquiries e JOIN attributes a ON a.subject = e.id AND a.field = 'outcome' AND a.text = 'Engaging' WHERE e.outcome = 'open'", 1589},
		{"prospecting", "SELECT COUNT(*) FROM enquiries e JOIN attributes a ON a.subject = e.id AND a.field = 'outcome' AND a.text = 'Prospecting' WHERE e.outcome = 'open'", 500},
		{"value of what was signed, in fen", "SELECT CAST(SUM(worth) AS BIGINT) FROM enquiries WHERE outcome = 'signed'", 1_000_553_400},
		{"value of the rest", "SELECT CAST(SUM(worth) AS BIGINT) FROM enquiries WHERE outcome <> 'signed'", 0},
		{"for an organization", "SELECT COUNT(*) FROM enquiries WHERE organization IS NOT NULL", 7375},
		{"for none", "SELECT COUNT(*) FROM enquiries WHERE organization IS NULL", 1425},
		{"without a course", "SELECT COUNT(*) FROM enquiries WHERE course IS NULL", 0},
		{"without a consultant", "SELECT COUNT(*) FROM enquiries WHERE consultant IS NULL", 0},
		{"links of organizations to what is for them", "SELECT COUNT(*) FROM person_links WHERE kind = 'named'", 7375},
		{"agents without a matter", "SELECT COUNT(*) FROM staff f WHERE NOT EXISTS (SELECT 1 FROM enquiries e WHERE e.consultant = f.id) AND f.code IN ('Mei-Mei Johns', 'Elizabeth Anderson', 'Natalya Ivanova', 'Carol Thompson', 'Carl Lin')", 5},
	} {
		if got := asked[int64](t, s, c.text); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
	type brief struct {
		Entered int64  `db:"entered_day"`
		Outcome int64  `db:"outcome_day"`
		Name    string `db:"name"`
		Course  string `db:"code"`
		Value   int64  `db:"worth"`
	}
	got := asked[brief](t, s, "SELECT e.entered_day, e.outcome_day, o.name, c.code, e.worth FROM enquiries e JOIN persons o ON o.id = e.organization JOIN courses c ON c.id = e.course WHERE e.external_key = 'Z063OYW0'")
	if want := (brief{17099, 17236, "Isdom", "GTX Pro", 451_400}); got != want {
		t.Errorf("Z063OYW0: %+v, want %+v", got, want)
	}
}

func unpacked(t *testing.T, file string) string {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil || len(rows) != 8801 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	to := filepath.Join(t.TempDir(), "sales_pipeline.csv")
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(out)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return to
}

// What a row of an organization does wrong rejects that row alone, with the reason; a subsidiary may come before its parent, and one whose
// parent is nowhere keeps its name as text. A row without a key is known by its name.
func TestPPL13_ImportOrganizations(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		file := write(t, "企业名称,税号,电话,母公司,行业,规模",
			"青禾科技,91310115MA1K4ABC1X,,星河集团,软件,200", // a wrong check character
			"云杉（上海）,91350100M000100Y43,021-62345678,星河集团,制造,50",
			"星河集团,,,,,",
			"云杉(上海),,,,,", // the same name
			"白榆贸易,,12,,,", // no phone
			",,,,软件,",
			"远山文化,,,不存在的公司,,",
		)
		o := rollout.Options{Kind: "organizations", Path: file}
		o.DryRun = true
		bringAll(t, s, o, [4]int64{3, 1, 0, 3})
		if n := asked[int64](t, s, "SELECT COUNT(*) FROM organizations"); n != 0 {
			t.Errorf("a dry run entered %d", n)
		}
		o.DryRun = false
		r := bringAll(t, s, o, [4]int64{3, 1, 0, 3})
		for i, want := range []string{"bad-tax-number", "bad-phone", "no-name"} {
			if r.First[i].Code != want {
				t.Errorf("rejected: %+v, want %s", r.First[i], want)
			}
		}
		if r.Unmapped["parent"]["不存在的公司"] != 1 {
			t.Errorf("unmapped: %v", r.Unmapped)
		}
		if n := asked[int64](t, s, "SELECT COUNT(*) FROM organizations o JOIN organizations p ON p.id = o.parent JOIN persons n ON n.id = p.id WHERE n.name = '星河集团'"); n != 1 {
			t.Errorf("%d subsidiaries", n)
		}
		bringAll(t, s, o, [4]int64{0, 4, 0, 3})
		bringAll(t, s, rollout.Options{Kind: "organizations", Path: write(t, "企业名称,行业", "云杉（上海）,贸易")}, [4]int64{0, 0, 1, 0})
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			list, err := people.Organizations(ctx, tx, people.OrganizationFilter{Industry: "贸易"})
			if len(list.Items) != 1 || list.Items[0].Parent == id.None || list.Items[0].TaxNumber != "91350100M000100Y43" {
				t.Errorf("changed: %+v", list.Items)
			}
			return err
		})
		s.Check(t)
	})
}
