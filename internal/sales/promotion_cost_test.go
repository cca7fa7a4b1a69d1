package sales_test

import (
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/money"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// Whoever consents to a promotion sees what it costs whatever it gives: a part of the price, an amount, hours or a thing (SAL-8, PRC-6).
func TestSAL8_CostOfEachForm(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		price := money.Fen(s.Count(t, "SELECT MAX(price) FROM packages WHERE active = TRUE"))
		hour := s.Count(t, "SELECT MAX(price / hours) FROM packages WHERE active = TRUE")
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for form, c := range map[string]struct {
			set  func(in *sales.PromotionInput)
			want money.Fen
		}{
			"percent":    {func(in *sales.PromotionInput) { in.Percent = 3_000 }, price * 3 / 10},
			"amount":     {func(in *sales.PromotionInput) { in.Amount = money.Yuan(2_000) }, money.Yuan(2_000)},
			"gift":       {func(in *sales.PromotionInput) { in.Thing, in.ThingCost = "平板", money.Yuan(1_500) }, money.Yuan(1_500)},
			"gift-hours": {func(in *sales.PromotionInput) { in.Gift = hours.Centi(4_000) }, money.Fen(hour * 4_000)},
		} {
			in := sales.PromotionInput{Name: form, From: today, Until: today + 20, Form: form, Stacking: "list", PlanContracts: 5, Goal: "多签新生"}
			c.set(&in)
			p, err := sales.RegisterPromotion.Run(s.Marketing(), s.Ops, in)
			if err != nil {
				t.Fatal(form, err)
			}
			if _, err := sales.StartPromotion.Run(s.Marketing(), s.Ops, sales.StartPromotionInput{PromotionID: p.ID, Reason: "x"}); err != nil {
				t.Fatal(form, err)
			}
			if got := money.Fen(s.Count(t, "SELECT cost FROM approvals WHERE subject = ?", p.ID[:])); got != 5*c.want {
				t.Errorf("%s costs %s, want 5 × %s", form, got, c.want)
			}
		}
	})
}
