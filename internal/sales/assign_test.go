package sales_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// enterAs enters an enquiry that the rules assign; edit changes its input.
func enterAs(t *testing.T, s *testkit.School, ctx context.Context, edit func(in *sales.EnterInput)) sales.Entered {
	t.Helper()
	in := sales.EnterInput{Person: &people.RegisterInput{Name: "何雨桐"}, CenterID: s.HD, ChannelID: s.Web, CourseID: s.Course}
	if edit != nil {
		edit(&in)
	}
	return must(sales.Enter.Run(ctx, s.Ops, in))(t)
}

func rule(t *testing.T, s *testkit.School, in sales.SetRuleInput) sales.RuleAnswer {
	t.Helper()
	in.Active = true
	return must(sales.SetRule.Run(s.IT(), s.Ops, in))(t)
}

// Without a rule the consultants of the center have their turn; each new enquiry is assigned in the commit in which it is entered.
func TestSAL2_AssignedInTurn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		one, two := s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
		given := map[id.ID]int{}
		last := id.None
		for range 6 {
			s.Clock.Set(s.Clock.Now().Add(time.Minute))
			var e sales.Entered
			facts := since(t, s, func() { e = enterAs(t, s, s.FrontDesk(s.HD), nil) })
			same(t, "facts", facts, []string{"people.person-registered.1", "sales.enquiry-entered.1"})
			if e.Consultant == last || e.Consultant != one && e.Consultant != two {
				t.Errorf("given to %s after %s", e.Consultant, last)
			}
			last = e.Consultant
			given[last]++
		}
		if given[one] != 3 || given[two] != 3 {
			t.Errorf("given %v", given)
		}
		same(t, "consultant was told", notices(t, s, s.Consultant(s.HD)), []string{"enquiry", "enquiry", "enquiry"})
		same(t, "supervisor was told", notices(t, s, s.As("supervisor", s.HD)), nil)
		s.Check(t)
	})
}

// A rule holds for its center, channel and language; the first that fits decides; one that is switched off does not.
func TestSAL2_AssignedByRule(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		one, two, cy := s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD)), s.StaffID(s.Consultant2(s.CY))
		street := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (marketing.Channel, error) {
			return marketing.ChannelByName(ctx, tx, "street")
		})
		rule(t, s, sales.SetRuleInput{No: 1, Lang: "en", Strategy: "turn", Staff: []id.ID{two}})
		byChannel := rule(t, s, sales.SetRuleInput{No: 2, ChannelID: street.ID, Strategy: "turn", Staff: []id.ID{one}})
		rule(t, s, sales.SetRuleInput{No: 3, CenterID: s.CY, Strategy: "turn", Staff: []id.ID{cy}})
		rule(t, s, sales.SetRuleInput{No: 4, CenterID: s.HD, Strategy: "turn", Staff: []id.ID{two}})
		for range 3 {
			for name, c := range map[string]struct {
				ctx  context.Context
				edit func(in *sales.EnterInput)
				want id.ID
			}{
				"language before channel": {s.FrontDesk(s.HD), func(in *sales.EnterInput) { in.Lang, in.ChannelID = "en", street.ID }, two},
				"channel before center":   {s.FrontDesk(s.HD), func(in *sales.EnterInput) { in.ChannelID = street.ID }, one},
				"center":                  {s.FrontDesk(s.HD), nil, two},
				"other center":            {s.FrontDesk(s.CY), func(in *sales.EnterInput) { in.CenterID = s.CY }, cy},
			} {
				if e := enterAs(t, s, c.ctx, c.edit); e.Consultant != c.want {
					t.Errorf("%s: given to %s, want %s", name, s.Dir.StaffName(e.Consultant), s.Dir.StaffName(c.want))
				}
			}
		}
		must(sales.SetRule.Run(s.IT(), s.Ops, sales.SetRuleInput{RuleID: byChannel.ID, No: 2, ChannelID: street.ID, Strategy: "turn", Staff: []id.ID{one}}))(t)
		if e := enterAs(t, s, s.FrontDesk(s.HD), func(in *sales.EnterInput) { in.ChannelID = street.ID }); e.Consultant != two {
			t.Errorf("by a rule that is off: %s", s.Dir.StaffName(e.Consultant))
		}
		s.Check(t)
	})
}

// By load the one with the fewest open enquiries is next: what ended, or went to somebody else, no longer counts.
func TestSAL2_AssignedByLoad(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		one, two := s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
		rule(t, s, sales.SetRuleInput{No: 1, Strategy: "load"})
		var mine []sales.Entered
		for range 4 {
			mine = append(mine, s.Enquiry(t, s.HD))
		}
		for range 2 {
			if e := enterAs(t, s, s.FrontDesk(s.HD), nil); e.Consultant != two {
				t.Errorf("given to who has more")
			}
		}
		for _, e := range mine[:3] {
			must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))(t)
		}
		if e := enterAs(t, s, s.FrontDesk(s.HD), nil); e.Consultant != one {
			t.Errorf("those that were lost still count")
		}
		must(sales.Assign.Run(s.Principal(s.HD), s.Ops, sales.AssignInput{EnquiryID: mine[3].ID, ConsultantID: two, Reason: "load"}))(t)
		if e := enterAs(t, s, s.FrontDesk(s.HD), nil); e.Consultant != one {
			t.Errorf("the one that was handed over still counts")
		}
		s.Check(t)
		s.Exec(t, "UPDATE assignment_turns SET open_count = open_count + 1")
		if list, err := s.App.Check(s.System()); err != nil || len(list) != 2 || list[0].Check != "sales.open-counts" {
			t.Errorf("wrong counts: %v, %v", list, err)
		}
	})
}

// Where a rule finds nobody, the enquiry has no owner, and who watches the center is told (SAL-2).
func TestSAL2_NobodySuits(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		rule(t, s, sales.SetRuleInput{No: 1, CenterID: s.HD, Lang: "fr", Strategy: "turn", Staff: []id.ID{s.StaffID(s.Consultant(s.CY))}})
		e := enterAs(t, s, s.FrontDesk(s.HD), func(in *sales.EnterInput) { in.Lang = "fr" })
		if got := enquiry(t, s, e.ID); !got.Consultant.IsNone() || !e.Consultant.IsNone() || got.ContactDue.IsZero() {
			t.Errorf("enquiry = %+v", got)
		}
		for name, c := range map[string]struct {
			ctx  context.Context
			want []string
		}{
			"supervisor": {s.As("supervisor", s.HD), []string{"unassigned"}}, "consultant": {s.Consultant(s.HD), nil}, "other center": {s.As("supervisor", s.CY), nil},
			"principal": {s.Principal(s.HD), nil},
		} {
			same(t, name+" was told", notices(t, s, c.ctx), c.want)
		}
		pool := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) (sales.EnquiryList, error) {
			return sales.Enquiries(ctx, tx, sales.EnquiryFilter{Pool: true, Limit: 10})
		})
		if len(pool.Items) != 1 || pool.Items[0].ID != e.ID {
			t.Errorf("without an owner: %+v", pool)
		}
		must(sales.Assign.Run(s.Principal(s.HD), s.Ops, sales.AssignInput{EnquiryID: e.ID, ConsultantID: s.StaffID(s.Consultant(s.HD)), Reason: "by-hand"}))(t)
		same(t, "consultant was told", notices(t, s, s.Consultant(s.HD)), []string{"assigned"})
		s.Check(t)
	})
}

// The first contact is due within the channel's time, in working time of the center (SAL-2, ORG-1).
func TestSAL2_FirstContactDueInWorkingTime(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		street := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (marketing.Channel, error) {
			return marketing.ChannelByName(ctx, tx, "street")
		})
		day, hours := today(s), s.Dir.Calendar(s.HD)
		opens := hours.Add(at(s, day, 0, 0), time.Nanosecond).Truncate(time.Minute)
		var closes time.Time
		for m := opens; hours.Open(m); m = m.Add(time.Minute) {
			closes = m.Add(time.Minute)
		}
		nextOpens := hours.Add(closes.Add(time.Minute), time.Nanosecond).Truncate(time.Minute)
		for name, c := range map[string]struct {
			entered time.Time
			channel id.ID
			want    time.Time
		}{
			"in the day":      {opens.Add(time.Hour), s.Web, opens.Add(90 * time.Minute)},
			"before it opens": {opens.Add(-3 * time.Hour), s.Web, opens.Add(30 * time.Minute)},
			"near the end":    {closes.Add(-10 * time.Minute), s.Web, nextOpens.Add(20 * time.Minute)},
			"after the end":   {closes.Add(time.Hour), s.Web, nextOpens.Add(30 * time.Minute)},
			"slow channel":    {opens.Add(time.Hour), street.ID, hours.Add(opens.Add(time.Hour), 24*time.Hour)},
			"no channel":      {opens.Add(time.Hour), id.None, opens.Add(90 * time.Minute)},
		} {
			s.Clock.Set(c.entered)
			e := enterAs(t, s, s.FrontDesk(s.HD), func(in *sales.EnterInput) { in.ChannelID = c.channel })
			if got := enquiry(t, s, e.ID).ContactDue; !got.Equal(c.want) {
				t.Errorf("%s: due %s, want %s", name, got, c.want)
			}
		}
		if slow := hours.Add(opens.Add(time.Hour), 24*time.Hour); slow.Sub(opens) < 24*time.Hour {
			t.Errorf("24 hours of working time end at %s", slow)
		}
	})
}

// A first contact that does not come in time is noted once, by the job, and told to the supervisor; one that came is not.
func TestSAL2_BreachIsNotedAndTold(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		late, called, lost := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		touch(t, s, called.ID, "")
		must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: lost.ID, Reason: "price"}))(t)
		must(sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{Name: "何静"}))(t)
		due := enquiry(t, s, late.ID).ContactDue
		s.Clock.Set(due)
		same(t, "at the instant", since(t, s, func() { run(t, s) }), nil)
		refuse(t, s, map[string]refused{
			"too early": {func() error {
				return second(sales.NoteBreach.Run(s.System(), s.Ops, sales.NoteBreachInput{EnquiryID: called.ID}))
			}, "422 no-breach enquiry_id:"},
			"by anybody": {func() error {
				return second(sales.NoteBreach.Run(s.Principal(s.HD), s.Ops, sales.NoteBreachInput{EnquiryID: late.ID}))
			}, "403 forbidden"},
		})
		s.Clock.Set(due.Add(time.Minute))
		same(t, "a minute later", since(t, s, func() { run(t, s); run(t, s) }), []string{"sales.sla-breached.1"})
		if e := enquiry(t, s, late.ID); !e.Breached || e.Stage != sales.New {
			t.Errorf("enquiry = %+v", e)
		}
		same(t, "supervisor was told", notices(t, s, s.As("supervisor", s.HD)), []string{"breach"})
		same(t, "other supervisor was told", notices(t, s, s.As("supervisor", s.CY)), nil)
		s.Check(t)
	})
}

// A center without a supervisor has its principal told.
func TestSAL2_BreachToldToPrincipal(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.Principal(s.HD)
		s.Exec(t, "DELETE FROM positions WHERE role = 'supervisor'")
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		e := s.Enquiry(t, s.HD)
		s.Clock.Set(enquiry(t, s, e.ID).ContactDue.Add(time.Minute))
		run(t, s)
		same(t, "principal was told", notices(t, s, ctx), []string{"breach"})
	})
}

func run(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := sales.DueWork(s.System(), s.Ops); err != nil {
		t.Fatal(err)
	}
}

// Who is called is what the database says at that instant: the work list knows a late first contact before the job noted it.
func TestSAL2_LateFirstContactComesFirst(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		old := s.Enquiry(t, s.HD)
		s.Clock.Set(s.Clock.Now().Add(3 * time.Hour))
		fresh := s.Enquiry(t, s.HD)
		rows := work(t, s)
		if len(rows) != 2 || rows[0].ID != old.ID || rows[0].Why != "first-overdue" || rows[1].ID != fresh.ID || rows[1].Why != "first" {
			t.Errorf("work list = %+v", rows)
		}
		n := ask(t, s, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) (sales.WorkCounts, error) {
			return sales.CountWork(ctx, tx, s.StaffID(s.Consultant(s.HD)))
		})
		if n != (sales.WorkCounts{Open: 2, New: 2, FirstOverdue: 1}) {
			t.Errorf("counts = %+v", n)
		}
	})
}

// An owner changes with a reason, and what is open of the matter goes along: the new owner goes on with it, the old one no longer
// sees it (SAL-2, PPL-7).
func TestPPL7_AssignTakesWhatIsOpenAlong(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, from, to := s.Principal(s.HD), s.Consultant(s.HD), s.Consultant2(s.HD)
		hand := func(e id.ID) {
			t.Helper()
			a := must(sales.Assign.Run(boss, s.Ops, sales.AssignInput{EnquiryID: e, ConsultantID: s.StaffID(to), Reason: "absence"}))(t)
			if got := enquiry(t, s, e); got.Consultant != s.StaffID(to) || got.Version != a.Version {
				t.Errorf("enquiry = %+v", got)
			}
		}
		_, a := s.Appointment(t, s.HD)
		invited := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (sales.Appointment, error) {
			return sales.AppointmentByID(ctx, tx, a.ID)
		})
		hand(invited.Enquiry)
		must(sales.Move.Run(to, s.Ops, sales.MoveInput{AppointmentID: a.ID, Starts: at(s, today(s), 15, 0)}))(t)

		e, v := visited(t, s)
		same(t, "facts", since(t, s, func() { hand(e.ID) }), []string{"sales.enquiry-assigned.1"})
		if n := count(t, s, "SELECT COUNT(*) FROM tasks WHERE subject = ? AND staff = ? AND done_at IS NULL", v.ID, s.StaffID(to)); n != 1 {
			t.Errorf("%d tasks went along", n)
		}
		finish := sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}
		if err := second(sales.FinishVisit.Run(from, s.Ops, finish)); refusal(err) != "404 not-found" {
			t.Errorf("who had it: %s", refusal(err))
		}
		must(sales.FinishVisit.Run(to, s.Ops, finish))(t)

		e2, q := quoted(t, s)
		hand(e2.ID)
		must(sales.DraftContract.Run(to, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)

		page := ask(t, s, boss, func(ctx context.Context, tx *op.Tx) (people.TimelinePage, error) {
			return people.Timeline(ctx, tx, e.PersonID, people.TimelineFilter{})
		})
		if !slices.ContainsFunc(page.Items, func(i people.Item) bool { return i.Name() == "sales.enquiry-assigned" && string(i.Payload) != "" }) {
			t.Errorf("the timeline does not show the change: %+v", page.Items)
		}
		if n := count(t, s, `SELECT COUNT(*) FROM events WHERE kind = 'sales.enquiry-assigned.1' AND payload LIKE '%"reason":"absence"%' AND payload LIKE ?`, "%"+s.StaffID(from).String()+"%"); n != 3 {
			t.Errorf("%d changes name the reason and who had it", n)
		}
		s.Check(t)
	})
}

func TestSAL2_AssignRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		one, two := s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
		do := func(ctx context.Context, edit func(in *sales.AssignInput)) func() error {
			in := sales.AssignInput{EnquiryID: e.ID, ConsultantID: two, Reason: "load"}
			if edit != nil {
				edit(&in)
			}
			return func() error { return second(sales.Assign.Run(ctx, s.Ops, in)) }
		}
		boss := s.Principal(s.HD)
		refuse(t, s, map[string]refused{
			"no reason":         {do(boss, func(in *sales.AssignInput) { in.Reason = "" }), "422 invalid reason:required"},
			"a word":            {do(boss, func(in *sales.AssignInput) { in.Reason = "因为" }), "422 invalid reason:not-one-of"},
			"nobody":            {do(boss, func(in *sales.AssignInput) { in.ConsultantID = id.None }), "422 invalid consultant_id:not-consultant"},
			"front desk":        {do(boss, func(in *sales.AssignInput) { in.ConsultantID = s.StaffID(s.FrontDesk(s.HD)) }), "422 invalid consultant_id:not-consultant"},
			"of another center": {do(boss, func(in *sales.AssignInput) { in.ConsultantID = s.StaffID(s.Consultant(s.CY)) }), "422 invalid consultant_id:not-consultant"},
			"the same":          {do(boss, func(in *sales.AssignInput) { in.ConsultantID = one }), "422 invalid consultant_id:same-owner"},
			"other principal":   {do(s.Principal(s.CY), nil), "404 not-found"},
			"owner":             {do(s.Consultant(s.HD), nil), "403 forbidden"},
			"general manager":   {do(s.GM(), nil), "403 forbidden"},
			"no enquiry":        {do(boss, func(in *sales.AssignInput) { in.EnquiryID = id.None }), "422 invalid enquiry_id:required"},
		})
	})
}

func TestSAL2_SetRule(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, it := s.Principal(s.HD), s.IT()
		in := sales.SetRuleInput{No: 5, CenterID: s.HD, Strategy: "turn", Active: true}
		var r sales.RuleAnswer
		same(t, "facts", since(t, s, func() { r = must(sales.SetRule.Run(boss, s.Ops, in))(t) }), []string{"sales.assignment-rule-set.1"})
		in.RuleID, in.Strategy, in.Base = r.ID, "load", &r.Version
		changed := must(sales.SetRule.Run(boss, s.Ops, in))(t)
		rules := ask(t, s, boss, func(ctx context.Context, tx *op.Tx) ([]sales.AssignmentRule, error) { return sales.Rules(ctx, tx) })
		if len(rules) != 1 || rules[0].Strategy != "load" || rules[0].Version != changed.Version || changed.Version != r.Version+1 {
			t.Errorf("rules = %+v", rules)
		}
		if err := second(sales.SetRule.Run(boss, s.Ops, in)); !isStale(err) {
			t.Errorf("on the older version (ORG-10): %v", err)
		}
		in.Base = nil
		edit := func(ctx context.Context, edit func(in *sales.SetRuleInput)) func() error {
			in := in
			edit(&in)
			return func() error { return second(sales.SetRule.Run(ctx, s.Ops, in)) }
		}
		company := must(sales.SetRule.Run(it, s.Ops, sales.SetRuleInput{No: 9, Strategy: "turn", Active: true}))(t)
		refuse(t, s, map[string]refused{
			"strategy":          {edit(boss, func(in *sales.SetRuleInput) { in.Strategy = "dice" }), "422 invalid strategy:not-one-of"},
			"number":            {edit(boss, func(in *sales.SetRuleInput) { in.No = 0 }), "422 invalid no:bad-number"},
			"large number":      {edit(boss, func(in *sales.SetRuleInput) { in.No = 1001 }), "422 invalid no:bad-number"},
			"for the company":   {edit(boss, func(in *sales.SetRuleInput) { in.RuleID, in.CenterID = id.None, id.None }), "422 invalid center_id:required"},
			"unknown staff":     {edit(boss, func(in *sales.SetRuleInput) { in.Staff = []id.ID{s.HD} }), "422 invalid staff_ids.0:unknown"},
			"other center":      {edit(boss, func(in *sales.SetRuleInput) { in.CenterID = s.CY }), "404 not-found"},
			"the company's":     {edit(boss, func(in *sales.SetRuleInput) { in.RuleID = company.ID }), "403 forbidden"},
			"another principal": {edit(s.Principal(s.CY), func(in *sales.SetRuleInput) { in.CenterID = s.CY }), "404 not-found"},
			"consultant":        {edit(s.Consultant(s.HD), func(*sales.SetRuleInput) {}), "403 forbidden"},
		})
		for _, who := range []context.Context{boss, s.Principal(s.CY)} { // the company's rule holds for every center, one of a center is seen there
			list := ask(t, s, who, func(ctx context.Context, tx *op.Tx) ([]sales.AssignmentRule, error) { return sales.Rules(ctx, tx) })
			if !slices.ContainsFunc(list, func(r sales.AssignmentRule) bool { return r.ID == company.ID }) || slices.ContainsFunc(list, func(o sales.AssignmentRule) bool { return o.ID == r.ID }) != (who == boss) {
				t.Errorf("rules that somebody reads: %+v", list)
			}
		}
	})
}

func isStale(err error) bool {
	p, ok := problem.As(err)
	return ok && p.Code == "stale"
}

func work(t *testing.T, s *testkit.School) []sales.WorkRow {
	t.Helper()
	return ask(t, s, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) ([]sales.WorkRow, error) {
		list, err := sales.WorkList(ctx, tx, s.StaffID(s.Consultant(s.HD)), 50, 0)
		if int64(len(list.Items)) != list.Total {
			t.Errorf("%d rows, counted %d", len(list.Items), list.Total)
		}
		return list.Items, err
	})
}
