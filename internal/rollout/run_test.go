package rollout_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/sheet"
	"zhike/internal/people"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// list makes a list of n leads: every 20th has a bad phone, every 25th the phone and the name of the row before, every 50th a key only.
func list(n int) string {
	var b strings.Builder
	b.WriteString("编号,姓名,手机号,来源,年级,备注\n")
	for i := 1; i <= n; i++ {
		b.WriteString(line(i))
	}
	return b.String()
}

func line(i int) string {
	name, phone, who := "何"+string(rune('一'+i%5000)), fmt.Sprintf("139%08d", i), i
	switch {
	case i%50 == 0:
		name, phone = "", ""
	case i%25 == 0:
		who--
		name, phone = "何"+string(rune('一'+who%5000)), fmt.Sprintf("139%08d", who)
	case i%20 == 0:
		phone = "12345"
	}
	return fmt.Sprintf("k%d,%s,%s,web,三年级,第 %d 行\n", i, name, phone, i)
}

// wantOf are the counts of list(n), n being a multiple of 100: of 100 rows four of twenty have no valid phone that are no fiftieth or
// twenty-fifth row, and two are the person before them.
func wantOf(n int64) [4]int64 { return [4]int64{n / 100 * 94, n / 100 * 2, 0, n / 100 * 4} }

func put(t *testing.T, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func workbook(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := sheet.NewWriter(sheet.XLSX, &b)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		var cells []any
		for c := range strings.SplitSeq(line, ",") {
			cells = append(cells, c)
		}
		if err := w.Row(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The same list in every form that people send gives the same counts.
func TestROL1_Forms(t *testing.T) {
	text := list(200)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"plain.csv": []byte(text), "bom.csv": []byte("\xef\xbb\xbf" + text), "gbk.csv": []byte(gbk), "semicolon.csv": []byte(strings.ReplaceAll(text, ",", ";")),
		"crlf.csv": []byte(strings.ReplaceAll(text, "\n", "\r\n")), "book.xlsx": workbook(t, text),
	}
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for name, content := range files {
			if got := counts(bring(t, s, rollout.Options{Path: put(t, name, content), DryRun: true})); got != wantOf(200) {
				t.Errorf("dry run of %s: %v, want %v", name, got, wantOf(200))
			}
		}
		if got := counts(bring(t, s, rollout.Options{Path: put(t, "gbk.csv", files["gbk.csv"])})); got != wantOf(200) {
			t.Errorf("gbk: %v, want %v", got, wantOf(200))
		}
		want := [4]int64{0, 196 - 4, 0, 8}
		for name, content := range files {
			if got := counts(bring(t, s, rollout.Options{Path: put(t, name, content)})); got != want {
				t.Errorf("%s after gbk: %v, want %v", name, got, want)
			}
		}
		s.Check(t)
	})
}

// A run that is cut off goes on where it stopped, and doubles nothing, neither records nor lines of the rejects file.
func TestROL1_Resume(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		file := put(t, "leads.csv", []byte(list(2000)))
		ctx, cancel := context.WithCancel(s.System())
		o := rollout.Options{Kind: "leads", Path: file, Rejects: file + ".rejects.csv", Progress: func(int64, int64) { cancel() }} // after the first commit
		if _, err := rollout.Import(ctx, s.Ops, o); !errors.Is(err, context.Canceled) {
			t.Fatalf("a cut-off run ends with %v", err)
		}
		before := enquiries(t, s)
		if before == 0 || before >= wantOf(2000)[0] {
			t.Fatalf("%d enquiries after the cut", before)
		}
		// what a dead worker wrote beyond its last commit is written over
		f, err := os.OpenFile(o.Rejects, os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			_, err = f.WriteString("half a li")
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		r := bring(t, s, rollout.Options{Path: file})
		if counts(r) != wantOf(2000) || r.Rows != 2000 || enquiries(t, s) != wantOf(2000)[0] {
			t.Errorf("after going on: %v of %d rows, %d enquiries; want %v", counts(r), r.Rows, enquiries(t, s), wantOf(2000))
		}
		rejects, err := os.ReadFile(r.RejectsFile)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(rejects), "\n"); lines != 81 || strings.Contains(string(rejects), "half") || strings.Count(string(rejects), "_reason") != 1 {
			t.Errorf("the rejects file has %d lines, want 81", lines)
		}
		s.Check(t)
	})
}

func worker(t *testing.T, s *testkit.School) (rollout.Worker, *rollout.Files) {
	t.Helper()
	files, err := rollout.OpenFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	return rollout.Worker{Run: s.Ops, Files: files, Catalogue: s.App.Catalogue}, files
}

func read(t *testing.T, s *testkit.School, key id.ID) (i rollout.ImportRun) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		i, err = rollout.ByID(ctx, tx, key)
		return err
	})
	return i
}

// The jobs of a handed-in file: what would happen, the load, a stop, going on; a worker of an earlier attempt commits nothing.
func TestROL1_Jobs(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		w, files := worker(t, s)
		ctx := s.Principal(s.HD)
		i, err := files.Receive(ctx, s.Ops, rollout.ReceiveInput{Kind: "leads", CenterID: s.HD, Name: `C:\lists\march.csv`}, strings.NewReader(list(500)))
		if err != nil || i.State != rollout.Checking || i.Name != "march.csv" {
			t.Fatalf("received: %+v, %v", i, err)
		}
		again, err := files.Receive(ctx, s.Ops, rollout.ReceiveInput{Kind: "leads", CenterID: s.HD, Name: "march.csv"}, strings.NewReader(list(500)))
		if err != nil || again.ID != i.ID {
			t.Errorf("the same file again is import %s, %v; want %s", again.ID, err, i.ID)
		}
		do := func(attempt int64) {
			t.Helper()
			if err := w.Do(t.Context(), rollout.Work{ImportID: i.ID, Attempt: attempt}); err != nil {
				t.Fatal(err)
			}
		}
		do(i.Attempt)
		if i = read(t, s, i.ID); i.State != rollout.Checked || counts(i.Trial) != wantOf(500) || enquiries(t, s) != 0 {
			t.Fatalf("checked: %s %v, %d enquiries; want %v and none", i.State, counts(i.Trial), enquiries(t, s), wantOf(500))
		}
		started, err := rollout.Start.Run(ctx, s.Ops, rollout.StartInput{ImportID: i.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rollout.Start.Run(ctx, s.Ops, rollout.StartInput{ImportID: i.ID}); err == nil {
			t.Error("a running import starts twice")
		}
		if _, err := rollout.Stop(ctx, s.Ops, i.ID); err != nil {
			t.Fatal(err)
		}
		do(started.Attempt) // the job that was stopped
		if i = read(t, s, i.ID); i.State != rollout.Stopped || enquiries(t, s) != 0 {
			t.Fatalf("stopped: %s, %d enquiries", i.State, enquiries(t, s))
		}
		if started, err = rollout.Start.Run(ctx, s.Ops, rollout.StartInput{ImportID: i.ID}); err != nil {
			t.Fatal(err)
		}
		if err := w.Resume(t.Context(), 0); err != nil { // the program ended and starts again
			t.Fatal(err)
		}
		do(started.Attempt)
		if enquiries(t, s) != 0 {
			t.Error("a worker of an earlier attempt brought rows in")
		}
		do(started.Attempt + 1)
		do(started.Attempt + 1)
		if i = read(t, s, i.ID); i.State != rollout.Done || counts(i.Counts) != wantOf(500) || enquiries(t, s) != wantOf(500)[0] {
			t.Errorf("done: %s %v, %d enquiries; want %v", i.State, counts(i.Counts), enquiries(t, s), wantOf(500))
		}
		f, err := files.Rejects(i)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if b, _ := io.ReadAll(f); strings.Count(string(b), "\n") != 21 || !strings.Contains(string(b), "电话无效") {
			t.Errorf("rejects file: %s", b)
		}
		s.Check(t)
	})
}

// Who imports has no part in the rows: what names no center lies in the company's pool, seen with scope all alone.
func TestROL1_Pool(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.Principal(s.HD)
		r, err := rollout.Import(ctx, s.Ops, rollout.Options{Kind: "leads", Path: put(t, "leads.csv", []byte("姓名,手机号,校区\n何雨桐,13800138000,\n王浩然,13800138001,HD\n李伟,13800138002,CY\n"))})
		if err != nil || counts(r) != [4]int64{3, 0, 0, 0} || r.Unmapped["center"]["CY"] != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		for who, want := range map[string]struct {
			ctx context.Context
			n   int
		}{"principal": {ctx, 1}, "other principal": {s.Principal(s.CY), 0}, "manager": {s.GM(), 3}} {
			var list []people.Person
			s.Read(t, want.ctx, func(ctx context.Context, tx *op.Tx) error { return tx.Select(&list).Scan(ctx) })
			if len(list) != want.n {
				t.Errorf("%s sees %d persons, want %d", who, len(list), want.n)
			}
		}
		if _, err := rollout.Import(s.FrontDesk(s.HD), s.Ops, rollout.Options{Kind: "leads", Path: put(t, "leads.csv", []byte("姓名\n何雨桐\n"))}); err == nil {
			t.Error("the front desk imports")
		}
	})
}

// Rejected are a bad phone, an unreadable date and nobody; all else is kept, as text where it is not what its field wants.
func TestROL1_KeptAsText(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		long := strings.Repeat("长", 5000)
		r := bring(t, s, rollout.Options{Path: write(t,
			"编号,姓名,手机号,邮箱,性别,生日,结果,顾问,课程,备注",
			"k1,何雨桐,１３８ ００１３ ８０００,not an address,?,2031-01-01,maybe,nobody,Latin,x",
			"k2,"+long+",13800138001,,,,,,,"+long,
			"k3,😀 emoji,+86 138-0013-8002,a@b.cn,女,2012/4/17,成交,,少儿英语,",
			"k4,王,,,,someday,,,,",
			"k5,王,123,,,,,,,",
			",,,a@b.cn,,,,,,",
		)})
		if counts(r) != [4]int64{3, 0, 0, 3} {
			t.Errorf("%v: %+v", counts(r), r.First)
		}
		for field, text := range map[string]string{"email": "not an address", "gender": "?", "birth": "2031-01-01", "outcome": "maybe", "consultant": "nobody", "course": "Latin"} {
			if r.Unmapped[field][text] != 1 {
				t.Errorf("%s %q is not reported as unmapped: %v", field, text, r.Unmapped)
			}
		}
		if got := values(t, s, "SELECT a.text FROM attributes a WHERE a.field = 'email'"); len(got) != 1 || got[0] != "not an address" {
			t.Errorf("kept as text: %v", got)
		}
	})
}

func values(t *testing.T, s *testkit.School, text string) (out []string) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = op.AllOf[string](ctx, tx.Unscoped("test"), text)
		return err
	})
	return out
}

// Own columns are typed fields, known at entry or later as the map says.
func TestROL1_OwnFields(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		o := rollout.Options{Path: write(t, "编号,Score,Visit day,Tags", "k1,12.5,2026-05-01,hot", "k2,7,2026-05-02,cold"), Map: []byte("[columns]\nTags = {field = \"custom\", code = \"tags\", known = \"later\"}\n")}
		if r := bring(t, s, o); r.Accepted != 2 {
			t.Fatalf("%+v", r)
		}
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			fields, err := people.Fields(ctx, tx, "enquiry")
			if err != nil {
				return err
			}
			got := ""
			for _, f := range fields {
				got += f.Code + " " + f.Kind + " " + f.Known + "; "
			}
			if want := "score number entry; visit-day date entry; tags text later; "; got != want {
				t.Errorf("fields %s want %s", got, want)
			}
			n, err := op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM attributes WHERE field = 'score' AND kind = 'number' AND number = 125000")
			if n != 1 {
				t.Errorf("%d values of 12.5", n)
			}
			return err
		})
	})
}

// A list of people makes persons and no enquiries; the rules of duplicates are those of leads.
func TestROL1_People(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		file := write(t, "学号,姓名,手机号,班级", "s1,何雨桐,13800138000,A", "s2,何雨桐,13800138000,A", "s3,王浩然,13800138001,B", "s4,,,C", "s5,李伟,12,C")
		o := rollout.Options{Kind: "people", Path: file}
		for _, step := range []struct {
			name string
			dry  bool
			want [4]int64
		}{{"dry run", true, [4]int64{3, 1, 0, 1}}, {"first run", false, [4]int64{3, 1, 0, 1}}, {"second run", false, [4]int64{0, 4, 0, 1}}} {
			o.DryRun = step.dry
			r, err := rollout.Import(s.System(), s.Ops, o)
			if err != nil || counts(r) != step.want {
				t.Errorf("%s: %v, %v; want %v", step.name, counts(r), err, step.want)
			}
		}
		o = rollout.Options{Kind: "people", Path: write(t, "学号,姓名,手机号,班级", "s3,王浩然,13800138009,C", "s4,赵敏,,C")}
		if r, err := rollout.Import(s.System(), s.Ops, o); err != nil || counts(r) != [4]int64{0, 0, 2, 0} {
			t.Errorf("other values: %v, %v", counts(r), err)
		}
		if n := enquiries(t, s); n != 0 {
			t.Errorf("%d enquiries", n)
		}
		if got := values(t, s, "SELECT name FROM persons WHERE external_key = 's4'"); len(got) != 1 || got[0] != "赵敏" {
			t.Errorf("s4 is %v", got)
		}
		s.Check(t)
	})
}

// A second load with the name and the phone of somebody whom the first one knew by key only fills them in.
func TestROL1_NamedLater(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		bring(t, s, rollout.Options{Path: write(t, "编号,姓名,手机号,年级", "k1,,,三年级")})
		named := write(t, "编号,姓名,手机号,年级", "k1,何雨桐,13800138000,三年级")
		for _, want := range [][4]int64{{0, 0, 1, 0}, {0, 1, 0, 0}} {
			if got := counts(bring(t, s, rollout.Options{Path: named})); got != want {
				t.Errorf("%v, want %v", got, want)
			}
		}
		if got := values(t, s, "SELECT name FROM persons WHERE external_key = 'k1'"); len(got) != 1 || got[0] != "何雨桐" {
			t.Errorf("k1 is %v", got)
		}
		s.Check(t)
	})
}

// Cells that a spreadsheet would run are neutralized in the rejects file, and read back as they were.
func TestTRU20_RejectsAreNeutral(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	file := put(t, "leads.csv", []byte("姓名,手机号,备注,A,B,C\n=HYPERLINK(\"x\"),12,+1,-2,@SUM(A1),\"\t=1\"\n"))
	ctx := i18n.WithCatalogue(s.System(), s.App.Catalogue, i18n.EN)
	r, err := rollout.Import(ctx, s.Ops, rollout.Options{Kind: "leads", Path: file, Rejects: file + ".rejects.csv"})
	if err != nil || r.Rejected != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	text, err := os.ReadFile(r.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range []string{"'=HYPERLINK", "'+1", "'-2", "'@SUM", "'\t=1"} {
		if !strings.Contains(string(text), cell) {
			t.Errorf("the rejects file lacks %q:\n%s", cell, text)
		}
	}
	if !strings.Contains(string(text), "the phone number is not valid") {
		t.Errorf("no reason:\n%s", text)
	}
}
