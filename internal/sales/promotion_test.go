package sales_test

import (
	"context"
	"sync"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// promotion registers a promotion of ten per cent, changed by with, and starts it.
func promotion(t *testing.T, s *testkit.School, with func(in *sales.PromotionInput)) id.ID {
	t.Helper()
	in := sales.PromotionInput{Name: "秋季优惠", From: today(s), Until: today(s) + 20, Form: "percent", Percent: 1_000}
	if with != nil {
		with(&in)
	}
	p := must(sales.RegisterPromotion.Run(s.Marketing(), s.Ops, in))(t)
	must(sales.StartPromotion.Run(s.System(), s.Ops, sales.StartPromotionInput{PromotionID: p.ID}))(t)
	return p.ID
}

func promotionOf(t *testing.T, s *testkit.School, key id.ID) sales.Promotion {
	t.Helper()
	return ask(t, s, s.GM(), func(ctx context.Context, tx *op.Tx) (sales.Promotion, error) {
		return sales.PromotionByID(ctx, tx, key)
	})
}

func offer(s *testkit.School, e sales.Entered, promotions ...id.ID) (sales.QuoteAnswer, error) {
	return sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Promotions: promotions})
}

// What a quote says with a promotion is what the contract says, and the contract names it; signing counts it (SAL-7, SAL-8).
func TestSAL8_QuoteToContract(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx, e := s.Consultant(s.HD), analysed(t, s)
		key := promotion(t, s, func(in *sales.PromotionInput) { in.Quota = 3 })
		q := must(offer(s, e, key))(t)
		if q.List != money.Yuan(19_200) || q.Payable != money.Yuan(17_280) || quote(t, s, q.ID).ValidUntil != today(s)+14 {
			t.Errorf("quote %+v", q)
		}
		c := must(sales.DraftContract.Run(ctx, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
		if promotionOf(t, s, key).Used != 0 {
			t.Error("a contract that is not signed counts")
		}
		brought := func() sales.PromotionEffect {
			return ask(t, s, s.GM(), func(ctx context.Context, tx *op.Tx) (sales.PromotionEffect, error) {
				return sales.EffectOf(ctx, tx, key)
			})
		}
		if got := brought(); got.With != 0 || got.Off != 0 {
			t.Errorf("a contract that is not signed is an effect: %+v", got)
		}
		must(contracts.Sign.Run(ctx, s.Ops, contracts.SignInput{ContractID: c.ID}))(t)
		d := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (contracts.Details, error) { return contracts.ByID(ctx, tx, c.ID) })
		if c.Payable != q.Payable || len(d.Promotions) != 1 || d.Promotions[0].Promotion != key || d.Promotions[0].Off != money.Yuan(1_920) || d.Promotions[0].Name != "秋季优惠" {
			t.Errorf("contract %+v, %+v", c, d.Promotions)
		}
		if p := promotionOf(t, s, key); p.Used != 1 || p.Left() != 2 {
			t.Errorf("promotion %+v", p)
		}
		effect := brought()
		if effect.With != 1 || effect.Off != money.Yuan(1_920) || effect.During.Contracts != 1 || effect.Before.Contracts != 0 || !effect.Additional.Thin || effect.Ended {
			t.Errorf("effect %+v", effect)
		}
		s.Check(t)
	})
}

// Use outside the rule is refused, naming the promotion and the rule (SAL-8).
func TestSAL8_OutsideItsRule(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := analysed(t, s)
		with := func(change func(in *sales.PromotionInput)) func() error {
			key := promotion(t, s, change)
			return func() error { return second(offer(s, e, key)) }
		}
		draft := must(sales.RegisterPromotion.Run(s.Marketing(), s.Ops, sales.PromotionInput{Name: "草稿", From: today(s), Until: today(s), Form: "percent", Percent: 500}))(t)
		alone, other := promotion(t, s, nil), promotion(t, s, func(in *sales.PromotionInput) { in.Stacking = "list" })
		must(sales.StopPromotion.Run(s.Marketing(), s.Ops, sales.StopPromotionInput{PromotionID: promotion(t, s, nil), Reason: "名额够了"}))(t)
		big := func(in *sales.PromotionInput) { in.Form, in.Amount, in.Stacking = "amount", money.Yuan(15_000), "list" }
		first, next := promotion(t, s, big), promotion(t, s, big)
		over, full := promotion(t, s, nil), promotion(t, s, nil)
		s.Exec(t, "UPDATE promotions SET from_day = ?, until_day = ? WHERE id = ?", int64(today(s)-9), int64(today(s)-1), over)
		s.Exec(t, "UPDATE promotions SET quota = 1, used = 1 WHERE id = ?", full)
		refuse(t, s, map[string]refused{
			"not started":   {func() error { return second(offer(s, e, draft.ID)) }, "422 invalid promotion_ids.0:promotion-draft"},
			"ahead":         {with(func(in *sales.PromotionInput) { in.From = today(s) + 1 }), "422 invalid promotion_ids.0:promotion-ahead"},
			"over":          {func() error { return second(offer(s, e, over)) }, "422 invalid promotion_ids.0:promotion-over"},
			"no place left": {func() error { return second(offer(s, e, full)) }, "422 invalid promotion_ids.0:promotion-quota"},
			"alone, and a discount by hand": {func() error {
				return second(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Promotions: []id.ID{alone}, Discount: money.Yuan(10), Reason: "老客户"}))
			}, "422 invalid discount_fen:promotion-alone"},
			"another center":  {with(func(in *sales.PromotionInput) { in.CenterIDs = []id.ID{s.CY} }), "422 invalid promotion_ids.0:promotion-center"},
			"another kind":    {with(func(in *sales.PromotionInput) { in.Kinds = []string{"renewal"} }), "422 invalid promotion_ids.0:promotion-kind"},
			"below the floor": {with(func(in *sales.PromotionInput) { in.Floor = money.Yuan(390) }), "422 invalid promotion_ids.0:promotion-floor"},
			"two, one alone":  {func() error { return second(offer(s, e, alone, other)) }, "422 invalid promotion_ids.0:promotion-alone"},
			"below nothing":   {func() error { return second(offer(s, e, first, next)) }, "422 invalid promotion_ids.1:promotion-too-much"},
			"twice":           {func() error { return second(offer(s, e, other, other)) }, "422 invalid promotion_ids.1:twice"},
			"unknown":         {func() error { return second(offer(s, e, e.ID)) }, "422 invalid promotion_ids.0:unknown"},
			"holds too long": {func() error {
				return second(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Promotions: []id.ID{other}, ValidUntil: today(s) + 21}))
			}, "422 invalid valid_until:promotion-ends"},
		})
	})
}

// Of ten contracts that are signed at once, as many succeed as the quota has places (SAL-8).
func TestSAL8_QuotaRace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := promotion(t, s, func(in *sales.PromotionInput) { in.Quota = 2 })
		var drafts []id.ID
		for range 6 {
			q := must(offer(s, analysed(t, s), key))(t)
			drafts = append(drafts, must(sales.DraftContract.Run(s.Consultant(s.HD), s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t).ID)
		}
		ctx, results := s.Consultant(s.HD), make([]error, len(drafts))
		var all sync.WaitGroup
		for i, c := range drafts {
			all.Go(func() { _, results[i] = contracts.Sign.Run(ctx, s.Ops, contracts.SignInput{ContractID: c}) })
		}
		all.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if refusal(err) != "422 invalid contract_id:promotion-quota" {
				t.Errorf("another one: %s", refusal(err))
			}
		}
		if p := promotionOf(t, s, key); won != 2 || p.Used != 2 || p.Left() != 0 {
			t.Errorf("%d won, %d counted", won, p.Used)
		}
		s.Check(t)
	})
}

// A promotion beyond the limit of who starts it waits for approval, and holds once approved (SAL-8, PRC-6).
func TestSAL8_Approval(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := must(sales.RegisterPromotion.Run(s.Principal(s.HD), s.Ops, sales.PromotionInput{Name: "店庆", CenterID: s.HD, From: today(s), Until: today(s) + 5, Form: "percent", Percent: 2_000}))(t)
		start := sales.StartPromotionInput{PromotionID: p.ID}
		refuse(t, s, map[string]refused{"no reason": {func() error { return second(sales.StartPromotion.Run(s.Principal(s.HD), s.Ops, start)) }, "422 invalid reason:promotion-limit"}})
		start.Reason = "店庆三天"
		asked := must(sales.StartPromotion.Run(s.Principal(s.HD), s.Ops, start))(t)
		if asked.Approval.IsNone() || promotionOf(t, s, p.ID).State != sales.PromotionWaiting {
			t.Fatalf("asked %+v", asked)
		}
		must(process.Approve.Run(s.GM(), s.Ops, process.ApprovalInput{ApprovalID: asked.Approval}))(t)
		if got := promotionOf(t, s, p.ID).State; got != sales.PromotionActive {
			t.Errorf("approved: %s", got)
		}
		half := must(sales.RegisterPromotion.Run(s.Principal(s.HD), s.Ops, sales.PromotionInput{Name: "立减", CenterID: s.HD, From: today(s), Until: today(s) + 5, Form: "amount", Amount: money.Yuan(9_600)}))(t)
		if got := must(sales.StartPromotion.Run(s.Principal(s.HD), s.Ops, sales.StartPromotionInput{PromotionID: half.ID, Reason: "半价"}))(t); got.Approval.IsNone() {
			t.Errorf("an amount of half the price starts without approval: %+v", got)
		}
		small := must(sales.RegisterPromotion.Run(s.Principal(s.HD), s.Ops, sales.PromotionInput{Name: "小优惠", CenterID: s.HD, From: today(s), Until: today(s) + 5, Form: "percent", Percent: 500}))(t)
		if got := must(sales.StartPromotion.Run(s.Principal(s.HD), s.Ops, sales.StartPromotionInput{PromotionID: small.ID}))(t); got.State != sales.PromotionActive {
			t.Errorf("within the limit: %+v", got)
		}
	})
}

// What was consented to stays: an active promotion becomes smaller only (SAL-8).
func TestSAL8_Change(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := promotion(t, s, func(in *sales.PromotionInput) { in.Quota = 5 })
		change := func(in sales.ChangePromotionInput) error {
			in.PromotionID = key
			return second(sales.ChangePromotion.Run(s.Marketing(), s.Ops, in))
		}
		must(0, change(sales.ChangePromotionInput{Name: new("秋季特惠"), Quota: new(int64(4)), Until: new(today(s) + 10)}))(t)
		refuse(t, s, map[string]refused{
			"more percent": {func() error { return change(sales.ChangePromotionInput{Percent: new(int64(2_000))}) }, "422 promotion-settled promotion_id:"},
			"larger quota": {func() error { return change(sales.ChangePromotionInput{Quota: new(int64(9))}) }, "422 promotion-settled promotion_id:"},
			"no quota":     {func() error { return change(sales.ChangePromotionInput{Quota: new(int64(0))}) }, "422 promotion-settled promotion_id:"},
			"longer":       {func() error { return change(sales.ChangePromotionInput{Until: new(today(s) + 30)}) }, "422 promotion-settled promotion_id:"},
			"old version":  {func() error { return change(sales.ChangePromotionInput{Name: new("旧"), Version: new(int64(0))}) }, "412 stale"},
		})
		if p := promotionOf(t, s, key); p.Name != "秋季特惠" || p.Quota != 4 || p.Until != today(s)+10 {
			t.Errorf("promotion %+v", p)
		}
	})
}

// What is missing or impossible is refused field by field (SAL-8).
func TestSAL8_Refused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		try := func(change func(in *sales.PromotionInput)) func() error {
			return func() error {
				in := sales.PromotionInput{Name: "优惠", From: today(s), Until: today(s) + 20, Form: "percent", Percent: 1_000}
				change(&in)
				return second(sales.RegisterPromotion.Run(s.Marketing(), s.Ops, in))
			}
		}
		refuse(t, s, map[string]refused{
			"no name":       {try(func(in *sales.PromotionInput) { in.Name = " " }), "422 invalid name:required"},
			"ends before":   {try(func(in *sales.PromotionInput) { in.Until = in.From - 1 }), "422 invalid until_day:before-from"},
			"too long":      {try(func(in *sales.PromotionInput) { in.Until = in.From + 400 }), "422 invalid until_day:span-too-long"},
			"all of it":     {try(func(in *sales.PromotionInput) { in.Percent = 10_000 }), "422 invalid percent_x100:percent-range"},
			"amount":        {try(func(in *sales.PromotionInput) { in.Form, in.Amount = "amount", money.Yuan(19_200) }), "422 invalid amount_fen:amount-beyond-price"},
			"no gift":       {try(func(in *sales.PromotionInput) { in.Form = "gift" }), "422 invalid thing:required"},
			"no hours":      {try(func(in *sales.PromotionInput) { in.Form = "gift-hours" }), "422 invalid gift_hours_x100:gift-range"},
			"other's place": {try(func(in *sales.PromotionInput) { in.CenterID, in.CenterIDs = s.HD, []id.ID{s.CY} }), "422 invalid center_ids.0:promotion-other-center"},
		})
	})
}

// A center's promotion is given there alone, and no other center's principal changes it; nobody but marketing has one of the company (SAL-8, ORG-4).
func TestSAL8_OfACenter(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		in := sales.PromotionInput{Name: "店庆", CenterID: s.HD, From: today(s), Until: today(s) + 5, Form: "percent", Percent: 500}
		p := must(sales.RegisterPromotion.Run(s.Principal(s.HD), s.Ops, in))(t)
		if got := promotionOf(t, s, p.ID).Centers; len(got) != 1 || got[0] != s.HD {
			t.Errorf("given at %v", got)
		}
		company := in
		company.CenterID = id.None
		other := s.Principal(s.CY)
		refuse(t, s, map[string]refused{
			"register at another center": {func() error { return second(sales.RegisterPromotion.Run(other, s.Ops, in)) }, "404 not-found"},
			"register for the company":   {func() error { return second(sales.RegisterPromotion.Run(other, s.Ops, company)) }, "422 invalid center_id:required"},
			"change": {func() error {
				return second(sales.ChangePromotion.Run(other, s.Ops, sales.ChangePromotionInput{PromotionID: p.ID, Name: new("x")}))
			}, "403 forbidden"},
			"start": {func() error {
				return second(sales.StartPromotion.Run(other, s.Ops, sales.StartPromotionInput{PromotionID: p.ID}))
			}, "403 forbidden"},
			"stop": {func() error {
				return second(sales.StopPromotion.Run(other, s.Ops, sales.StopPromotionInput{PromotionID: p.ID, Reason: "x"}))
			}, "403 forbidden"},
		})
	})
}

// Hours that a promotion gives are hours of the contract, beside those of the package; the price stays (SAL-8).
func TestSAL8_GiftHours(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := analysed(t, s)
		key := promotion(t, s, func(in *sales.PromotionInput) { in.Form, in.Percent, in.Gift = "gift-hours", 0, 400 })
		plain, with := must(offer(s, e))(t), must(offer(s, e, key))(t)
		before, after := quote(t, s, plain.ID), quote(t, s, with.ID)
		if after.Payable != before.Payable || after.Lines[0].Gift != before.Lines[0].Gift+400 || after.Lines[0].Hours != before.Lines[0].Hours {
			t.Errorf("with %+v, without %+v", after.Lines[0], before.Lines[0])
		}
	})
}
