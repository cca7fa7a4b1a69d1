package sheet_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/sheet"
)

func open(content []byte) (*sheet.Reader, error) {
	return sheet.OpenAt(bytes.NewReader(content), int64(len(content)), sheet.Options{})
}

// all reads header and rows, the number of each row before its cells.
func all(r *sheet.Reader, err error) (header []string, rows [][]string, _ error) {
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = r.Close() }()
	for {
		row, cells, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Header(), rows, nil
		}
		if err != nil {
			return r.Header(), rows, err
		}
		rows = append(rows, append([]string{fmt.Sprint(row)}, cells...))
	}
}

func code(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Code
	}
	return fmt.Sprint(err)
}

func gbk(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func utf16File(s string, big bool) []byte {
	var b []byte
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(s))...) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

func packed(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const list = "姓名,电话,备注\n张伟,13800138000,\"第一行\n第二行,\"\"好\"\"\"\n\n王小明,,\n"

func TestTRU20_Encodings(t *testing.T) {
	late := "name,phone\n" + strings.Repeat("Tom,13800138000\n", 20_000) + "张伟,13900139000\n"
	for name, content := range map[string][]byte{
		"UTF-8":               []byte(list),
		"UTF-8 with mark":     []byte("\ufeff" + list),
		"GBK":                 gbk(t, list),
		"UTF-16LE":            utf16File(list, false),
		"UTF-16BE":            utf16File(list, true),
		"gzip":                packed(t, []byte(list)),
		"gzip of GBK":         packed(t, gbk(t, list)),
		"CRLF":                []byte(strings.ReplaceAll(list, "\n", "\r\n")),
		"semicolon":           []byte(strings.ReplaceAll(strings.ReplaceAll(list, "二行,", "二行，"), ",", ";")),
		"tab":                 []byte(strings.ReplaceAll(strings.ReplaceAll(list, "二行,", "二行，"), ",", "\t")),
		"title row":           []byte("咨询名单\n" + list),
		"no end of last line": []byte(strings.TrimRight(list, "\n")),
	} {
		header, rows, err := all(open(content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		shift := 0
		if name == "title row" {
			shift = 1
		}
		note := "第一行\n第二行,\"好\""
		if name == "semicolon" || name == "tab" {
			note = strings.ReplaceAll(note, ",", "，")
		}
		want := [][]string{{fmt.Sprint(2 + shift), "张伟", "13800138000", note}, {fmt.Sprint(4 + shift), "王小明", "", ""}}
		if !reflect.DeepEqual(header, []string{"姓名", "电话", "备注"}) || !reflect.DeepEqual(rows, want) {
			t.Errorf("%s: %q %q", name, header, rows)
		}
	}
	for name, content := range map[string][]byte{"UTF-8": []byte(late), "GBK": gbk(t, late)} {
		_, rows, err := all(open(content))
		if err != nil || len(rows) != 20_001 || rows[20_000][1] != "张伟" {
			t.Errorf("late %s: %d rows, %v", name, len(rows), err)
		}
	}
}

func TestTRU20_CSVRefused(t *testing.T) {
	gz := packed(t, []byte(strings.Repeat(list, 1000)))
	mixed := append(append([]byte("姓名,电话\n"), gbk(t, "张伟")...), '\n')
	for name, c := range map[string]struct {
		content []byte
		code    string
		row     any
	}{
		"empty":                {nil, "sheet-empty", nil},
		"blank":                {[]byte("\ufeff \n\n,,\n"), "sheet-empty", nil},
		"blank lines":          {[]byte(" \n\n"), "sheet-empty", nil},
		"UTF-16 without mark":  {utf16File(list, false)[2:], "sheet-encoding", nil},
		"Latin-1":              {[]byte("name,city\nM\xfcller,K\xf6ln\nJos\xe9,Z\xfcrich\n"), "sheet-encoding", 2},
		"UTF-8, then GBK":      {mixed, "sheet-encoding", nil},
		"zero byte":            {[]byte("a,b\n" + strings.Repeat("x,y\n", 30_000) + "1,\x00\n"), "sheet-encoding", 30_002},
		"no header":            {[]byte("张伟,13800138000\n王芳,13900139000\n"), "sheet-no-header", 1},
		"no header, e-mail":    {[]byte("Tom,tom@example.com\n"), "sheet-no-header", 1},
		"same column":          {[]byte("姓名,电话, 姓名 \n"), "sheet-duplicate-column", nil},
		"open quote":           {[]byte("a,b\n1,2\n3,\"4\n5,6\n"), "sheet-open-quote", 3},
		"open quote, long":     {[]byte("a,b\n1,2\n3,\"4\n" + strings.Repeat("5,6\n", 100_000)), "sheet-cell-too-long", 3},
		"long cell":            {[]byte("a,b\n1," + strings.Repeat("x", sheet.MaxCell+1)), "sheet-cell-too-long", 2},
		"long line":            {[]byte("a,b\n" + strings.Repeat("x", 20<<20)), "sheet-cell-too-long", 2},
		"many columns":         {[]byte("a,b\n" + strings.Repeat(",", sheet.MaxColumns) + "1\n"), "sheet-too-many-columns", 2},
		"gzip cut":             {gz[:len(gz)/2], "sheet-unreadable", nil},
		"gzip damaged":         {append(append([]byte{}, gz[:len(gz)-6]...), "abcdef"...), "sheet-unreadable", nil},
		"gzip of gzip":         {packed(t, gz), "sheet-unknown-format", nil},
		"gzip bomb":            {packed(t, []byte("a,b\n"+strings.Repeat("\n", 100<<20))), "sheet-bomb", nil},
		"old Excel":            {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), "sheet-unknown-format", nil},
		"PDF":                  {[]byte("%PDF-1.7\n%\xe2\xe3"), "sheet-unknown-format", nil},
		"page called .xls":     {[]byte("\r\n<html><table><tr><td>姓名</td></tr></table></html>"), "sheet-unknown-format", nil},
		"picture":              {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x00\x00"), "sheet-unknown-format", nil},
		"zip, not a workbook":  {[]byte("PK\x05\x06" + strings.Repeat("\x00", 18)), "sheet-unknown-format", nil},
		"zip, broken":          {[]byte("PK\x03\x04" + strings.Repeat("x", 300)), "sheet-unreadable", nil},
		"incomplete last char": {[]byte("姓名\n张\xe4\xbc"), "sheet-encoding", nil},
	} {
		_, _, err := all(open(c.content))
		if code(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
			continue
		}
		if p, _ := problem.As(err); c.row != nil && p.Args["row"] != c.row {
			t.Errorf("%s: row %v, want %v", name, p.Args["row"], c.row)
		}
	}
}

func TestCSV_LooseQuotes(t *testing.T) {
	header, rows, err := all(open([]byte("a,b,\n5\" disk,\"x\"y,\n\"\",\" \"\"\",z,more,\n'=1+1,'quoted,''=2\n")))
	want := [][]string{{"2", "5\" disk", "xy"}, {"3", "", " \"", "z", "more"}, {"4", "=1+1", "'quoted", "'=2"}}
	if err != nil || !reflect.DeepEqual(header, []string{"a", "b"}) || !reflect.DeepEqual(rows, want) {
		t.Errorf("%q %q %v", header, rows, err)
	}
}

// What is written is read back, in both formats, and no text of a CSV begins as a formula does.
func TestTRU20_RoundTrip(t *testing.T) {
	cell := rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune("张伟 =+-@'\"\t,;a1\n"))), rapid.SampledFrom([]string{"=1+1", "+86 138", "-1", "@x", "\tx", "＝1", "_x000D_", "", "2026-03-05"}))
	rapid.Check(t, func(t *rapid.T) {
		table := rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 1, 5).Draw(t, "table")
		for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
			var b bytes.Buffer
			w, err := sheet.NewWriter(format, &b)
			if err != nil {
				t.Fatal(err)
			}
			rows := [][]any{{"a", "b", "c"}}
			want := [][]string{}
			for i, row := range table {
				rows = append(rows, []any{row[0], row[1], row[2]})
				if strings.TrimSpace(strings.Join(row, "")) != "" {
					want = append(want, []string{fmt.Sprint(i + 2), row[0], row[1], row[2]})
				}
			}
			for _, row := range rows {
				if err := w.Row(row...); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			_, got, err := all(open(b.Bytes()))
			if err != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
				t.Fatalf("%s: %q, %v, want %q", format, got, err, want)
			}
		}
	})
}

func TestTRU20_CSVNeutralized(t *testing.T) {
	var b bytes.Buffer
	w, err := sheet.NewWriter(sheet.CSV, &b)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"} {
		if err := w.Row(s, -5, "a"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff'=cmd|' /C calc'!A0,-5,a\n'+1,-5,a\n'-1,-5,a\n'@SUM(A1),-5,a\n'\t=1,-5,a\n\"'\r=1\",-5,a\n'＝1,-5,a\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// Whatever bytes come, reading ends with a table or a problem that names what is wrong.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(list))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xff\xfea\x00,\x00"))
	f.Add([]byte("a;b\n\"1\n"))
	f.Add([]byte("\xfe\xff"))
	f.Add(book(f, rowsOf(`<row r="2"><c r="A2" s="1"><v>1.5</v></c></row>`)))
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, _, err := all(open(content)); err != nil && !strings.HasPrefix(code(err), "sheet-") {
			t.Errorf("%q: %v", content, err)
		}
	})
}

// generator makes a list row by row, as a pipe would bring it.
type generator struct {
	rows, row int
	rest      []byte
}

func (g *generator) Read(p []byte) (int, error) {
	if len(g.rest) == 0 {
		if g.row > g.rows {
			return 0, io.EOF
		}
		g.rest = g.rest[:0]
		for range 200 {
			switch {
			case g.row == 0:
				g.rest = append(g.rest, "key,name,phone,channel,city,note,amount,created,owner,grade\n"...)
			case g.row <= g.rows:
				g.rest = fmt.Appendf(g.rest, "K%07d,张伟%d,138%08d,自然到访,上海,\"第一,第二\",38400.00,2026-03-05,li.na,A\n", g.row, g.row%97, g.row)
			}
			g.row++
		}
	}
	n := copy(p, g.rest)
	g.rest = g.rest[n:]
	return n, nil
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// 750,000 rows take no more memory than a few.
func TestTRU20_FlatMemory(t *testing.T) {
	const rows = 750_000
	r, err := sheet.OpenStream(&generator{rows: rows}, 0, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, peak := heap(), uint64(0)
	n := 0
	for ; ; n++ {
		row, cells, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || row != n+2 || len(cells) != 10 {
			t.Fatal(row, cells, err)
		}
		if n%50_000 == 49_999 {
			peak = max(peak, heap())
		}
	}
	if done, _ := r.Progress(); n != rows || done < rows*70 {
		t.Errorf("%d rows, %d bytes", n, done)
	}
	if peak > before+4<<20 {
		t.Errorf("heap grew from %d to %d bytes", before, peak)
	}
}

func TestOpen_PublicLeads(t *testing.T) {
	path := filepath.Join("..", "..", "..", "..", "shared", "data", "leads", "leads.csv.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the public lead list is not here")
	}
	r, err := sheet.Open(path, sheet.Options{})
	header, rows, err := all(r, err)
	if err != nil || len(header) != 37 || len(rows) != 6_519 {
		t.Errorf("%d columns, %d rows, %v", len(header), len(rows), err)
	}
}

// Every refusal has its text, with the row and without.
func TestTexts(t *testing.T) {
	c, err := i18n.New(sheet.Text)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{
		"sheet-empty", "sheet-encoding", "sheet-too-big", "sheet-bomb", "sheet-no-header", "sheet-duplicate-column", "sheet-unreadable",
		"sheet-unknown-format", "sheet-cell-too-long", "sheet-too-many-columns", "sheet-open-quote",
	} {
		if !c.Has("problem." + code) {
			t.Errorf("%s has no text", code)
		}
	}
	if got := c.Text(i18n.ZH, "problem.sheet-unreadable", "row", 7); got != "文件已损坏或不完整（读到第 7 行）。请重新保存后上传。" {
		t.Error(got)
	}
	if got := c.Text(i18n.EN, "problem.sheet-encoding"); strings.Contains(got, "row") || strings.Contains(got, "no value") {
		t.Error(got)
	}
	if missing := c.Missing(); len(missing) > 0 {
		t.Errorf("missing %v", missing)
	}
}

func BenchmarkReader_CSV(b *testing.B) {
	b.ReportAllocs()
	r, err := sheet.OpenStream(&generator{rows: b.N}, 0, sheet.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for {
		if _, _, err := r.Next(); err != nil {
			break
		}
	}
}
