package salesdoor_test

import (
	"net/http"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
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
