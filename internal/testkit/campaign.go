package testkit

import (
	"context"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/sales"
)

// Campaign is an open day as marketing plans one, from today for three weeks; of a center, or of the company where center is none.
func Campaign(t testing.TB, s *School, center id.ID) marketing.PlanCampaignInput {
	t.Helper()
	today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
	return marketing.PlanCampaignInput{
		Name: "秋季开放日", FormatID: s.idOf(t, "SELECT id FROM campaign_formats WHERE code = 'open-day'"), CenterID: center, ChannelIDs: []id.ID{s.Web}, From: today, Until: today + 20,
		Audience: "6–9 岁", Promise: "测评免费", PlanLeads: 40, PlanVisits: 20, PlanContracts: 5, PlanCash: money.Yuan(60_000),
		Costs: []marketing.PlannedCost{{Category: "media", Amount: money.Yuan(8_000)}, {Category: "venue", Amount: money.Yuan(4_000), Note: "场地"}},
	}
}

// Approve submits a campaign and has it approved by the general manager.
func (s *School) Approve(t testing.TB, campaign id.ID) {
	t.Helper()
	if _, err := marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: campaign, Reason: "去年同期有效"}); err != nil {
		t.Fatal(err)
	}
	if _, err := marketing.ApproveCampaign.Run(s.GM(), s.Ops, marketing.CampaignInput{CampaignID: campaign}); err != nil {
		t.Fatal(err)
	}
}

// Count gives the number that a query finds.
func (s *School) Count(t testing.TB, text string, args ...any) (n int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = op.OneOf[int64](ctx, tx.Unscoped("test"), text, args...)
		return err
	})
	return n
}

// Segment gives a segment: whose enquiry is open, by a nested group.
func Segment() marketing.SegmentInput {
	return marketing.SegmentInput{Name: "意向", Note: "还没签的", Conditions: []condition.Row{
		{Group: condition.All},
		{Depth: 1, Field: "stage", Is: condition.Is, Values: []string{"new", "contacted", "invited"}},
		{Depth: 1, Group: condition.None},
		{Depth: 2, Field: "contracts", Is: condition.AtLeast, Values: []string{"1"}},
	}}
}

// Promotion registers a promotion of ten per cent of the whole company for three weeks, which adds up with others, and starts it.
func (s *School) Promotion(t testing.TB, name string) id.ID {
	t.Helper()
	today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
	p := must(sales.RegisterPromotion.Run(s.Marketing(), s.Ops, sales.PromotionInput{Name: name, From: today, Until: today + 20, Form: "percent", Percent: 1_000, Stacking: "list", Quota: 20, PlanContracts: 5, Goal: "多签新生"}))(t)
	must(sales.StartPromotion.Run(s.System(), s.Ops, sales.StartPromotionInput{PromotionID: p.ID}))(t)
	return p.ID
}
