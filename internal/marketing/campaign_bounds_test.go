package marketing_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// What was approved stays: of channels, centers, segment and period only an earlier end is changed without a new approval.
func TestMKT1_ApprovedStays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		segment, err := marketing.SetSegment.Run(s.Marketing(), s.Ops, testkit.Segment())
		if err != nil {
			t.Fatal(err)
		}
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		was := campaign(t, s, c.ID)
		change := func(set func(in *marketing.ChangeCampaignInput)) error {
			in := marketing.ChangeCampaignInput{CampaignID: c.ID}
			set(&in)
			_, err := marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, in)
			return err
		}
		for name, try := range map[string]struct {
			set  func(in *marketing.ChangeCampaignInput)
			want string
		}{
			"channels": {func(in *marketing.ChangeCampaignInput) { in.ChannelIDs = &[]id.ID{channelOf(t, s, "street")} }, "campaign-settled"},
			"centers":  {func(in *marketing.ChangeCampaignInput) { in.CenterIDs = &[]id.ID{s.HD} }, "campaign-settled"},
			"segment":  {func(in *marketing.ChangeCampaignInput) { in.SegmentID = &segment.ID }, "campaign-settled"},
			"past":     {func(in *marketing.ChangeCampaignInput) { in.Past = new(true) }, "campaign-settled"},
			"longer":   {func(in *marketing.ChangeCampaignInput) { in.Until = new(was.Until + 1) }, "campaign-longer"},
		} {
			if err := change(try.set); code(err) != try.want {
				t.Errorf("%s of an approved one: %v, want %s", name, err, try.want)
			}
		}
		if got := campaign(t, s, c.ID); got.Version != was.Version {
			t.Errorf("changed: %+v", got)
		}
		if err := change(func(in *marketing.ChangeCampaignInput) { in.Until, in.Name = new(was.Until-5), new("短一点") }); err != nil {
			t.Fatal(err)
		}
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 3))
		if err := change(func(in *marketing.ChangeCampaignInput) { in.Until = new(today(s) - 1) }); code(err) != "campaign-ended" {
			t.Errorf("to a day that is over: %v", err)
		}
		if got := campaign(t, s, c.ID); got.Until != was.Until-5 {
			t.Errorf("until %s, want %s", got.Until, was.Until-5)
		}
	})
}

// A longer period of an approved campaign is asked for, alone or with money, and holds once it is consented to.
func TestMKT1_LongerIsAskedFor(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		was := campaign(t, s, c.ID)
		ask := func(in marketing.ExtendCampaignInput) (marketing.CampaignAnswer, error) {
			in.CampaignID, in.Reason = c.ID, "报名还在来"
			return marketing.ExtendCampaign.Run(s.Marketing(), s.Ops, in)
		}
		for want, in := range map[string]marketing.ExtendCampaignInput{
			"extend-nothing": {},
			"extend-earlier": {Until: was.Until},
			"span-too-long":  {Until: was.From + 367},
			"required":       {Until: was.Until + 7, Amount: 1},
			"amount-range":   {Until: was.Until + 7, Category: "gift"},
		} {
			if _, err := ask(in); code(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		for _, consent := range []bool{false, true} {
			asked, err := ask(marketing.ExtendCampaignInput{Until: was.Until + 7})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ask(marketing.ExtendCampaignInput{Until: was.Until + 9}); code(err) != "campaign-extends" {
				t.Errorf("asked twice at once: %v", err)
			}
			if _, err := marketing.CloseCampaign.Run(s.Marketing(), s.Ops, marketing.CloseCampaignInput{CampaignID: c.ID, Lesson: "x", Release: true}); code(err) != "campaign-extends" {
				t.Errorf("closed while it waits: %v", err)
			}
			if got := campaign(t, s, c.ID); got.Until != was.Until || got.UntilAsked != was.Until+7 {
				t.Errorf("longer before it was approved: %+v", got)
			}
			want := was.Until
			if consent {
				_, err = process.Approve.Run(s.GM(), s.Ops, process.ApprovalInput{ApprovalID: asked.Approval})
				want += 7
			} else {
				_, err = process.Reject.Run(s.GM(), s.Ops, process.AnswerInput{ApprovalID: asked.Approval, Text: "够了"})
			}
			if got := campaign(t, s, c.ID); err != nil || got.Until != want || !got.UntilAsked.IsZero() || got.State != marketing.Approved {
				t.Errorf("consent %v: %+v, %v; want until %s", consent, got, err, want)
			}
		}
		s.Check(t)
	})
}

// A period that changes moves money between months, and is held against their budgets as a plan is.
func TestMKT8_PeriodAgainstTheBudget(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		in := testkit.Campaign(t, s, id.None) // 12,000 yuan
		in.From = bizdate.New(in.From.UTC().Year()+1, time.March, 1)
		in.Until = in.From + 60 // half of it in April
		year := int64(in.From.UTC().Year())
		setBudget(t, s, marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{
			{ChannelID: s.Web, Month: 3, Amount: money.Yuan(7_000)}, {ChannelID: s.Web, Month: 4, Amount: money.Yuan(6_500)},
		}})
		c := planned(t, s, in, true)
		short := marketing.ChangeCampaignInput{CampaignID: c.ID, Until: new(in.From + 20)}
		if err := second(marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, short)); !slices.Equal(fields(err), []string{"beyond_budget:beyond-month"}) {
			t.Errorf("all of it in March: %v", err)
		}
		long := marketing.ExtendCampaignInput{CampaignID: c.ID, Until: in.From + 365, Amount: money.Yuan(1_501), Category: "media", Reason: "x"}
		if err := second(marketing.ExtendCampaign.Run(s.Marketing(), s.Ops, long)); !slices.Contains(fields(err), "beyond_budget:beyond-month") {
			t.Errorf("longer, into months of no budget: %v", err)
		}
		short.Beyond = true
		if err := second(marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, short)); err != nil {
			t.Error(err)
		}
	})
}

// A campaign is registered and submitted before it runs; one of earlier years says that it is one.
func TestMKT1_RegisteredBeforeItRuns(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		in := testkit.Campaign(t, s, id.None)
		in.From--
		if err := second(marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)); !slices.Equal(fields(err), []string{"from_day:campaign-begun"}) {
			t.Errorf("registered when it ran: %v", err)
		}
		in.From++
		late := planned(t, s, in, false)
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 1))
		submit := marketing.SubmitCampaignInput{CampaignID: late.ID, Reason: "x"}
		if err := second(marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, submit)); code(err) != "campaign-begun" {
			t.Errorf("submitted when it ran: %v", err)
		}
		if err := second(marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, marketing.ChangeCampaignInput{CampaignID: late.ID, From: new(in.From - 1)})); code(err) != "campaign-begun" {
			t.Errorf("moved into the past: %v", err)
		}
		for _, set := range []marketing.ChangeCampaignInput{{CampaignID: late.ID, Past: new(true)}, {CampaignID: late.ID, From: new(in.From - 300)}} {
			if _, err := marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, set); err != nil {
				t.Error(err)
			}
		}
		if _, err := marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, submit); err != nil {
			t.Errorf("a record of the past: %v", err)
		}
	})
}

// No cost is of a day before the campaign was registered; one of the past may have been paid up to a year before it began.
func TestMKT3_CostDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		in := testkit.Campaign(t, s, id.None)
		in.From += 10
		now := planned(t, s, in, true)
		in.From, in.Past = today(s)-400, true
		past := planned(t, s, in, true)
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 2))
		for _, try := range []struct {
			campaign id.ID
			day      bizdate.Date
			want     string
		}{
			{now.ID, today(s) - 3, "before-registered"},
			{now.ID, today(s) - 2, ""},
			{now.ID, bizdate.New(1990, time.January, 1), "before-registered"},
			{past.ID, in.From - 367, "before-registered"},
			{past.ID, in.From - 366, ""},
			{past.ID, today(s) + 1, "in-future"},
		} {
			_, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: try.campaign, Category: "media", Amount: 1, Document: "F", Day: try.day})
			if code(err) != try.want {
				t.Errorf("a cost of %s: %v, want %q", try.day, err, try.want)
			}
		}
	})
}

// What is wrong in a closed campaign is mended by opening it again; it is closed with a new review, and its money is committed in between.
func TestMKT2_OpenedAgain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		reopen := marketing.ReopenCampaignInput{CampaignID: c.ID, Reason: "发票记错了"}
		if _, err := marketing.ReopenCampaign.Run(s.Marketing(), s.Ops, reopen); code(err) != "campaign-settled" {
			t.Errorf("opened what is open: %v", err)
		}
		cost, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: money.Yuan(8_000), Document: "F-1"})
		if err != nil {
			t.Fatal(err)
		}
		end := marketing.CloseCampaignInput{CampaignID: c.ID, Lesson: "场地太小", Release: true}
		if _, err := marketing.CloseCampaign.Run(s.Marketing(), s.Ops, end); err != nil {
			t.Fatal(err)
		}
		back := marketing.ReverseCostInput{CostID: cost.ID, Reason: "记错了"}
		p, ok := problem.As(second(marketing.ReverseCost.Run(s.Marketing(), s.Ops, back)))
		if !ok || p.Step == nil || p.Step.Code != "reopen-campaign" || p.Step.Link != "/campaigns/"+c.ID.String() {
			t.Errorf("reversed on a closed one: %v", p)
		}
		if _, err := marketing.ReopenCampaign.Run(s.Marketing(), s.Ops, marketing.ReopenCampaignInput{CampaignID: c.ID, Reason: " "}); code(err) != "required" {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := marketing.ReopenCampaign.Run(s.Consultant(s.HD), s.Ops, reopen); code(err) != "forbidden" {
			t.Errorf("by a consultant: %v", err)
		}
		year, month := thisYear(s)
		setBudget(t, s, marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{{ChannelID: s.Web, Month: month, Amount: money.Yuan(8_000)}}})
		if err := second(marketing.ReopenCampaign.Run(s.Marketing(), s.Ops, reopen)); !slices.Contains(fields(err), "beyond_budget:beyond-year") {
			t.Errorf("the released money beyond the budget: %v", err)
		}
		reopen.Beyond = true
		if _, err := marketing.ReopenCampaign.Run(s.Marketing(), s.Ops, reopen); err != nil {
			t.Fatal(err)
		}
		got := campaign(t, s, c.ID)
		if got.State != marketing.Approved || got.Review != nil || !got.ClosedAt.IsZero() || got.Lesson != "场地太小" {
			t.Errorf("open again: %+v", got)
		}
		if _, err := marketing.ReverseCost.Run(s.Marketing(), s.Ops, back); err != nil {
			t.Error(err)
		}
		if _, err := marketing.CloseCampaign.Run(s.Marketing(), s.Ops, end); err != nil || campaign(t, s, c.ID).Review == nil {
			t.Errorf("closed again: %v", err)
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			list, err := marketing.CostLines(ctx, tx, c.ID, page.Request{})
			if list.Total != 2 {
				t.Errorf("%d cost lines", list.Total)
			}
			return err
		})
		s.Check(t)
	})
}

// A planned cost is open while less than planned of its category is booked: one fen does not settle it, nor does what another category cost more.
func TestMKT7_OpenByAmount(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		book := func(category string, amount money.Fen) {
			t.Helper()
			if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.ID, Category: category, Amount: amount, Document: "F"}); err != nil {
				t.Fatal(err)
			}
		}
		open := func(want money.Fen) {
			t.Helper()
			p, ok := problem.As(second(marketing.CloseCampaign.Run(s.Marketing(), s.Ops, marketing.CloseCampaignInput{CampaignID: c.ID, Lesson: "x"})))
			if !ok || len(p.Fields) != 1 || p.Fields[0].Code != "costs-open" || p.Fields[0].Args["amount"] != want {
				t.Errorf("closed with %s open: %+v", want, p)
			}
		}
		book("media", money.Yuan(9_000))
		book("venue", 1)
		open(money.Yuan(4_000) - 1)
		book("venue", money.Yuan(3_000)-1)
		open(money.Yuan(1_000))
	})
}
