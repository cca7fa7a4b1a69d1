package sales_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// renewed are renewals of new students who had signed a year of which, at the renewal, so many of a hundred days were left.
func renewed(t *testing.T, s *testkit.School, n int, day bizdate.Date, left int64, with func(earlier, renewal *testkit.Bought)) {
	t.Helper()
	for range n {
		earlier := testkit.Bought{Student: s.Clock.NewID(), Kind: "new", Day: day - 100 + bizdate.Date(left) + 1, Until: day + bizdate.Date(left)}
		renewal := testkit.Bought{Student: earlier.Student, Kind: "renewal", Day: day, Until: day + 300}
		if with != nil {
			with(&earlier, &renewal)
		}
		s.Plant(t, earlier, renewal)
	}
}

func effectOf(t *testing.T, s *testkit.School, who context.Context, key id.ID) sales.PromotionEffect {
	t.Helper()
	return ask(t, s, who, func(ctx context.Context, tx *op.Tx) (sales.PromotionEffect, error) {
		return sales.EffectOf(ctx, tx, key)
	})
}

// A renewal is pulled forward where more of the earlier contract was left than of four in five renewals before without a promotion, by hours
// or days, whichever is less; the figure opens exactly these contracts; with too few earlier renewals nothing is usual (SAL-8).
func TestSAL8_PulledForward(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := today(s)
		key := promotion(t, s, nil)
		with := func(_, renewal *testkit.Bought) { renewal.Promotion = key }
		renewed(t, s, 6, day, 60, with)
		renewed(t, s, 1, day, 60, func(earlier, renewal *testkit.Bought) { // its hours are nearly used
			renewal.Promotion, earlier.Bought, earlier.Used = key, 1_000, 950
		})
		renewed(t, s, 1, day, 10, with) // as usual
		renewed(t, s, 1, day, 60, func(_, renewal *testkit.Bought) { renewal.Promotion, renewal.Draft = key, true })
		renewed(t, s, 1, day, 60, nil) // without the promotion
		s.Plant(t, testkit.Bought{Kind: "new", Day: day, Until: day + 300, Promotion: key}, testkit.Bought{Kind: "renewal", Day: day, Until: day + 300, Promotion: key})

		renewed(t, s, 15, day-30, 10, nil)
		renewed(t, s, 4, day-30, 50, nil)
		renewed(t, s, 5, day-30, 90, func(_, renewal *testkit.Bought) { renewal.Promotion = s.Clock.NewID() }) // another promotion's are not usual
		renewed(t, s, 5, day-731, 90, nil)                                                                     // long ago
		if r := effectOf(t, s, s.GM(), key).Renewals; r.Known || r.History != 19 || r.With != 8 || r.Early != 0 {
			t.Errorf("19 earlier ones: %+v", r)
		}
		renewed(t, s, 1, day-730, 10, nil)
		e := effectOf(t, s, s.GM(), key)
		if r := e.Renewals; !r.Known || r.History != 20 || r.Usual != 10 || r.With != 8 || r.Early != 6 || r.Beyond < 4.39 || r.Beyond > 4.41 || !r.Sure {
			t.Errorf("renewals %+v", r)
		}
		p := promotionOf(t, s, key)
		list := ask(t, s, s.GM(), func(ctx context.Context, tx *op.Tx) (page.Page[contracts.Contract], error) {
			return contracts.List(ctx, tx, p.EarlyOf(e, nil))
		})
		if list.Total != 6 {
			t.Errorf("the list has %d contracts, want the 6 of the figure", list.Total)
		}
		for _, c := range list.Items {
			if c.Kind != "renewal" || c.SignedDay != day {
				t.Errorf("in the list: %+v", c)
			}
		}
		if r := effectOf(t, s, s.Principal(s.CY), key).Renewals; r.With != 0 || r.Early != 0 || r.Usual != 10 {
			t.Errorf("another center: %+v", r)
		}
	})
}

// What a promotion gave away is money, hours at what an hour costs, and things; it is set against the contracts beyond those of as many days
// before, and both are counted for who has the figures but not the contracts (SAL-8).
func TestSAL8_CostOfAnAdditionalContract(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := today(s)
		key := promotion(t, s, nil)
		s.Exec(t, "UPDATE promotions SET from_day = ?, until_day = ?, thing_cost = 1000 WHERE id = ?", int64(day-19), int64(day), key)
		for range 40 {
			s.Plant(t, testkit.Bought{Kind: "new", Day: day - 5, Until: day + 300, Promotion: key, Off: money.Yuan(100), Gift: 250, UnitPrice: money.Yuan(200)})
		}
		for range 10 {
			s.Plant(t, testkit.Bought{Kind: "new", Day: day - 25, Until: day + 300})
		}
		s.Plant(t, testkit.Bought{Kind: "new", Center: s.CY, Day: day - 5, Until: day + 300, Promotion: key, Off: money.Yuan(100)})
		if e := effectOf(t, s, s.GM(), key); e.Verdict != sales.VerdictUnknown || e.Additional.Surely() || e.Each.Known {
			t.Errorf("nothing is older than what it is compared with: %+v", e)
		}
		s.Plant(t, testkit.Bought{Kind: "new", Day: day - 400, Until: day}, testkit.Bought{Kind: "new", Center: s.CY, Day: day - 40, Until: day + 300})
		for name, who := range map[string]context.Context{"general manager": s.GM(), "marketing": s.Marketing()} {
			e := effectOf(t, s, who, key)
			if e.With != 41 || e.Off != money.Yuan(4_100) || e.Gift != 10_000 || e.GiftValue != money.Yuan(20_000) || e.Cost != money.Yuan(410) || e.Away() != money.Yuan(24_510) {
				t.Errorf("%s: given %+v", name, e)
			}
			if e.During.Contracts != 41 || e.Before.Contracts != 10 || e.Additional.Value != 31 || e.Verdict != sales.VerdictMore {
				t.Errorf("%s: effect %+v", name, e)
			}
			if !e.Each.Known || e.Each.Value != 79_065 || e.Each.Low >= e.Each.Value || e.Each.High <= e.Each.Value {
				t.Errorf("%s: each %+v", name, e.Each)
			}
		}
		if e := effectOf(t, s, s.Principal(s.CY), key); e.With != 1 || e.During.Contracts != 1 || e.Each.Known || e.Verdict != sales.VerdictThin {
			t.Errorf("another center's principal: %+v", e)
		}
		refuse(t, s, map[string]refused{"no right to reports": {func() error {
			return s.Ops.Read(s.IT(), func(ctx context.Context, tx *op.Tx) error { return second(sales.EffectsOf(ctx, tx, nil, nil)) })
		}, "403 forbidden"}})
		many := ask(t, s, s.GM(), func(ctx context.Context, tx *op.Tx) ([]sales.PromotionEffect, error) {
			return sales.EffectsOf(ctx, tx, []sales.Promotion{promotionOf(t, s, key)}, []id.ID{s.CY})
		})
		if many[0].With != 1 || many[0].During.Contracts != 1 {
			t.Errorf("of one center: %+v", many[0])
		}
	})
}

// A draft that is ended was never given and has no effect (SAL-8).
func TestSAL8_DraftEnded(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := must(sales.RegisterPromotion.Run(s.Marketing(), s.Ops, sales.PromotionInput{Name: "草稿", From: today(s), Until: today(s) + 9, Form: "percent", Percent: 500}))(t)
		must(sales.StopPromotion.Run(s.Marketing(), s.Ops, sales.StopPromotionInput{PromotionID: p.ID, Reason: "不办了"}))(t)
		if e := effectOf(t, s, s.GM(), p.ID); e.Begun || e.Verdict != sales.VerdictNotBegun {
			t.Errorf("effect %+v", e)
		}
	})
}

// A peak that came a year earlier too is not credited to the promotion that was given in it, nor a fall after it held against it; what goes beyond
// the season is credited. Where the viewer's centers have no such history it is compared with the days before alone, and the words say so (SAL-8).
func TestSAL8_SeasonalPeak(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := today(s)
		key := promotion(t, s, nil)
		from := day - 40
		s.Exec(t, "UPDATE promotions SET from_day = ?, until_day = ? WHERE id = ?", int64(from), int64(from+19), key)
		then := from.AddMonths(-12)
		sign := func(n int, b testkit.Bought) {
			b.Kind, b.Until = "new", b.Day+300
			s.Plant(t, slices.Repeat([]testkit.Bought{b}, n)...)
		}
		sign(1, testkit.Bought{Day: then - 21})
		for _, at := range []bizdate.Date{then - 20, then - 1, then + 20, then + 39} {
			sign(15, testkit.Bought{Day: at})
		}
		sign(45, testkit.Bought{Day: then})
		sign(45, testkit.Bought{Day: then + 19})
		sign(1, testkit.Bought{Day: then + 40})
		sign(40, testkit.Bought{Day: from - 20})
		sign(40, testkit.Bought{Day: from, Promotion: key, Off: money.Yuan(100)})
		sign(80, testkit.Bought{Day: from + 19})
		sign(40, testkit.Bought{Day: from + 20})

		e := effectOf(t, s, s.GM(), key)
		y := e.YearBefore
		if y.Before != (sales.Span{From: then - 20, Until: then - 1, Contracts: 30}) || y.During != (sales.Span{From: then, Until: then + 19, Contracts: 90}) || y.After != (sales.Span{From: then + 20, Until: then + 39, Contracts: 30}) {
			t.Errorf("a year earlier: %+v", y)
		}
		if e.Baseline != sales.BaselineSeason || e.During.Contracts != 120 || e.Before.Contracts != 40 || e.Verdict != sales.VerdictNone || e.Additional.Surely() || e.Each.Known || e.Moved() != 0 {
			t.Errorf("the season alone: %+v", e)
		}
		said := func(lang i18n.Lang, who context.Context, e sales.PromotionEffect, parts ...string) {
			for _, part := range parts {
				if words := e.Words(i18n.WithCatalogue(who, s.App.Catalogue, lang)); !strings.Contains(words, part) {
					t.Errorf("%s: %s, want %s", lang, words, part)
				}
			}
		}
		said(i18n.ZH, s.GM(), e, "与估计的差别在偶然范围内", "去年同样的日子从 30 份到 90 份", "没有促销也会签约 120 份")
		said(i18n.EN, s.GM(), e, "The difference to what was expected is within chance", "from 30 contracts to 90", "some 120 were to be expected")

		sign(180, testkit.Bought{Day: from + 5, Promotion: key, Off: money.Yuan(100)})
		if e := effectOf(t, s, s.GM(), key); e.Verdict != sales.VerdictMore || !e.Brought.Surely() || e.Brought.Value > e.With || !e.Each.Known {
			t.Errorf("beyond the season: %+v", e)
		}

		cy := testkit.Bought{Center: s.CY}
		for n, at := range map[int]bizdate.Date{1: from - 21, 10: from - 1, 40: from + 1} {
			cy.Day = at
			if n == 40 {
				cy.Promotion = key
			}
			sign(n, cy)
			cy.Promotion = id.None
		}
		e = effectOf(t, s, s.Principal(s.CY), key)
		if e.Baseline != sales.BaselineThin || e.Additional.Value != 30 || e.Verdict != sales.VerdictMore {
			t.Errorf("a center without history: %+v", e)
		}
		said(i18n.ZH, s.GM(), e, "只和促销之前比")
		said(i18n.EN, s.GM(), e, "compared with the days before alone")
	})
}
