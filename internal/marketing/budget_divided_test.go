package marketing_test

import (
	"context"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// A campaign of two channels stands in the rows of both, and what goes beyond the second alone is noticed: before it is registered, for who decides,
// and by the notice of its share (MKT-8).
func TestMKT8_DividedAmongChannels(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		year, month := thisYear(s)
		street := channelOf(t, s, "street")
		setBudget(t, s, marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{
			{ChannelID: s.Web, Month: month, Amount: money.Yuan(100_000)}, {ChannelID: street, Month: month, Amount: money.Yuan(5_000)},
		}})
		in := testkit.Campaign(t, s, id.None)
		in.Until, in.ChannelIDs = in.From, []id.ID{s.Web, street}
		in.Costs = []marketing.PlannedCost{{Category: "media", Amount: 1_200_001}}
		err := second(marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in))
		if p, ok := problem.As(err); !ok || len(p.Fields) != 2 || p.Fields[0].Code != "beyond-month" || p.Fields[1].Code != "beyond-year" {
			t.Errorf("registered beyond the budget of its second channel: %v", err)
		}
		in.Beyond = true
		c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
		if err == nil {
			_, err = marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "x", Beyond: true})
		}
		if err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
			list, err := marketing.Exceeds(ctx, tx, c.ID)
			if len(list) != 2 || list[0].Channel != street || list[0].By != money.Yuan(1_000) {
				t.Errorf("who decides is shown %+v", list)
			}
			return err
		})
		if _, err := marketing.ApproveCampaign.Run(s.GM(), s.Ops, marketing.CampaignInput{CampaignID: c.ID}); err != nil {
			t.Fatal(err)
		}
		cost := marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: 3, Document: "F", Beyond: true}
		if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, cost); err != nil {
			t.Fatal(err)
		}
		v := budgetOf(t, s, s.Marketing(), year, id.None)
		for channel, want := range map[id.ID][2]money.Fen{s.Web: {2, 599_999}, street: {1, 599_999}} {
			got, takes := v.Row(channel).Year, v.Takes(channel, -1)
			if got.Spent != want[0] || got.Committed != want[1] || len(takes) != 1 || takes[0].Campaign != c.ID || takes[0].Spent != want[0] {
				t.Errorf("the row of a channel: %+v, opens to %+v", got, takes)
			}
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'budget-share'"); n != 1 {
			t.Errorf("marketing was told %d times, want once, of the second channel", n)
		}
		s.Check(t)
	})
}
