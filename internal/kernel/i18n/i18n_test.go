package i18n_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/money"
)

func texts(zh, en string) fstest.MapFS {
	return fstest.MapFS{"text/zh.toml": {Data: []byte(zh)}, "text/en.toml": {Data: []byte(en)}}
}

func TestCatalogueTexts(t *testing.T) {
	c, err := i18n.New(
		texts("[problem]\nnot-open = \"{{.kind}}没有开着\"\n[page.list]\nrows = \"{{.count}} 条\"\nhi = \"你好\"\n[channel]\nother = \"其他\"\nweb = \"网络\"",
			"[problem]\nnot-open = \"The {{.kind}} is not open\"\n[page.list.rows]\none = \"{{.count}} row\"\nother = \"{{.count}} rows\"\n[page.list]\nhi = \"Hello\"\n[channel]\nother = \"Other\"\nweb = \"Web\""),
	)
	if err != nil {
		t.Fatal(err)
	}
	zh := i18n.WithCatalogue(t.Context(), c, i18n.ZH)
	en := i18n.WithCatalogue(t.Context(), c, i18n.EN)
	for _, tc := range []struct {
		ctx       context.Context
		key, want string
		pairs     []any
	}{
		{zh, "problem.not-open", "约访没有开着", []any{"kind", "约访"}},
		{en, "problem.not-open", "The appointment is not open", []any{"kind", "appointment"}},
		{zh, "page.list.rows", "1,284 条", []any{"count", 1284}},
		{en, "page.list.rows", "1 row", []any{"count", 1}},
		{en, "page.list.rows", "1,284 rows", []any{"count", int64(1284)}},
		{zh, "page.list.hi", "你好", nil},
		{en, "channel.other", "Other", nil},
		{en, "no.such", "⟦no.such⟧", nil},
	} {
		if got := i18n.T(tc.ctx, tc.key, tc.pairs...); got != tc.want {
			t.Errorf("T(%s, %v) = %q, want %q", tc.key, tc.pairs, got, tc.want)
		}
	}
	if got := c.Missing(); !slices.Equal(got, []string{"no.such"}) {
		t.Errorf("missing = %v", got)
	}
	if got := i18n.T(t.Context(), "x"); got != "⟦x⟧" {
		t.Errorf("without catalogue = %q", got)
	}
}

func TestCatalogueRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		sources []fstest.MapFS
		want    string
	}{
		"one language only": {[]fstest.MapFS{texts("a = \"x\"\nb = \"y\"", "a = \"x\"")}, "text b is missing in en"},
		"defined twice":     {[]fstest.MapFS{texts(`a = "x"`, `a = "x"`), texts(`a = "x"`, `a = "x"`)}, "a is defined twice"},
		"not a text":        {[]fstest.MapFS{texts(`a = 1`, `a = 1`)}, "want a text"},
		"no file":           {[]fstest.MapFS{{}}, "read text/zh.toml"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			if len(tc.sources) == 2 {
				_, err = i18n.New(tc.sources[0], tc.sources[1])
			} else {
				_, err = i18n.New(tc.sources[0])
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want %q", err, tc.want)
			}
		})
	}
}

func TestUIT_Formats(t *testing.T) {
	c, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	cst := time.FixedZone("CST", 8*3600)
	now := time.Date(2013, 6, 3, 1, 12, 0, 0, time.UTC)
	today := bizdate.Of(now, cst)
	ratio := func(f float64) *float64 { return &f }
	for name, tc := range map[string]struct {
		f      func(ctx context.Context) string
		zh, en string
	}{
		"money":            {func(ctx context.Context) string { return i18n.Money(ctx, 3840000) }, "¥38,400.00", "¥38,400.00"},
		"money below zero": {func(ctx context.Context) string { return i18n.Money(ctx, -5) }, "−¥0.05", "−¥0.05"},
		"whole money":      {func(ctx context.Context) string { return i18n.MoneyWhole(ctx, 3840000) }, "¥38,400", "¥38,400"},
		"short":            {func(ctx context.Context) string { return i18n.MoneyShort(ctx, money.Yuan(5_460_000)) }, "546 万", "¥5.46M"},
		"short, small 万":   {func(ctx context.Context) string { return i18n.MoneyShort(ctx, money.Yuan(64_000)) }, "6.4 万", "¥64k"},
		"short, 亿":         {func(ctx context.Context) string { return i18n.MoneyShort(ctx, money.Yuan(120_000_000)) }, "1.2 亿", "¥120M"},
		"short, thousands": {func(ctx context.Context) string { return i18n.MoneyShort(ctx, money.Yuan(38_700_000)) }, "3,870 万", "¥38.7M"},
		"short, yuan":      {func(ctx context.Context) string { return i18n.MoneyShort(ctx, money.Yuan(8_360)) }, "¥8,360", "¥8,360"},
		"difference":       {func(ctx context.Context) string { return i18n.Difference(ctx, money.Yuan(260_000)) }, "＋26 万", "+¥0.26M"},
		"difference below": {func(ctx context.Context) string { return i18n.Difference(ctx, money.Yuan(-1_550_000)) }, "−155 万", "−¥1.55M"},
		"points":           {func(ctx context.Context) string { return i18n.Points(ctx, ratio(-0.14)) }, "−14 个百分点", "−14 pp"},
		"no points":        {func(ctx context.Context) string { return i18n.Points(ctx, nil) }, "–", "–"},
		"date":             {func(ctx context.Context) string { return i18n.Date(ctx, today, today) }, "6月3日 周一", "Mon 3 Jun"},
		"other year":       {func(ctx context.Context) string { return i18n.Date(ctx, bizdate.New(2012, 4, 17), today) }, "2012年4月17日", "17 Apr 2012"},
		"no date":          {func(ctx context.Context) string { return i18n.Date(ctx, 0, today) }, "–", "–"},
		"short date":       {func(ctx context.Context) string { return i18n.DateShort(ctx, today) }, "6/3", "3 Jun"},
		"month":            {func(ctx context.Context) string { return i18n.Month(ctx, today) }, "2013 年 6 月", "Jun 2013"},
		"instant":          {func(ctx context.Context) string { return i18n.DateTime(ctx, now, cst, now) }, "6月3日 周一 09:12", "Mon 3 Jun, 09:12"},
		"soon":             {func(ctx context.Context) string { return i18n.Soon(ctx, now.Add(8*time.Minute), now) }, "剩 8 分钟", "8 min left"},
		"late":             {func(ctx context.Context) string { return i18n.Soon(ctx, now.Add(-2*time.Hour), now) }, "超 2 小时", "2 h late"},
		"recent":           {func(ctx context.Context) string { return i18n.Ago(ctx, now.Add(-80*time.Hour), now) }, "3 天前", "3 d ago"},
		"just now":         {func(ctx context.Context) string { return i18n.Ago(ctx, now, now) }, "刚刚", "just now"},
		"phone":            {func(ctx context.Context) string { return i18n.Phone(ctx, "+8613800138000") }, "138 0013 8000", "+86 138 0013 8000"},
		"foreign phone":    {func(ctx context.Context) string { return i18n.Phone(ctx, "+442079460018") }, "+44 20 7946 0018", "+44 20 7946 0018"},
		"masked already":   {func(ctx context.Context) string { return i18n.Phone(ctx, "138****8000") }, "138****8000", "138****8000"},
		"masked":           {func(ctx context.Context) string { return i18n.MaskedPhone(ctx, "+8613800138000") }, "138****8000", "138****8000"},
		"masked, short":    {func(ctx context.Context) string { return i18n.MaskedPhone(ctx, "12345") }, "****45", "****45"},
		"hours":            {func(ctx context.Context) string { return i18n.Hours(ctx, hours.Whole(7)) }, "7 课时", "7 h"},
		"half hours":       {func(ctx context.Context) string { return i18n.Hours(ctx, -150) }, "−1.5 课时", "−1.5 h"},
		"count":            {func(ctx context.Context) string { return i18n.Count(ctx, -1284) }, "−1,284", "−1,284"},
		"percent":          {func(ctx context.Context) string { return i18n.Percent(ctx, ratio(0.7388)) }, "74%", "74%"},
		"percent, small":   {func(ctx context.Context) string { return i18n.Percent(ctx, ratio(0.0245)) }, "2.5%", "2.5%"},
		"no percent":       {func(ctx context.Context) string { return i18n.PercentOf(ctx, 3, 0) }, "–", "–"},
		"range":            {func(ctx context.Context) string { return i18n.Range(ctx, "7", "49") }, "7–49", "7–49"},
		"signed range":     {func(ctx context.Context) string { return i18n.Range(ctx, "−34", "＋5") }, "−34～＋5", "−34 to ＋5"},
		"money range": {func(ctx context.Context) string {
			return i18n.MoneyRange(ctx, money.Yuan(310_000), money.Yuan(410_000))
		}, "31–41 万", "¥0.31–0.41M"},
		"interval": {func(ctx context.Context) string { return i18n.Interval(ctx, "7", "49") }, "95% 区间 7–49", "95% interval 7–49"},
	} {
		if got := tc.f(i18n.WithCatalogue(t.Context(), c, i18n.ZH)); got != tc.zh {
			t.Errorf("%s in zh = %q, want %q", name, got, tc.zh)
		}
		if got := tc.f(i18n.WithCatalogue(t.Context(), c, i18n.EN)); got != tc.en {
			t.Errorf("%s in en = %q, want %q", name, got, tc.en)
		}
	}
	if got := c.Missing(); len(got) > 0 {
		t.Errorf("missing = %v", got)
	}
}

// BenchmarkText shows that a plain text costs one look-up.
func BenchmarkText(b *testing.B) {
	c, err := i18n.New()
	if err != nil {
		b.Fatal(err)
	}
	ctx := i18n.WithCatalogue(b.Context(), c, i18n.ZH)
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			i18n.T(ctx, "time.now")
		}
	})
	b.Run("filled", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			i18n.Hours(ctx, 150)
		}
	})
}
