package salesdoor_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// The list says how many promotions are given today: one whose days are over is none of them, though nobody ended it (SAL-8).
func TestSAL8_RunningPromotions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for name, until := range map[string]bizdate.Date{"三天优惠": day + 2, "整月优惠": day + 29} {
			p, err := sales.RegisterPromotion.Run(s.Marketing(), s.Ops, sales.PromotionInput{Name: name, From: day, Until: until, Form: "percent", Percent: 1_000})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sales.StartPromotion.Run(s.System(), s.Ops, sales.StartPromotionInput{PromotionID: p.ID}); err != nil {
				t.Fatal(err)
			}
		}
		m := open(s.Marketing(), t, s)
		m.wants(m.get("/promotions", http.StatusOK), "正在进行的促销 2", "三天优惠", "整月优惠")
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 3))
		m.wants(m.get("/promotions", http.StatusOK), "正在进行的促销 1", "三天优惠", "整月优惠")
		if page := words(m.get("/promotions?state=running", http.StatusOK)); strings.Contains(page, "三天优惠") || !strings.Contains(page, "整月优惠") {
			t.Errorf("running today: %s", page)
		}
	})
}

// Marketing sees what its promotions brought and cost, in sums alone: no figure of its page leads to contracts, which it may not open; for who
// may, each opens (SAL-8, UI-B1).
func TestSAL8_SumsWithoutContracts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		key := s.Promotion(t, "秋季优惠")
		s.Exec(t, "UPDATE promotions SET from_day = ? WHERE id = ?", int64(day-9), key)
		for range 12 {
			s.Plant(t, testkit.Bought{Kind: "new", Day: day - 3, Until: day + 300, Promotion: key, Off: money.Yuan(50), Gift: 200, UnitPrice: money.Yuan(100)})
		}
		s.Plant(t, testkit.Bought{Kind: "renewal", Student: id.ID{1}, Day: day - 90, Until: day + 300}, testkit.Bought{Kind: "renewal", Student: id.ID{1}, Day: day - 3, Until: day + 300, Promotion: key})
		at := "/promotions/" + key.String()
		says := []string{"多签了 13 份", "用它签的合同 13", "¥600.00", "值 ¥2,400.00", "让利合计", "¥3,000.00", "用它续签的合同 1", "以前的续签只有 0 份"}
		m := open(s.Marketing(), t, s)
		page := m.get(at, http.StatusOK)
		m.wants(page, says...)
		if strings.Contains(page, "/contracts?") {
			t.Error("marketing is led to contracts")
		}
		gm := open(s.GM(), t, s)
		page = gm.get(at, http.StatusOK)
		gm.wants(page, says...)
		for _, to := range []string{"/contracts?center=&amp;promotion=" + key.String() + "&amp;signed_from=" + (day - 9).String(), "/contracts?center=&amp;signed_from=" + (day - 9).String() + "&amp;signed_until=" + day.String()} {
			if !strings.Contains(page, to) {
				t.Errorf("no link to %s", to)
			}
		}
	})
}

// The page shows the periods of a year earlier beside those of the promotion where the season is taken out, and says so; with no such history it says that
// the season counts (SAL-8, INS-7).
func TestSAL8_SeasonOnThePage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		key := s.Promotion(t, "秋季优惠")
		from := day - 9
		s.Exec(t, "UPDATE promotions SET from_day = ? WHERE id = ?", int64(from), key)
		then := from.AddMonths(-12)
		sign := func(n int, at bizdate.Date) {
			s.Plant(t, slices.Repeat([]testkit.Bought{{Kind: "new", Day: at, Until: at + 300}}, n)...)
		}
		sign(1, from-11)
		sign(12, from-1)
		sign(24, from)
		m := open(s.GM(), t, s)
		at := "/promotions/" + key.String()
		page := m.get(at, http.StatusOK)
		m.wants(page, "只和促销之前比", "比之前")
		if strings.Contains(page, "去年同期：之前") {
			t.Error("the periods of a year earlier are shown where they are no baseline")
		}
		sign(1, then-11)
		sign(12, then-1)
		sign(24, then)
		page = m.get(at, http.StatusOK)
		m.wants(page, "去年同样的日子从 12 份到 24 份，照这样，没有促销也会签约 24 份", "比估计", "去年同期：之前", "去年同期：期间")
		if to := "signed_from=" + (then - 10).String() + "&amp;signed_until=" + (then - 1).String(); !strings.Contains(page, to) {
			t.Errorf("no link to %s", to)
		}
	})
}
