package pdf_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zhike/internal/kernel/pdf"
)

var keep = flag.String("keep", "", "write the sample document to this folder, to look at it")

func sample(tb testing.TB, rows int) []byte {
	tb.Helper()
	d, err := pdf.New(pdf.Options{
		Title: "销售日报", Lang: "zh-CN", Created: time.Date(2026, 6, 3, 9, 12, 0, 0, time.UTC), Watermark: "林岚 · 2026-06-03 09:12",
		Footer: "知客 · 海淀校区", Page: func(n, of int) string { return "第 " + strconv.Itoa(n) + " 页，共 " + strconv.Itoa(of) + " 页" },
	})
	if err != nil {
		tb.Fatal(err)
	}
	d.Heading(1, "6月3日：到访 21 人，高于往常（4–15）")
	d.Paragraph("到访 21 人，过去八个周三平均 9.4 人，95% 区间 4–15。其余各项在通常范围之内。Names like “Zoë O’Brien” and wide-ranging English words wrap as well; ¥38,400.00 − ¥1,200.50 ≥ 0 → fine.")
	d.Note("数据到 2026年6月3日 09:00。人名用字如 𠮷、😀 没有字形时画成方框。")
	d.Heading(2, "概要")
	d.Facts([]pdf.Fact{{"校区", "海淀"}, {"收款", "¥38,400.00"}, {"说明", strings.Repeat("一段很长的说明，会换行。", 12)}})
	d.Heading(2, "明细")
	t := pdf.Table{Columns: []pdf.Column{{Title: "姓名"}, {Title: "课程"}, {Title: "课时", Right: true}, {Title: "金额", Right: true}}, Foot: []string{"合计", "", "1,284", "¥5,460,000.00"}}
	for i := range rows {
		t.Rows = append(t.Rows, []string{"学员" + strconv.Itoa(i+1), "商务英语口语（一对一）Business English, level " + strconv.Itoa(i%9+1), strconv.Itoa(i * 7 % 120), "¥" + strconv.Itoa(i*137+1000) + ".00"})
	}
	d.Table(t)
	var out bytes.Buffer
	if err := d.Write(&out); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// text is what a reader copies out of a document.
func text(t *testing.T, document []byte) string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, document, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The same content gives the same bytes, at the same time in several places too.
func TestDocument_Deterministic(t *testing.T) {
	want := sample(t, 60)
	if *keep != "" {
		if err := os.WriteFile(filepath.Join(*keep, "sample.pdf"), want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var done sync.WaitGroup
	for range 3 {
		done.Go(func() {
			if !bytes.Equal(sample(t, 60), want) {
				t.Error("the same document has other bytes")
			}
		})
	}
	done.Wait()
}

// Only the glyphs that occur are embedded.
func TestDocument_Small(t *testing.T) {
	if n := len(sample(t, 5)); n > 200_000 {
		t.Errorf("a page is %d bytes", n)
	}
}

// Text can be copied and searched; the head of a table and the foot of the page stand on every page; the watermark too (PPL-10).
func TestPPL10_Document(t *testing.T) {
	got := text(t, sample(t, 60))
	pages := strings.Split(strings.TrimSuffix(got, "\f"), "\f")
	if len(pages) < 2 {
		t.Fatalf("%d pages", len(pages))
	}
	if last := pages[len(pages)-1]; !strings.Contains(last, "学员60") {
		t.Error("the totals stand alone on the last page")
	}
	for i, page := range pages {
		for _, part := range []string{"课时", "知客 · 海淀校区", "第 " + strconv.Itoa(i+1) + " 页，共 " + strconv.Itoa(len(pages)) + " 页", "林岚"} {
			if !strings.Contains(page, part) {
				t.Errorf("page %d lacks %q", i+1, part)
			}
		}
	}
	for _, part := range []string{"到访 21 人", "“Zoë O’Brien”", "¥38,400.00 − ¥1,200.50", "学员60", "合计", "¥5,460,000.00", "如 □、□"} {
		if !strings.Contains(got, part) {
			t.Errorf("the text lacks %q", part)
		}
	}
}

// Whatever people typed, there is a document.
func TestDocument_OddContent(t *testing.T) {
	d, err := pdf.New(pdf.Options{Landscape: true})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("汉", 5000)
	d.Heading(1, "")
	d.Paragraph(strings.Repeat("x", 3000) + "\r\n\x00\t\n" + "\xff" + "١٢٣ עברית ไทย 한국어")
	d.Facts(nil)
	d.Facts([]pdf.Fact{{Name: long, Value: "1"}})
	d.Table(pdf.Table{})
	d.Table(pdf.Table{Columns: []pdf.Column{{Title: "a"}, {Title: "b", Right: true}}, Rows: [][]string{{long, "1"}, {"only one"}, {"1", "2"}, {}}})
	d.Table(pdf.Table{Columns: []pdf.Column{{Right: true}, {Right: true}}, Rows: [][]string{{strings.Repeat("1", 400), "2"}}})
	var out bytes.Buffer
	if err := d.Write(&out); err != nil {
		t.Fatal(err)
	}
	if got := text(t, out.Bytes()); strings.Count(got, "汉") < 10_000 {
		t.Errorf("%d of 10,000 characters are there", strings.Count(got, "汉"))
	}
}

// A standard-conforming reader finds nothing to mend.
func TestDocument_Valid(t *testing.T) {
	program, err := exec.LookPath("pdfinfo")
	if err != nil {
		t.Skip("pdfinfo is not installed")
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-")
	cmd.Stdin = bytes.NewReader(sample(t, 3))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Error") || !strings.Contains(string(out), "Title:           销售日报") {
		t.Errorf("%v\n%s", err, out)
	}
}

func BenchmarkDocument(b *testing.B) {
	for b.Loop() {
		sample(b, 60)
	}
}
