package sim

import (
	"context"
	"strconv"
	"time"

	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/sales"
)

const (
	promotionDay   = 3   // of each month marketing starts one
	promotionLasts = 24  // days
	promotionUsed  = 0.4 // of the quotes that it is open to
	promotionWaits = 40 * time.Minute
)

// favours follow one another, one a month: the third is for renewals alone.
var favours = []sales.PromotionInput{
	{Name: "新生报名立减", Form: sales.FormAmount, Amount: money.Yuan(500), Kinds: []string{"new", "return"}, Stacking: sales.StackList, Quota: 60, PlanContracts: 12, Goal: "开学前多签新生"},
	{Name: "满课时赠课", Form: sales.FormGiftHours, Gift: hours.Centi(400), Stacking: sales.StackAlone, PlanContracts: 8, Goal: "引导选课时多的课时包"},
	{Name: "老学员续费九五折", Form: sales.FormPercent, Percent: 500, Kinds: []string{"renewal", "upgrade"}, Stacking: sales.StackRest, Floor: money.Yuan(150), PlanContracts: 15, Goal: "提前续费"},
}

// promotions plans that marketing registers and starts a promotion in a month (SAL-8).
func (a *agenda) promotions(do func(minute int, what func(ctx context.Context) error)) {
	if a.day != a.day.MonthStart()+promotionDay-1 && !a.eve() {
		return
	}
	do(20, func(ctx context.Context) error {
		var known int64
		err := a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
			list, err := sales.Promotions(ctx, tx, sales.PromotionFilter{}, page.Request{Limit: 1})
			known = list.Total
			if err != nil || !a.eve() || known == 0 {
				return err
			}
			running, err := sales.RunningPromotions(ctx, tx, a.day+1)
			if len(running) > 0 {
				known = -1 // there is one to look at
			}
			return err
		})
		if err != nil || known < 0 {
			return err
		}
		in := favours[known%int64(len(favours))]
		in.From, in.Until = a.day, a.day+promotionLasts
		if round := known / int64(len(favours)); round > 0 {
			in.Name += strconv.FormatInt(round+1, 10)
		}
		p, err := sales.RegisterPromotion.Run(ctx, a.l.run, in)
		if err != nil {
			return err
		}
		s, err := sales.StartPromotion.Run(ctx, a.l.run, sales.StartPromotionInput{PromotionID: p.ID, Reason: in.Goal})
		if err == nil && !s.Approval.IsNone() {
			a.at(a.l.Clock.Now().Add(promotionWaits), func(ctx context.Context) error { return a.consent(ctx, s.Approval) })
		}
		return err
	})
}

// favour chooses a promotion for a quote without a discount, by a chance of its own.
func (a *agenda) favour(ctx context.Context, in *sales.MakeQuoteInput) error {
	used := a.gave.Float64() < promotionUsed
	if !used || in.Discount > 0 || len(in.Plan) > 0 {
		return nil
	}
	return a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		e, err := sales.EnquiryByID(ctx, tx, in.EnquiryID)
		if err != nil {
			return err
		}
		running, err := sales.RunningPromotions(ctx, tx, a.day)
		if err != nil {
			return err
		}
		for _, p := range running {
			if why, _, _ := p.Outside(sales.Occasion{Center: e.Center, Kind: e.Kind, Day: a.day}); why == "" {
				in.Promotions = []id.ID{p.ID}
				return nil
			}
		}
		return nil
	})
}
