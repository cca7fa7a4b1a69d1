package marketing_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// planned registers a campaign, submits it, and has it approved by the general manager.
func planned(t *testing.T, s *testkit.School, in marketing.PlanCampaignInput, approved bool) marketing.CampaignAnswer {
	t.Helper()
	c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	if !approved {
		return c
	}
	s.Approve(t, c.ID)
	return c
}

func campaign(t *testing.T, s *testkit.School, key id.ID) (c marketing.Campaign) {
	t.Helper()
	s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) (err error) {
		c, err = marketing.CampaignByID(ctx, tx, key)
		return err
	})
	return c
}

// A campaign is registered, approved by the limit of its amount, and closed with what was learnt.
func TestMKT1_LifeOfACampaign(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, testkit.Campaign(t, s, id.None))
		if err != nil || c.State != marketing.Draft || !strings.HasPrefix(c.No, "M-20") {
			t.Fatalf("planned = %+v, %v", c, err)
		}
		more := []marketing.PlannedCost{{Category: "media", Amount: money.Yuan(30_000)}}
		if _, err := marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, marketing.ChangeCampaignInput{CampaignID: c.ID, Costs: &more}); err != nil {
			t.Fatal(err)
		}
		asked, err := marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "新校区要人气"})
		if err != nil || asked.State != marketing.Submitted || asked.Approval.IsNone() {
			t.Fatalf("submitted = %+v, %v", asked, err)
		}
		if _, err := marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, marketing.ChangeCampaignInput{CampaignID: c.ID, Name: new("别的名字")}); code(err) != "campaign-settled" {
			t.Errorf("change of what waits: %v", err)
		}
		if _, err := process.Reject.Run(s.GM(), s.Ops, process.AnswerInput{ApprovalID: asked.Approval, Text: "媒体费太高"}); err != nil {
			t.Fatal(err)
		}
		if got := campaign(t, s, c.ID); got.State != marketing.Rejected {
			t.Fatalf("refused: %s", got.State)
		}
		less := []marketing.PlannedCost{{Category: "media", Amount: money.Yuan(8_000)}}
		if _, err := marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, marketing.ChangeCampaignInput{CampaignID: c.ID, Costs: &less}); err != nil {
			t.Fatal(err)
		}
		if asked, err = marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "按意见减了"}); err != nil {
			t.Fatal(err)
		}
		if _, err := process.WithdrawApproval.Run(s.Marketing(), s.Ops, process.ApprovalInput{ApprovalID: asked.Approval}); err != nil || campaign(t, s, c.ID).State != marketing.Draft {
			t.Fatalf("withdrawn: %v", err)
		}
		if _, err := marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "再报"}); err != nil {
			t.Fatal(err)
		}
		if _, err := marketing.ApproveCampaign.Run(s.GM(), s.Ops, marketing.CampaignInput{CampaignID: c.ID}); err != nil || campaign(t, s, c.ID).State != marketing.Approved {
			t.Fatalf("approved: %v", err)
		}
		if _, err := marketing.ApproveCampaign.Run(s.GM(), s.Ops, marketing.CampaignInput{CampaignID: c.ID}); code(err) != "campaign-settled" {
			t.Errorf("approved twice: %v", err)
		}
		if _, err := marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, marketing.ChangeCampaignInput{CampaignID: c.ID, PlanLeads: new(int64(4))}); code(err) != "campaign-settled" {
			t.Errorf("plan changed after approval: %v", err)
		}
		if _, err := marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, marketing.ChangeCampaignInput{CampaignID: c.ID, Promise: new("送教材")}); err != nil {
			t.Errorf("promise of an approved one: %v", err)
		}
		s.Check(t)
	})
}

// Bad plans are refused by field, all at once.
func TestMKT1_PlanRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for name, c := range map[string]struct {
			as    context.Context
			spoil func(in *marketing.PlanCampaignInput)
			want  []string
		}{
			"ends before it begins": {s.Marketing(), func(in *marketing.PlanCampaignInput) { in.Until = in.From - 1 }, []string{"until_day before-from"}},
			"endless":               {s.Marketing(), func(in *marketing.PlanCampaignInput) { in.Until = in.From + 5_000 }, []string{"until_day span-too-long"}},
			"nothing": {s.Marketing(), func(in *marketing.PlanCampaignInput) { *in = marketing.PlanCampaignInput{} }, []string{
				"name required", "format_id required", "channel_ids required", "from_day required", "plan_leads out-of-range",
			}},
			"more visits than leads": {s.Marketing(), func(in *marketing.PlanCampaignInput) { in.PlanVisits = 41 }, []string{"plan_visits plan-more"}},
			"impossible budget": {s.Marketing(), func(in *marketing.PlanCampaignInput) {
				in.Costs = []marketing.PlannedCost{{Category: "media", Amount: -1}, {Category: "yacht", Amount: 1e15}}
			}, []string{"costs.0.amount_fen amount-range", "costs.1.category not-one-of", "costs.1.amount_fen amount-range"}},
			"unknown":                        {s.Marketing(), func(in *marketing.PlanCampaignInput) { in.ChannelIDs, in.OwnerID = []id.ID{s.HD}, s.Web }, []string{"channel_ids.0 unknown", "owner_id unknown"}},
			"of another center":              {s.Principal(s.HD), func(in *marketing.PlanCampaignInput) { in.CenterID, in.CenterIDs = s.HD, []id.ID{s.CY} }, []string{"center_ids.0 campaign-center"}},
			"of the company, by who has one": {s.Principal(s.HD), func(*marketing.PlanCampaignInput) {}, []string{"center_id required"}},
		} {
			in := testkit.Campaign(t, s, id.None)
			c.spoil(&in)
			_, err := marketing.PlanCampaign.Run(c.as, s.Ops, in)
			p, ok := problem.As(err)
			var got []string
			if ok {
				for _, f := range p.Fields {
					got = append(got, f.Location+" "+f.Code)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v (%v), want %v", name, got, err, c.want)
			}
		}
		if _, err := marketing.PlanCampaign.Run(s.Consultant(s.HD), s.Ops, testkit.Campaign(t, s, id.None)); code(err) != "forbidden" {
			t.Errorf("by a consultant: %v", err)
		}
		if got := s.Facts(t); len(got) != 0 {
			t.Errorf("facts of refused plans: %v", got)
		}
	})
}

// Neither cost nor lead is booked on a campaign that is not approved or is closed, and the refusal names the next step.
func TestMKT2_BookedOnlyOnApproved(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), false)
		step := func(err error) string {
			p, ok := problem.As(err)
			if !ok || p.Step == nil || p.Status != 409 {
				return code(err)
			}
			return p.Step.Code + " " + strings.ReplaceAll(p.Step.Link, c.ID.String(), "ID")
		}
		try := func(want string) {
			t.Helper()
			_, cost := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: money.Yuan(100), Document: "F-1"})
			e, lead := enter(t, s, c.ID)
			_, further := sales.AddLead.Run(s.FrontDesk(s.HD), s.Ops, sales.AddLeadInput{EnquiryID: s.Enquiry(t, s.HD).ID, CampaignID: c.ID})
			_, walkIn := sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{Name: "李开放", CampaignID: c.ID})
			for what, err := range map[string]error{"cost": cost, "lead": lead, "further lead": further, "walk-in": walkIn} {
				want := want
				if what == "cost" && want == "plan-campaign /campaigns/new?from=ID" {
					want = "reopen-campaign /campaigns/ID" // a cost may have to be corrected
				}
				if got := step(err); got != want {
					t.Errorf("%s: %q, want %q", what, got, want)
				}
			}
			if want == "" && e.ID.IsNone() {
				t.Error("no enquiry")
			}
		}
		try("submit-campaign /campaigns/ID")
		if _, err := marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "招新"}); err != nil {
			t.Fatal(err)
		}
		try("approve-campaign /campaigns/ID")
		if _, err := marketing.ApproveCampaign.Run(s.GM(), s.Ops, marketing.CampaignInput{CampaignID: c.ID}); err != nil {
			t.Fatal(err)
		}
		try("")
		if _, err := marketing.CloseCampaign.Run(s.Marketing(), s.Ops, marketing.CloseCampaignInput{CampaignID: c.ID, Lesson: "场地太小", Release: true}); err != nil {
			t.Fatal(err)
		}
		try("plan-campaign /campaigns/new?from=ID")
		s.Check(t)
	})
}

func enter(t *testing.T, s *testkit.School, campaign id.ID) (sales.Entered, error) {
	t.Helper()
	return sales.Enter.Run(s.FrontDesk(s.HD), s.Ops, sales.EnterInput{PersonID: s.Person(t, s.HD), CenterID: s.HD, CampaignID: campaign})
}

// A cost has its document and stays within the plan; a mistake is reversed and both stay; more money is asked for.
func TestMKT3_Costs(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		book := func(amount money.Fen, change func(in *marketing.BookCostInput)) (marketing.CostAnswer, error) {
			in := marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: amount, Document: "FP-0001"}
			if change != nil {
				change(&in)
			}
			return marketing.BookCost.Run(s.Marketing(), s.Ops, in)
		}
		first, err := book(money.Yuan(9_000), nil)
		if err != nil || first.Left != money.Yuan(3_000) {
			t.Fatalf("booked = %+v, %v", first, err)
		}
		for want, change := range map[string]func(in *marketing.BookCostInput){
			"required":     func(in *marketing.BookCostInput) { in.Document = " " },
			"in-future":    func(in *marketing.BookCostInput) { in.Day = today(s) + 1 },
			"amount-range": func(in *marketing.BookCostInput) { in.Amount = 0 },
			"not-one-of":   func(in *marketing.BookCostInput) { in.Category = "rent" },
			"beyond-plan":  func(in *marketing.BookCostInput) { in.Amount = money.Yuan(3_000) + 1 },
		} {
			if _, err := book(money.Yuan(1), change); code(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		more, err := marketing.ExtendCampaign.Run(s.Marketing(), s.Ops, marketing.ExtendCampaignInput{CampaignID: c.ID, Category: "gift", Amount: money.Yuan(2_000), Reason: "来的人多"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := marketing.ExtendCampaign.Run(s.Marketing(), s.Ops, marketing.ExtendCampaignInput{CampaignID: c.ID, Category: "gift", Amount: 1, Reason: "再来"}); code(err) != "campaign-extends" {
			t.Errorf("asked twice at once: %v", err)
		}
		if _, err := book(money.Yuan(4_000), nil); code(err) != "beyond-plan" {
			t.Errorf("spent before it was approved: %v", err)
		}
		if _, err := process.Approve.Run(s.GM(), s.Ops, process.ApprovalInput{ApprovalID: more.Approval}); err != nil {
			t.Fatal(err)
		}
		if got, err := book(money.Yuan(4_000), nil); err != nil || got.Left != money.Yuan(1_000) {
			t.Fatalf("after more money: %+v, %v", got, err)
		}
		back, err := marketing.ReverseCost.Run(s.Marketing(), s.Ops, marketing.ReverseCostInput{CostID: first.ID, Reason: "记错活动"})
		if err != nil || back.Left != money.Yuan(10_000) {
			t.Fatalf("reversed = %+v, %v", back, err)
		}
		for _, key := range []id.ID{first.ID, back.ID} {
			if _, err := marketing.ReverseCost.Run(s.Marketing(), s.Ops, marketing.ReverseCostInput{CostID: key, Reason: "再冲"}); code(err) != "cost-reversed-already" {
				t.Errorf("reversed again: %v", err)
			}
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			lines, err := marketing.CostLines(ctx, tx, c.ID, page.Request{})
			if err != nil || lines.Total != 3 {
				t.Errorf("lines = %+v, %v", lines, err)
			}
			costs, err := marketing.CostsOf(ctx, tx, []id.ID{c.ID})
			if got := costs[c.ID]; err != nil || got.Spent != money.Yuan(4_000) || got.Planned != money.Yuan(14_000) || got.Left() != money.Yuan(10_000) {
				t.Errorf("costs = %+v, %v", got, err)
			}
			return nil
		})
		s.Read(t, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
			costs, err := marketing.CostsOf(ctx, tx, []id.ID{c.ID})
			if err != nil || len(costs) != 0 {
				t.Errorf("the front desk sees costs: %+v, %v", costs, err)
			}
			return nil
		})
		s.Check(t)
	})
}

// A campaign is not closed while planned costs are open, and its review says what it brought.
func TestMKT7_CloseWithReview(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: money.Yuan(8_000), Document: "F-9"}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := enter(t, s, c.ID); err != nil {
				t.Fatal(err)
			}
		}
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 21)) // the whole plan is due
		end := func(lesson string, release bool) error {
			_, err := marketing.CloseCampaign.Run(s.Marketing(), s.Ops, marketing.CloseCampaignInput{CampaignID: c.ID, Lesson: lesson, Release: release})
			return err
		}
		if err := end("", true); code(err) != "required" {
			t.Errorf("without a lesson: %v", err)
		}
		if err := end("周末来的人多一倍", false); code(err) != "costs-open" {
			t.Errorf("with the venue unpaid: %v", err)
		}
		if err := end("周末来的人多一倍", true); err != nil {
			t.Fatal(err)
		}
		got := campaign(t, s, c.ID)
		if got.State != marketing.Closed || got.Review == nil || got.Review.Leads != 3 || got.Review.Contracts != 0 || got.Review.Link != "lead" {
			t.Fatalf("closed = %+v, review %+v", got, got.Review)
		}
		r := got.Review
		if got.ReviewCost != money.Yuan(8_000) || r.Model != "first" || r.Reach != nil || len(r.Links) == 0 {
			t.Fatalf("the review keeps %s and %+v", got.ReviewCost, r)
		}
		if l := r.Links[0]; l.Link != "lead" || l.Unit != "n" || l.Expected != 40 || l.Actual != 3 || l.High <= l.Actual || l.N != 3 || !l.Failed || l.Share <= 0 {
			t.Errorf("the evidence is %+v", l)
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			found, err := marketing.Campaigns(ctx, tx, marketing.CampaignFilter{Text: "周末", State: marketing.Closed}, page.Request{})
			if err != nil || len(found.Items) != 1 {
				t.Errorf("search of reviews = %+v, %v", found, err)
			}
			return nil
		})
		s.Check(t)
	})
}

// However costs are booked and reversed, what is left is the plan less what stands, and never below nothing.
func TestMKT3_LeftIsExact(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		left := money.Yuan(12_000)
		rapid.Check(t, func(r *rapid.T) {
			amount := money.Fen(rapid.Int64Range(1, int64(money.Yuan(5_000))).Draw(r, "amount"))
			got, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: amount, Document: "F"})
			if amount > left {
				if code(err) != "beyond-plan" {
					r.Fatalf("%d of %d left: %v", amount, left, err)
				}
				return
			}
			if left -= amount; err != nil || got.Left != left {
				r.Fatalf("left = %+v, %v; want %d", got, err, left)
			}
			if rapid.Bool().Draw(r, "reverse") {
				back, err := marketing.ReverseCost.Run(s.Marketing(), s.Ops, marketing.ReverseCostInput{CostID: got.ID, Reason: "错"})
				if left += amount; err != nil || back.Left != left {
					r.Fatalf("after reversal = %+v, %v; want %d", back, err, left)
				}
			}
		})
		s.Check(t)
	})
}

func today(s *testkit.School) bizdate.Date { return bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) }

// A company adds its own kinds of campaigns; a closed kind stays with its campaigns.
func TestMKT1_Formats(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		added, err := marketing.SetFormat.Run(s.Marketing(), s.Ops, marketing.FormatInput{Code: "picnic", NameZH: "亲子野餐", NameEN: "Picnic"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := marketing.SetFormat.Run(s.Marketing(), s.Ops, marketing.FormatInput{FormatID: added.ID, Code: "picnic", NameZH: "野餐", Active: new(false)}); err != nil {
			t.Fatal(err)
		}
		for want, in := range map[string]marketing.FormatInput{
			"code-taken": {Code: "open-day", NameZH: "开放日二"},
			"bad-code":   {Code: "Open Day", NameZH: "开放日"},
			"required":   {Code: "empty"},
			"not-found":  {FormatID: s.HD, Code: "x", NameZH: "x"},
		} {
			if _, err := marketing.SetFormat.Run(s.Marketing(), s.Ops, in); code(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		s.Read(t, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
			byID, err := marketing.FormatsByID(ctx, tx)
			if f := byID[added.ID]; err != nil || f.NameZH != "野餐" || f.Active {
				t.Errorf("format = %+v, %v", f, err)
			}
			return nil
		})
	})
}

// What was not approved may be given up, what was may not.
func TestMKT1_Drop(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		draft := planned(t, s, testkit.Campaign(t, s, id.None), false)
		approved := planned(t, s, testkit.Campaign(t, s, id.None), true)
		if _, err := marketing.DropCampaign.Run(s.Marketing(), s.Ops, marketing.CampaignInput{CampaignID: draft.ID}); err != nil || campaign(t, s, draft.ID).State != marketing.Dropped {
			t.Errorf("dropped: %v", err)
		}
		for _, key := range []id.ID{draft.ID, approved.ID} {
			if _, err := marketing.DropCampaign.Run(s.Marketing(), s.Ops, marketing.CampaignInput{CampaignID: key}); code(err) != "campaign-settled" {
				t.Errorf("dropped again, or approved: %v", err)
			}
		}
		if _, err := marketing.DropCampaign.Run(s.Principal(s.HD), s.Ops, marketing.CampaignInput{CampaignID: approved.ID}); code(err) != "forbidden" {
			t.Errorf("the company's by a principal: %v", err)
		}
	})
}
