package sheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/sheet"
)

// book packs parts into a workbook; the relations are those of an ordinary one.
func book(tb testing.TB, parts map[string]string) []byte {
	tb.Helper()
	const rel = `<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`
	all := map[string]string{
		"_rels/.rels": `<Relationships>` + fmt.Sprintf(rel, "r1", "officeDocument", "xl/workbook.xml") + `</Relationships>`,
		"xl/_rels/workbook.xml.rels": `<Relationships>` + fmt.Sprintf(rel, "r1", "worksheet", "worksheets/sheet1.xml") +
			fmt.Sprintf(rel, "r2", "sharedStrings", "/xl/sharedStrings.xml") + fmt.Sprintf(rel, "r3", "styles", "styles.xml") + `</Relationships>`,
		"xl/workbook.xml": `<workbook><sheets><sheet name="x" sheetId="1" r:id="r1"/></sheets></workbook>`,
	}
	maps.Copy(all, parts)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range all {
		w, err := z.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

const (
	firstRow = `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="str"><v>b</v></c></row>`
	lastRow  = `</sheetData></worksheet>`
)

func rowsOf(rows string) map[string]string {
	return map[string]string{"xl/worksheets/sheet1.xml": firstRow + rows + lastRow}
}

// A workbook that a library wrote, with every kind of cell, formats of dates, a hidden sheet before and gaps.
func TestTRU20_Workbook(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	day, chinese, amount, span := "yyyy\\-mm\\-dd", `yyyy"年"m"月"d"日";@`, "#,##0.00", "[h]:mm:ss"
	check := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	_, err := f.NewSheet("名单")
	check(err)
	check(f.SetSheetVisible("Sheet1", false))
	f.SetActiveSheet(1)
	check(f.SetSheetVisible("Sheet1", false))
	for i, code := range []*string{&day, &chinese, &amount, &span} {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: code})
		check(err)
		check(f.SetCellStyle("名单", fmt.Sprintf("%c3", 'A'+i), fmt.Sprintf("%c3", 'A'+i), style))
	}
	style, err := f.NewStyle(&excelize.Style{NumFmt: 22})
	check(err)
	check(f.SetCellStyle("名单", "E3", "E3", style))
	check(f.SetSheetRow("名单", "A1", &[]any{"日期", "生日", "金额\n（元）", "时长", "时间", "电话", "是否", "公式", "名"}))
	check(f.SetSheetRow("名单", "A3", &[]any{46086, 46086, 38400.5, 1.5, 46086.604166666664, 13800138000, true, nil, " 张 "}))
	check(f.SetCellFormula("名单", "H3", "1+1"))
	check(f.SetCellRichText("名单", "A4", []excelize.RichTextRun{{Text: "富"}, {Text: "文本"}}))
	check(f.SetCellValue("名单", "J5", 0.1+0.2))
	var b bytes.Buffer
	check(f.Write(&b))

	header, rows, err := all(open(b.Bytes()))
	check(err)
	if want := []string{"日期", "生日", "金额 （元）", "时长", "时间", "电话", "是否", "公式", "名"}; !reflect.DeepEqual(header, want) {
		t.Errorf("header %q, want %q", header, want)
	}
	want := [][]string{
		{"3", "2026-03-05", "2026-03-05", "38400.5", "36:00:00", "2026-03-05 14:30:00", "13800138000", "TRUE", "", " 张 "},
		{"4", "富文本", "", "", "", "", "", "", "", ""},
		{"5", "", "", "", "", "", "", "", "", "", "0.3"},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("rows %q, want %q", rows, want)
	}
}

func TestTRU20_WorkbookValues(t *testing.T) {
	parts := rowsOf(`<row r="2" spans="1:2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>59</v></c></row>
		<row><c t="s"><v> 1 </v></c><c s="1"><v>0.5</v></c></row>
		<row r="7"><c r="A7" t="e"><v>#N/A</v></c><c r="B7" t="d"><v>2026-03-05T00:00:00</v></c></row>
		<row r="8"><c r="A8"><v>1.3800138E10</v></c><c r="B8" s="1"><v>-1</v></c></row>
		<row r="9"><c r="A9" t="str"><f>A1&amp;B1</f><v>a&lt;b&#x4e00;</v></c><c r="B9" t="b"><v>0</v></c></row>
		<row r="10"><c r="A10" t="str"><v> </v></c></row>`)
	parts["xl/sharedStrings.xml"] = `<sst><si><t>张</t><rPh sb="0" eb="1"><t>zhang</t></rPh></si><si><r><t>a_x000D_</t></r><r><t>_x00GG_b</t></r></si></sst>`
	parts["xl/styles.xml"] = `<styleSheet><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`
	_, rows, err := all(open(book(t, parts)))
	want := [][]string{
		{"2", "张", "1900-02-28"}, {"3", "a\r_x00GG_b", "12:00:00"}, {"7", "#N/A", "2026-03-05"}, {"8", "13800138000", "-1"}, {"9", "a<b一", "FALSE"},
	}
	if err != nil || !reflect.DeepEqual(rows, want) {
		t.Errorf("%q, %v, want %q", rows, err, want)
	}
	parts["xl/workbook.xml"] = `<workbook><workbookPr date1904="1"/><sheets><sheet name="x" sheetId="1" r:id="r1"/></sheets></workbook>`
	if _, rows, err = all(open(book(t, parts))); err != nil || rows[0][2] != "1904-02-29" {
		t.Errorf("1904: %q, %v", rows, err)
	}
}

func TestTRU20_WorkbookRefused(t *testing.T) {
	long := strings.Repeat("x", sheet.MaxCell+1)
	shared := func(cell, texts string) map[string]string {
		p := rowsOf(`<row r="2"><c r="A2" t="s"><v>` + cell + `</v></c></row>`)
		p["xl/sharedStrings.xml"] = texts
		return p
	}
	for name, c := range map[string]struct {
		parts map[string]string
		code  string
		row   any
	}{
		"no rows":             {map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData/></worksheet>`}, "sheet-empty", nil},
		"no sheet":            {nil, "sheet-unknown-format", nil},
		"cut":                 {map[string]string{"xl/worksheets/sheet1.xml": firstRow + `<row r="2"><c r="A2">`}, "sheet-unreadable", 2},
		"not XML":             {rowsOf(`<row r="2"><c r="A2"><v>1</c`), "sheet-unreadable", 2},
		"own entity":          {map[string]string{"xl/worksheets/sheet1.xml": `<!DOCTYPE x [<!ENTITY a "b">]>` + firstRow + lastRow}, "sheet-unreadable", nil},
		"unknown entity":      {rowsOf(`<row r="2"><c r="A2" t="str"><v>&a;</v></c></row>`), "sheet-unreadable", 2},
		"text that is not":    {shared("5", `<sst><si><t>x</t></si></sst>`), "sheet-unreadable", 2},
		"long text":           {shared("0", `<sst><si><t>`+long+`</t></si></sst>`), "sheet-cell-too-long", 2},
		"long cell":           {rowsOf(`<row r="2"><c r="A2" t="str"><v>` + long + `</v></c></row>`), "sheet-cell-too-long", 2},
		"long cell in pieces": {rowsOf(`<row r="2"><c r="A2" t="inlineStr"><is>` + strings.Repeat(`<r><t>12345678</t></r>`, 5000) + `</is></c></row>`), "sheet-cell-too-long", 2},
		"far column":          {rowsOf(`<row r="2"><c r="XFE2"><v>1</v></c></row>`), "sheet-too-many-columns", 2},
		"many columns":        {rowsOf(`<row r="2">` + strings.Repeat(`<c/>`, sheet.MaxColumns+1) + `</row>`), "sheet-too-many-columns", 2},
		"far row":             {rowsOf(`<row r="99999999"><c><v>1</v></c></row>`), "sheet-unreadable", nil},
		"endless tag":         {rowsOf(`<row r="2"><c x="` + strings.Repeat("y", 2<<20) + `"/></row>`), "sheet-bomb", 2},
		"no header":           {map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c><v>13800138000</v></c></row></sheetData></worksheet>`}, "sheet-no-header", 1},
	} {
		_, _, err := all(open(book(t, c.parts)))
		if code(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
			continue
		}
		if p, _ := problem.As(err); c.row != nil && p.Args["row"] != c.row {
			t.Errorf("%s: row %v, want %v", name, p.Args["row"], c.row)
		}
	}
}

// zeros is a part that packs a thousandfold.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.left))
	for i := range n {
		p[i] = ' '
	}
	z.left -= int64(n)
	return n, nil
}

// allocated is what was ever allocated, freed or not.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// Bombs are refused in a second, before anything of theirs is unpacked.
func TestTRU20_Bomb(t *testing.T) {
	bomb := func(size int64, parts int) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := range parts {
			w, err := z.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(w, &zeros{size}); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	lying := book(t, rowsOf(strings.Repeat(`<row><c><v>1</v></c></row>`, 1000)))
	at := bytes.LastIndex(lying, []byte("PK\x01\x02")) // the last part of the directory says it is smaller than it is
	binary.LittleEndian.PutUint32(lying[at+24:], 100)
	endless := bytes.Repeat([]byte("PK\x01\x02"+strings.Repeat("\x00", 42)), 500_000)
	for name, c := range map[string]struct {
		content []byte
		code    string
	}{
		"one part":         {bomb(64<<20, 1), "sheet-bomb"},
		"many small":       {bomb(9<<20, 120), "sheet-bomb"},
		"many parts":       {bomb(1, 2_001), "sheet-bomb"},
		"endless entries":  {append([]byte("PK\x03\x04"), endless...), "sheet-bomb"},
		"lying":            {lying, "sheet-unreadable"},
		"too big":          {append([]byte("PK\x03\x04"), make([]byte, 51<<20)...), "sheet-too-big"},
		"huge little part": {book(t, map[string]string{"xl/workbook.xml": strings.Repeat("<a>1234567890"+fmt.Sprint(at), 1<<20)}), "sheet-bomb"},
	} {
		before := allocated()
		_, _, err := all(open(c.content))
		if code(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if grown := allocated() - before; grown > 8<<20 {
			t.Errorf("%s: %d bytes allocated", name, grown)
		}
	}
}

// Many texts go to a file, which is gone when the reader is closed.
func TestTRU20_TextsLaidAside(t *testing.T) {
	const n = 3000
	random := rand.NewChaCha8([32]byte{})
	filling := make([]byte, 3500)
	var texts, rows strings.Builder
	for i := range n {
		_, _ = random.Read(filling)
		fmt.Fprintf(&texts, "<si><t>%07d%x</t></si>", i, filling)
		fmt.Fprintf(&rows, `<row><c t="s"><v>%d</v></c></row>`, n-1-i)
	}
	parts := rowsOf(rows.String())
	parts["xl/sharedStrings.xml"] = "<sst>" + texts.String() + "</sst>"
	dir := t.TempDir()
	content := book(t, parts)
	r, err := sheet.OpenAt(bytes.NewReader(content), int64(len(content)), sheet.Options{TempDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("files %v, %v", files, err)
	}
	for i := range n {
		_, cells, err := r.Next()
		if err != nil || !strings.HasPrefix(cells[0], fmt.Sprintf("%07d", n-1-i)) {
			t.Fatal(i, err)
		}
	}
	if _, _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("left %v, %v", files, err)
	}
}

func TestWriter_Kinds(t *testing.T) {
	day, err := bizdate.Parse("2026-03-05")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 5, 14, 30, 0, 0, time.FixedZone("", 8*3600))
	row := []any{"=1+1", 42, money.Fen(-3840050), hours.Centi(150), day, at, true, nil, bizdate.Date(0)}
	for format, want := range map[sheet.Format][]string{
		sheet.CSV:  {"2", "=1+1", "42", "-38400.50", "1.5", "2026-03-05", "2026-03-05 14:30:00", "TRUE", "", ""},
		sheet.XLSX: {"2", "=1+1", "42", "-38400.5", "1.5", "2026-03-05", "2026-03-05 14:30:00", "TRUE", "", ""},
	} {
		var b bytes.Buffer
		w, err := sheet.NewWriter(format, &b)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Row("a", "b", "c", "d", "e", "f", "g", "h", "i"), w.Row(row...), w.Close()); err != nil {
			t.Fatal(err)
		}
		if _, rows, err := all(open(b.Bytes())); err != nil || !reflect.DeepEqual(rows, [][]string{want}) {
			t.Errorf("%s: %q, %v, want %q", format, rows, err, want)
		}
	}
}

func sample(b *testing.B, rows int) []byte {
	b.Helper()
	var out bytes.Buffer
	w, err := sheet.NewWriter(sheet.XLSX, &out)
	if err != nil {
		b.Fatal(err)
	}
	_ = w.Row("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	for i := range rows {
		_ = w.Row(fmt.Sprint("K", i), "张伟", fmt.Sprint(13800000000+i), "自然到访", "上海", "note", 38400, money.Fen(i), "li.na", "A")
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// Beside the library that writes them, on the same 2,000 rows of ten cells.
func BenchmarkReader_XLSX(b *testing.B) {
	content := sample(b, 2000)
	b.Run("sheet", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, rows, err := all(open(content)); err != nil || len(rows) != 2000 {
				b.Fatal(len(rows), err)
			}
		}
	})
	b.Run("excelize", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f, err := excelize.OpenReader(bytes.NewReader(content))
			if err != nil {
				b.Fatal(err)
			}
			rows, err := f.Rows("Sheet1")
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for rows.Next() {
				if _, err := rows.Columns(); err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != 2001 {
				b.Fatal(n)
			}
			_ = rows.Close()
			_ = f.Close()
		}
	})
}
