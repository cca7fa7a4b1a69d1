package insight_test

import (
	"context"
	"math"
	"testing"
	"time"

	"zhike/internal/finance"
	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// running plans a campaign that is approved.
func running(t *testing.T, s *testkit.School, name string) id.ID {
	t.Helper()
	in := testkit.Campaign(t, s, id.None)
	in.Name = name
	c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	s.Approve(t, c.ID)
	return c.ID
}

// came enters an enquiry by a campaign, or by none.
func came(t *testing.T, s *testkit.School, campaign id.ID) sales.Entered {
	t.Helper()
	e, err := sales.Enter.Run(s.Consultant(s.HD), s.Ops, sales.EnterInput{
		Person: &people.RegisterInput{Name: "何雨桐"}, CenterID: s.HD, ConsultantID: s.StaffID(s.Consultant(s.HD)), ChannelID: s.Web, CourseID: s.Course, CampaignID: campaign,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// signs signs a contract from an enquiry and pays a part.
func signs(t *testing.T, s *testkit.School, e sales.Entered, paid money.Fen) {
	t.Helper()
	c := s.Sign(t, s.HD, e)
	if _, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "wechat", Amount: paid}); err != nil {
		t.Fatal(err)
	}
}

// Actual results are counted from the records attributed to a campaign, and under each model the rows and none add up to the total, which is that of the
// roll-ups (MKT-3, MKT-4).
func TestMKT4_ReportAddsUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		a, b := running(t, s, "开放日"), running(t, s, "公开课")
		both := came(t, s, a)
		s.Clock.Set(s.Clock.Now().Add(time.Hour))
		if _, err := sales.AddLead.Run(s.FrontDesk(s.HD), s.Ops, sales.AddLeadInput{EnquiryID: both.ID, CampaignID: b}); err != nil {
			t.Fatal(err)
		}
		signs(t, s, both, money.Yuan(10_000))
		came(t, s, a)
		signs(t, s, came(t, s, id.None), money.Yuan(5_000))
		for _, c := range []struct {
			campaign id.ID
			amount   int64
		}{{a, 3_000}, {b, 1_000}} {
			if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.campaign, Category: "media", Amount: money.Yuan(c.amount), Document: "F"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		want := map[insight.Model]map[string][2]float64{ // leads and contracts of a, b, none
			insight.FirstTouch: {"a": {2, 1}, "b": {0, 0}, "": {1, 1}},
			insight.LastTouch:  {"a": {2, 0}, "b": {0, 1}, "": {1, 1}},
			insight.Linear:     {"a": {2, .5}, "b": {0, .5}, "": {1, 1}},
			insight.Position:   {"a": {2, .5}, "b": {0, .5}, "": {1, 1}},
		}
		names := map[string]string{a.String(): "a", b.String(): "b"}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			for _, model := range insight.Models {
				for _, by := range []string{"campaign", "format", "channel", "center", "month"} {
					r, err := insight.Make(ctx, tx, "campaigns", insight.Params{By: by, Model: model})
					if err != nil {
						return err
					}
					sums := make([]float64, len(r.Totals.Cells))
					for _, row := range r.Rows {
						for i, f := range row.Cells {
							sums[i] += f.V
						}
						if w, ok := want[model][names[row.Value]]; by == "campaign" && ok && (math.Abs(row.Cells[0].V-w[0]) > 1e-6 || math.Abs(row.Cells[4].V-w[1]) > 1e-6) {
							t.Errorf("%s: %q has %v leads, %v contracts, want %v", model, names[row.Value], row.Cells[0].V, row.Cells[4].V, w)
						}
					}
					for i := range 8 { // counts and amounts
						if math.Abs(sums[i]-r.Totals.Cells[i].V) > 1e-6 {
							t.Errorf("%s by %s: %s adds up to %v, the total is %v", model, by, r.Columns[i+1].Metric, sums[i], r.Totals.Cells[i].V)
						}
					}
					if got := r.Totals.Cells; got[0].V != 3 || got[4].V != 2 || got[6].V != 1_500_000 || got[7].V != 400_000 {
						t.Errorf("totals = %+v", got)
					}
				}
			}
			cells, err := insight.Figures(ctx, tx, insight.Ask{Metrics: []string{"leads", "contracts_new", "cash_in", "campaign_cost"}, From: 0, Until: 1 << 20, Dim: "campaign"})
			if err != nil {
				return err
			}
			of := func(metric string, campaign id.ID) int64 {
				return cells.Sum(metric, func(c insight.Cell) bool { return c.Value == campaign.String() })
			}
			if of("leads", a) != 2 || of("contracts_new", a) != 1 || of("cash_in", a) != 1_000_000 || of("campaign_cost", b) != 100_000 {
				t.Errorf("roll-ups by campaign = %+v", cells)
			}
			tallies, err := insight.CampaignTallies(ctx, tx, []id.ID{a, b}, insight.Linear)
			if tallies[b].N(insight.StepContract) != .5 || tallies[a].Cash != 500_000 {
				t.Errorf("tallies = %+v", tallies)
			}
			return err
		})
		s.Read(t, s.Principal(s.CY), func(ctx context.Context, tx *op.Tx) error { // another center's
			r, err := insight.Make(ctx, tx, "campaigns", insight.Params{})
			if err == nil && (r.Totals.Cells[0].V != 0 || r.Totals.Cells[7].V != 0) {
				t.Errorf("another center sees %+v", r.Totals)
			}
			return err
		})
		s.Check(t)
	})
}

// A campaign whose prospects are still inside the usual time to sign is marked, and older ones are not.
func TestMKT5_ImmatureIsMarked(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		came(t, s, running(t, s, "开放日"))
		young := func() (young bool) {
			s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
				r, err := insight.Make(ctx, tx, "campaigns", insight.Params{})
				young = r.Rows[0].Young
				return err
			})
			return young
		}
		if !young() {
			t.Error("a prospect of today is not marked")
		}
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 59))
		if !young() {
			t.Error("after 59 of 60 days it is not marked any more")
		}
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 1))
		if young() {
			t.Error("after 61 days it is still marked")
		}
	})
}

// A mean of two contracts has the interval of two: Student's t with one degree of freedom, 12.706 standard errors, never below nothing (MKT-6).
func TestMKT6_MeanOfFewContracts(t *testing.T) {
	mean, low, high := insight.MeanAmount(800_000, 810_000)
	if mean != 805_000 || low < 741_400 || low > 741_500 || high < 868_500 || high > 868_600 {
		t.Errorf("two contracts: %.0f (%.0f–%.0f), want 805000 (741469–868531)", mean, low, high)
	}
	if _, low, _ := insight.MeanAmount(100_000, 4_000_000); low != 0 {
		t.Errorf("two contracts far apart: from %.0f, want 0", low)
	}
	if mean, low, high := insight.MeanAmount(800_000); mean != 800_000 || low != 0 || high != 0 {
		t.Errorf("one contract: %.0f (%.0f–%.0f), want no interval", mean, low, high)
	}
}
