package marketing_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// thisYear is the year and month of the school's clock.
func thisYear(s *testkit.School) (year, month int64) {
	day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)).UTC()
	return int64(day.Year()), int64(day.Month())
}

// allMonths sets each month of the year for the channel of the web.
func allMonths(s *testkit.School, amount money.Fen) marketing.SetBudgetInput {
	in := marketing.SetBudgetInput{}
	in.Year, _ = thisYear(s)
	for m := range int64(12) {
		in.Cells = append(in.Cells, marketing.BudgetCellInput{ChannelID: s.Web, Month: m + 1, Amount: amount})
	}
	return in
}

func channelOf(t *testing.T, s *testkit.School, code string) (key id.ID) {
	t.Helper()
	s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
		tree, err := marketing.Channels(ctx, tx)
		c, _ := tree.ByName(code)
		key = c.ID
		return err
	})
	return key
}

func setBudget(t *testing.T, s *testkit.School, in marketing.SetBudgetInput) marketing.BudgetAnswer {
	t.Helper()
	b, err := marketing.SetBudget.Run(s.Marketing(), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func budgetOf(t *testing.T, s *testkit.School, as context.Context, year int64, center id.ID) (v marketing.BudgetView) {
	t.Helper()
	s.Read(t, as, func(ctx context.Context, tx *op.Tx) (err error) {
		v, err = marketing.BudgetOf(ctx, tx, int(year), center)
		return err
	})
	return v
}

// sums checks that every cell and every sum is exact, and opens to campaigns and cost lines of the same sum.
func sums(t *testing.T, s *testkit.School, v marketing.BudgetView) {
	t.Helper()
	var months [12]marketing.BudgetFigures
	var all marketing.BudgetFigures
	for _, r := range append(slices.Clone(v.Rows), v.Total) {
		var year marketing.BudgetFigures
		for i, m := range r.Months {
			if m.Spent+m.Committed+m.Left != m.Planned {
				t.Errorf("month %d: %+v does not add up", i+1, m)
			}
			year = plus(year, m)
			if !r.Channel.IsNone() {
				months[i], all = plus(months[i], m), plus(all, m)
			}
			opensTo(t, s, v, r.Channel, i, m)
		}
		if year != r.Year {
			t.Errorf("months add up to %+v, the year says %+v", year, r.Year)
		}
	}
	if months != v.Total.Months || all != v.Total.Year {
		t.Errorf("rows add up to %+v, the total says %+v", all, v.Total.Year)
	}
}

func plus(a, b marketing.BudgetFigures) marketing.BudgetFigures {
	return marketing.BudgetFigures{Planned: a.Planned + b.Planned, Spent: a.Spent + b.Spent, Committed: a.Committed + b.Committed, Left: a.Left + b.Left}
}

func opensTo(t *testing.T, s *testkit.School, v marketing.BudgetView, channel id.ID, month int, want marketing.BudgetFigures) {
	t.Helper()
	var spent, committed, lines money.Fen
	var keys []id.ID
	for _, take := range v.Takes(channel, month) {
		spent, committed, keys = spent+take.Spent, committed+take.Committed, append(keys, take.Campaign)
	}
	first := bizdate.New(int(v.Year), time.Month(month+1), 1)
	s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
		list, err := marketing.CostsIn(ctx, tx, keys, first, first.AddMonths(1)-1)
		for _, l := range list {
			lines += l.Amount
		}
		return err
	})
	if spent != want.Spent || committed != want.Committed {
		t.Errorf("month %d opens to campaigns of %s and %s; the figure says %+v", month+1, spent, committed, want)
	}
	if channel.IsNone() && lines != want.Spent { // of one channel, lines stand in full
		t.Errorf("month %d opens to lines of %s; the figure says %+v", month+1, lines, want)
	}
}

// In every cell spent, committed and left add up to what was planned, and the totals to the cells, whatever is planned, approved, spent and reversed
// (MKT-8).
func TestMKT8_EveryCellAddsUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		year, _ := thisYear(s)
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		setBudget(t, s, allMonths(s, 1_234_567))
		street := channelOf(t, s, "street")
		lines := map[id.ID]id.ID{} // cost line → campaign
		open := []id.ID{}
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			if n++; n > 12 {
				return // each walk goes on with the school of the last one
			}
			switch rapid.SampledFrom([]string{"plan", "plan", "cost", "cost", "cost", "reverse", "close", "budget"}).Draw(rt, "do") {
			case "plan":
				in := testkit.Campaign(t, s, id.None)
				in.ChannelIDs = rapid.SampledFrom([][]id.ID{{s.Web}, {street}, {street, s.Web}}).Draw(rt, "channels")
				in.From = today + bizdate.Date(rapid.IntRange(-40, 40).Draw(rt, "from"))
				in.Past = in.From < today
				in.Until = in.From + bizdate.Date(rapid.IntRange(0, 200).Draw(rt, "days"))
				in.Costs = []marketing.PlannedCost{{Category: "media", Amount: money.Fen(rapid.Int64Range(1, 9_999_999).Draw(rt, "amount"))}}
				in.Beyond = true
				c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
				if err == nil {
					_, err = marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "x", Beyond: true})
				}
				if err == nil {
					_, err = marketing.ApproveCampaign.Run(s.GM(), s.Ops, marketing.CampaignInput{CampaignID: c.ID})
				}
				if err != nil {
					rt.Fatal(err)
				}
				open = append(open, c.ID)
			case "cost":
				if len(open) == 0 {
					return
				}
				c := rapid.SampledFrom(open).Draw(rt, "campaign")
				l, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{
					CampaignID: c, Category: "media", Amount: money.Fen(rapid.Int64Range(1, 999_999).Draw(rt, "cost")), Document: "F", Beyond: true,
					Day: today - bizdate.Date(rapid.IntRange(0, 400).Draw(rt, "ago")),
				})
				if err == nil {
					lines[l.ID] = c
				}
			case "reverse":
				for l, c := range lines {
					if slices.Contains(open, c) {
						_, _ = marketing.ReverseCost.Run(s.Marketing(), s.Ops, marketing.ReverseCostInput{CostID: l, Reason: "x"})
						delete(lines, l)
						break
					}
				}
			case "close":
				if len(open) > 0 {
					if _, err := marketing.CloseCampaign.Run(s.Marketing(), s.Ops, marketing.CloseCampaignInput{CampaignID: open[0], Lesson: "x", Release: true}); err != nil {
						rt.Fatal(err)
					}
					open = open[1:]
				}
			case "budget":
				in := marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{{ChannelID: street, Month: rapid.Int64Range(1, 12).Draw(rt, "month"), Amount: money.Fen(rapid.Int64Range(0, 1e9).Draw(rt, "planned"))}}}
				setBudget(t, s, in)
			}
		})
		for _, y := range []int64{year - 1, year, year + 1} {
			sums(t, s, budgetOf(t, s, s.Marketing(), y, id.None))
		}
		s.Check(t)
	})
}

// What cannot be a budget is refused, each field by its name, and nothing stays of it.
func TestMKT8_ImpossibleBudgetsRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		year, _ := thisYear(s)
		cell := marketing.BudgetCellInput{ChannelID: s.Web, Month: 1, Amount: 100}
		for name, c := range map[string]struct {
			change func(in *marketing.SetBudgetInput)
			field  string
		}{
			"negative":        {func(in *marketing.SetBudgetInput) { in.Cells[0].Amount = -1 }, "cells.0.amount_fen:budget-range"},
			"too much":        {func(in *marketing.SetBudgetInput) { in.Cells[0].Amount = 1e12 + 1 }, "cells.0.amount_fen:budget-range"},
			"unknown channel": {func(in *marketing.SetBudgetInput) { in.Cells[0].ChannelID = s.HD }, "cells.0.channel_id:unknown"},
			"month 13":        {func(in *marketing.SetBudgetInput) { in.Cells[0].Month = 13 }, "cells.0.month:out-of-range"},
			"month 0":         {func(in *marketing.SetBudgetInput) { in.Cells[0].Month = 0 }, "cells.0.month:out-of-range"},
			"twice":           {func(in *marketing.SetBudgetInput) { in.Cells = append(in.Cells, cell) }, "cells.1.month:budget-twice"},
			"year":            {func(in *marketing.SetBudgetInput) { in.Year = 1999 }, "year:out-of-range"},
		} {
			in := marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{cell}}
			c.change(&in)
			_, err := marketing.SetBudget.Run(s.Marketing(), s.Ops, in)
			p, ok := problem.As(err)
			if !ok || len(p.Fields) != 1 || p.Fields[0].Location+":"+p.Fields[0].Code != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := marketing.SetBudget.Run(s.Principal(s.HD), s.Ops, marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{cell}}); err == nil {
			t.Error("a principal sets the company's budget")
		}
		if n := s.Count(t, "SELECT (SELECT COUNT(*) FROM budgets) + (SELECT COUNT(*) FROM budget_changes)"); n != 0 {
			t.Errorf("%d rows stayed", n)
		}
	})
}

// A budget is changed on the version that was read, keeps its history, and a change can be taken back.
func TestMKT8_ChangedAsOne(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		b := setBudget(t, s, allMonths(s, money.Yuan(1000)))
		in := allMonths(s, money.Yuan(2000))
		in.Version = new(int64(0))
		if p, ok := problem.As(second(marketing.SetBudget.Run(s.Marketing(), s.Ops, in))); !ok || p.Code != "stale" {
			t.Errorf("an old version: %v", p)
		}
		in.Version, in.Cells, in.Why = &b.Version, in.Cells[:2], "开学季"
		ctx := op.WithUndo(s.Marketing())
		changed, err := marketing.SetBudget.Run(ctx, s.Ops, in)
		if err != nil || changed.Changed != 2 || changed.Version != b.Version+1 {
			t.Fatalf("changed = %+v, %v", changed, err)
		}
		s.Read(t, s.Finance(s.HD), func(ctx context.Context, tx *op.Tx) error {
			list, err := marketing.BudgetChanges(ctx, tx, b.ID, page.Request{})
			if list.Total != 14 || list.Items[0].Why != "开学季" || list.Items[0].Was != money.Yuan(1000) || list.Items[0].Now != money.Yuan(2000) {
				t.Errorf("history of %d: %+v", list.Total, list.Items[0])
			}
			return err
		})
		if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
			t.Fatal(err)
		}
		if got := budgetOf(t, s, s.Marketing(), b.Year, id.None).Total.Year.Planned; got != money.Yuan(12_000) {
			t.Errorf("taken back, %s is planned", got)
		}
		if again := setBudget(t, s, allMonths(s, money.Yuan(1000))); again.Changed != 0 || again.Version != changed.Version+1 {
			t.Errorf("nothing changed it: %+v", again)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// fields gives "location:code" of a refusal.
func fields(err error) (out []string) {
	p, ok := problem.As(err)
	if !ok {
		return nil
	}
	for _, f := range p.Fields {
		out = append(out, f.Location+":"+f.Code)
	}
	return out
}

// What goes beyond the month or the year of its channel says so before it is saved; where the school wants an approval, the refusal names the next
// step, and the approval raises the budget. Marketing is told of its share once (MKT-8).
func TestMKT8_BeyondTheBudget(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		year, month := thisYear(s)
		setBudget(t, s, marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{{ChannelID: s.Web, Month: month, Amount: money.Yuan(10_000)}}})
		in := testkit.Campaign(t, s, id.None) // 12,000 yuan
		in.Until, in.Past = in.From, true     // with a cost of last year
		want := []string{"beyond_budget:beyond-month", "beyond_budget:beyond-year"}
		if err := second(marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)); !slices.Equal(fields(err), want) {
			t.Errorf("registered beyond its budget: %v", err)
		}
		in.Beyond = true
		c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		submit := marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "x"}
		if err := second(marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, submit)); !slices.Equal(fields(err), want) {
			t.Errorf("submitted beyond its budget: %v", err)
		}
		submit.Beyond = true
		setting := organization.SettingInput{Key: organization.BudgetApproval, Value: "1"}
		if err := errors.Join(second(organization.SetSetting.Run(s.IT(), s.Ops, setting)), s.Dir.Refresh(s.System(), s.Ops, 0)); err != nil {
			t.Fatal(err)
		}
		err = second(marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, submit))
		p, ok := problem.As(err)
		if !ok || p.Rule != "MKT-8" || p.Step == nil || p.Step.Code != "raise-budget" || !strings.HasPrefix(p.Step.Link, "/budgets/raise?") {
			t.Fatalf("where an approval is wanted: %v", err)
		}
		raise, err := marketing.AskBudget.Run(s.Marketing(), s.Ops, marketing.AskBudgetInput{Year: year, ChannelID: s.Web, Month: month, Amount: money.Yuan(2_000), Reason: "开学季"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := process.Approve.Run(s.GM(), s.Ops, process.ApprovalInput{ApprovalID: raise.Approval}); err != nil {
			t.Fatal(err)
		}
		s.Approve(t, c.ID)
		row := budgetOf(t, s, s.Marketing(), year, id.None).Row(s.Web)
		if row.Year.Planned != money.Yuan(12_000) || row.Year.Committed != money.Yuan(12_000) || row.Months[month-1].Left != 0 {
			t.Errorf("raised and approved: %+v", row.Year)
		}
		cost := marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: money.Yuan(100), Document: "F", Day: bizdate.New(int(year)-1, time.December, 31)}
		setBudget(t, s, marketing.SetBudgetInput{Year: year - 1, Cells: []marketing.BudgetCellInput{{ChannelID: s.Web, Month: 1, Amount: 1}}})
		if p, ok := problem.As(second(marketing.BookCost.Run(s.Marketing(), s.Ops, cost))); !ok || p.Step == nil {
			t.Errorf("a cost of a month that has none: %v", p)
		}
		cost.Day = 0
		for range 2 {
			if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, cost); err != nil {
				t.Errorf("a cost within: %v", err)
			}
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'budget-share'"); n != 1 {
			t.Errorf("marketing was told %d times", n)
		}
		s.Check(t)
	})
}

// A center that plans for itself has its campaigns in its own budget, and no other center sees them.
func TestMKT8_OfACenter(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		in := allMonths(s, money.Yuan(20_000))
		setBudget(t, s, in)
		planned(t, s, testkit.Campaign(t, s, s.HD), true)
		if got := budgetOf(t, s, s.Marketing(), in.Year, id.None).Total.Year.Committed; got != money.Yuan(12_000) {
			t.Errorf("%s is committed of the company's", got)
		}
		in.CenterID = s.HD
		if _, err := marketing.SetBudget.Run(s.Principal(s.HD), s.Ops, in); err != nil {
			t.Fatal(err)
		}
		for as, want := range map[context.Context]money.Fen{s.Principal(s.HD): money.Yuan(12_000), s.Principal(s.CY): 0} {
			v := budgetOf(t, s, as, in.Year, s.HD)
			if v.Total.Year.Committed != want || v.ID.IsNone() != (want == 0) {
				t.Errorf("%+v", v.Total.Year)
			}
		}
		if got := budgetOf(t, s, s.Marketing(), in.Year, id.None).Total.Year.Committed; got != 0 {
			t.Errorf("%s is committed of the company's too", got)
		}
	})
}

// The changes of a center's budget are read by its people alone, and those of the company's by no center.
func TestMKT8_ChangesOfACenter(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		in := allMonths(s, money.Yuan(1))
		company := setBudget(t, s, in)
		in.CenterID = s.HD
		center := setBudget(t, s, in)
		for as, want := range map[context.Context][2]int64{s.Principal(s.HD): {0, 12}, s.Principal(s.CY): {0, 0}, s.Finance(s.HD): {12, 12}} {
			for i, b := range []id.ID{company.ID, center.ID} {
				s.Read(t, as, func(ctx context.Context, tx *op.Tx) error {
					list, err := marketing.BudgetChanges(ctx, tx, b, page.Request{})
					if list.Total != want[i] {
						t.Errorf("budget %d: %d changes, want %d", i, list.Total, want[i])
					}
					return err
				})
			}
		}
	})
}

// A yearly amount lies over the months as last year's costs or leads did, to the fen; without a record of last year it is refused.
func TestMKT8_FilledByTheSeason(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		year, _ := thisYear(s)
		fill := marketing.FillBudgetInput{Year: year, ChannelID: s.Web, Amount: 10_000_001, By: "costs"}
		if err := second(marketing.FillBudget.Run(s.Marketing(), s.Ops, fill)); !slices.Equal(fields(err), []string{"by:no-season"}) {
			t.Errorf("without a record: %v", err)
		}
		in := testkit.Campaign(t, s, id.None)
		in.From, in.Past = bizdate.New(int(year)-1, time.January, 1), true
		c := planned(t, s, in, true)
		for month, n := range map[time.Month]money.Fen{1: 100, 3: 200, 9: 300} {
			cost := marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: n, Document: "F", Day: bizdate.New(int(year)-1, month, 10)}
			if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, cost); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := marketing.FillBudget.Run(s.Marketing(), s.Ops, fill); err != nil {
			t.Fatal(err)
		}
		row := budgetOf(t, s, s.Marketing(), year, id.None).Row(s.Web)
		if row.Year.Planned != 10_000_001 || row.Months[0].Planned != 1_666_667 || row.Months[2].Planned != 3_333_334 || row.Months[8].Planned != 5_000_000 {
			t.Errorf("filled = %+v", row)
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			season, err := marketing.Seasons(ctx, tx, int(year), id.None)
			if got := season.CostShare(8); !slices.Equal(season.Years, []int{int(year) - 1}) || got == nil || *got != .5 || season.LeadShare(0) != nil {
				t.Errorf("season = %+v", season)
			}
			return err
		})
	})
}
