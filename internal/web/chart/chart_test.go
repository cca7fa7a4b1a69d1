package chart_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/kernel/i18n"
	"zhike/internal/web/chart"
)

var update = flag.Bool("update", false, "write the golden files")

func wan(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) + " 万" }

// samples are charts as the pages have them.
func samples() map[string]chart.Chart {
	none := math.NaN()
	return map[string]chart.Chart{
		"line": chart.Line{
			Head:   chart.Head{Title: "现金流入与支出（万元）", Alt: "月现金流入与支出：8 到 11 月有缺口，4 月起转正", Of: "月份"},
			Labels: []string{"12/5", "6", "7", "8", "9", "10", "11", "12", "13/1", "2", "3", "4", "5"},
			Series: []chart.Series{
				{Name: "流入", Values: []float64{902, 915, 820, 700, 692, 690, 694, 742, 702, 560, 508, 520, 546}},
				{Name: "支出", Values: []float64{870, 870, 872, 868, 860, 850, 790, 690, 610, 540, 518, 522, 520}, Hrefs: []string{"/books?month=2012-05"}},
			},
		},
		"line-band": chart.Line{
			Head:   chart.Head{Title: "到访", Of: "日期", Value: "到访", Interval: "通常范围"},
			Labels: []string{"6/1", "6/2", "6/3", "6/4", "6/5", "6/6"},
			Series: []chart.Series{{Values: []float64{12, none, 15, 9, 11, 21}, Band: []chart.Interval{{5, 16}, {5, 16}, {6, 18}, {4, 15}, {5, 16}, {6, 18}}}},
		},
		"bars": chart.Bars{
			Head: chart.Head{Title: "学员数，按距上次联系的天数", Of: "天数", Value: "学员"},
			Points: []chart.Point{
				{Label: "≤7", Value: 212},
				{Label: "8–14", Value: 171},
				{Label: "15–21", Value: 112},
				{Label: "22–30", Value: 66},
				{Label: ">30", Value: 31, Tone: chart.Bad, Href: "/students?idle=30"},
			},
		},
		"bars-interval": chart.Bars{
			Head: chart.Head{Title: "净额", Of: "校区", Value: "净额", Interval: "95% 区间", Format: wan},
			Points: []chart.Point{
				{Label: "海淀", Value: 10, Interval: &chart.Interval{Low: 6, High: 15}},
				{Label: "丰台", Value: -4, Tone: chart.Bad, Text: "−4 万"},
				{Label: "新校区", Value: none},
			},
		},
		"bars-lying": chart.Bars{
			Head: chart.Head{Title: "两场合计，竖线为同类活动", Of: "步骤", Value: "人"}, Compare: "同类",
			Points: []chart.Point{
				{Label: "线索", Value: 83}, {Label: "约访", Value: 9, Compare: new(26.0), Tone: chart.Bad}, {Label: "到访", Value: 3, Compare: new(12.0)},
			},
		},
		"bars-whole": chart.Bars{
			Head: chart.Head{Title: "退费中“没人管”所占件数", Of: "时期", Value: "件"}, Compare: "退费", Paint: "c2",
			Points: []chart.Point{{Label: "12 年 8–11", Value: 14, Whole: new(41.0), Text: "14/41"}, {Label: "13 年 3–5", Value: 3, Whole: new(29.0), Text: "3/29"}},
		},
		"stacked": chart.StackedBars{
			Head:   chart.Head{Title: "线索来源", Of: "月份"},
			Labels: []string{"1 月", "2 月", "3 月", "4 月", "5 月"},
			Series: []chart.Series{
				{Name: "网络", Values: []float64{120, 90, 160, 170, 180}},
				{Name: "地推", Values: []float64{40, 20, 60, 75, 30}},
				{Name: "转介绍", Values: []float64{22, 18, 25, none, 31}},
				{Name: "上门", Values: []float64{9, 5, 12, 8, 10}},
			},
		},
		"dots": chart.Dots{
			Head: chart.Head{Title: "续费率与 95% 区间", Of: "时期", Value: "续费率", Interval: "95% 区间", Format: func(v float64) string { return strconv.FormatFloat(v*100, 'f', 0, 64) + "%" }},
			Points: []chart.Point{
				{Label: "2–4 月", Value: 0.615, Interval: &chart.Interval{Low: 0.515, High: 0.715}},
				{Label: "5 月", Value: 0.471, Interval: &chart.Interval{Low: 0.303, High: 0.638}},
			},
		},
		"waterfall": chart.Waterfall{
			Head: chart.Head{Title: "签约数从月均到 5 月（人）", Of: "步骤", Value: "签约"},
			Steps: []chart.Step{
				{Label: "月均", Value: 14.3, Total: true},
				{Label: "人多", Value: 5.4, Text: "＋5.4"},
				{Label: "构成", Value: 0.2, Text: "＋0.2"},
				{Label: "网络率", Value: -7},
				{Label: "其他", Value: 1.1, Text: "＋1.1"},
				{Label: "5 月", Value: 14, Total: true},
			},
		},
		"target": chart.TargetBar{
			Head:     chart.Head{Title: "6 月签约", Of: "项", Value: "万元", Interval: "95% 区间", Format: wan},
			Reached:  chart.Point{Label: "已签", Value: 6.4},
			Target:   chart.Point{Label: "目标", Value: 42},
			Expected: &chart.Point{Label: "预计", Value: 36, Interval: &chart.Interval{Low: 31, High: 41}},
		},
		"spark": chart.Spark{
			Head:   chart.Head{Title: "到访", Of: "周", Value: "到访"},
			Labels: []string{"1", "2", "3", "4", "5"},
			Series: chart.Series{Values: []float64{8, 12, 9, 14, 13}},
		},
		"empty": chart.Line{Head: chart.Head{Title: "Nothing yet", Of: "Day"}},
	}
}

// The same data give the same bytes, and those are the ones that were looked at.
func TestINS12_Golden(t *testing.T) {
	for name, c := range samples() {
		got := chart.SVG(c)
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(path, []byte(got+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != strings.TrimSuffix(string(want), "\n") {
			t.Errorf("%s changed; look at it, then -update:\n%s", name, got)
		}
	}
}

// Every drawing is well-formed, says what it shows, has no style attribute, no NaN, and no mark off the sheet.
func TestINS12_Readable(t *testing.T) {
	for name, c := range samples() {
		svg := chart.SVG(c)
		if !strings.Contains(svg, `role="img" aria-label="`) || strings.Contains(svg, `aria-label=""`) {
			t.Errorf("%s has no text alternative", name)
		}
		if strings.Contains(svg, "style=") || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: style or broken number in %s", name, svg)
		}
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if e, ok := token.(xml.StartElement); ok {
				onSheet(t, name, e, c.Draw())
			}
		}
	}
}

func onSheet(t *testing.T, name string, e xml.StartElement, d chart.Drawing) {
	t.Helper()
	for _, a := range e.Attr {
		limit := d.Width
		switch a.Name.Local {
		case "x", "cx":
		case "y", "cy":
			limit = d.Height
		default:
			continue
		}
		if v, err := strconv.ParseFloat(a.Value, 64); err != nil || v < 0 || v > limit {
			t.Errorf("%s: <%s> has %s=%s on a sheet of %g × %g", name, e.Name.Local, a.Name.Local, a.Value, d.Width, d.Height)
		}
	}
}

// The table has every value and every interval that is drawn.
func TestINS12_Table(t *testing.T) {
	table := samples()["dots"].Table()
	if got := strings.Join(table.Columns, "|"); got != "时期|续费率|95% 区间" {
		t.Errorf("columns = %s", got)
	}
	row := ""
	for _, c := range table.Rows[1] {
		row += c.Text + "|"
	}
	if row != "5 月|47%|30%–64%|" {
		t.Errorf("row = %s", row)
	}
	for name, c := range samples() {
		for _, r := range c.Table().Rows {
			if len(r) != len(c.Table().Columns) {
				t.Errorf("%s: row of %d cells under %d columns", name, len(r), len(c.Table().Columns))
			}
		}
	}
}

func TestINS12_Figure(t *testing.T) {
	catalogue, err := i18n.New(chart.Text)
	if err != nil {
		t.Fatal(err)
	}
	for lang, word := range map[i18n.Lang]string{i18n.ZH: "数据表", i18n.EN: "Data table"} {
		var b strings.Builder
		c := chart.Bars{Head: chart.Head{Title: "<Leads & visits>"}, Points: []chart.Point{{Label: `"a"<`, Value: 1, Href: "/leads?a=1&b=2"}, {Label: "b", Value: 2, Href: "javascript:alert(1)"}}}
		if err := chart.Figure(c).Render(i18n.WithCatalogue(t.Context(), catalogue, lang), &b); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		for _, part := range []string{word, "&lt;Leads &amp; visits&gt;", `href="/leads?a=1&amp;b=2"`, "&#34;a&#34;&lt;"} {
			if !strings.Contains(page, part) {
				t.Errorf("%s: no %s in %s", lang, part, page)
			}
		}
		if strings.Contains(page, "<Leads") || strings.Contains(page, "javascript:") {
			t.Errorf("unescaped text or link: %s", page)
		}
	}
}

// Charts of odd data are drawn, not refused: a report must not fail for its picture.
func TestINS12_OddData(t *testing.T) {
	inf, none := math.Inf(1), math.NaN()
	for name, c := range map[string]chart.Chart{
		"one point":    chart.Line{Labels: []string{"a"}, Series: []chart.Series{{Values: []float64{3}}}},
		"all equal":    chart.Line{Labels: []string{"a", "b"}, Series: []chart.Series{{Values: []float64{0, 0}}}},
		"all missing":  chart.Line{Labels: []string{"a", "b"}, Series: []chart.Series{{Values: []float64{none, none}}}},
		"too short":    chart.StackedBars{Labels: []string{"a", "b"}, Series: []chart.Series{{Name: "s", Values: []float64{1}}}},
		"infinite":     chart.Dots{Points: []chart.Point{{Label: "a", Value: inf, Interval: &chart.Interval{Low: 0, High: inf}}}},
		"tiny":         chart.Bars{Points: []chart.Point{{Label: "a", Value: 1e-12}}},
		"huge":         chart.Line{Labels: []string{"a", "b"}, Series: []chart.Series{{Values: []float64{-1e15, 1e15}}}},
		"no bars":      chart.Bars{},
		"no dots":      chart.Dots{},
		"no steps":     chart.Waterfall{},
		"no stack":     chart.StackedBars{},
		"no target":    chart.TargetBar{},
		"no spark":     chart.Spark{},
		"eight series": chart.Line{Labels: []string{"a"}, Series: make([]chart.Series, 8)},
	} {
		svg := chart.SVG(c)
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: %s", name, svg)
		}
	}
}
