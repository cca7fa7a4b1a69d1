package sales_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// workday is when the n-th working day after a day opens in Haidian.
func workday(s *testkit.School, day bizdate.Date, n int) time.Time {
	c := s.Dir.Calendar(s.HD)
	for n > 0 {
		if day++; c.OpenOn(day) {
			n--
		}
	}
	return c.Add(day.In(c.Zone), time.Minute).Add(-time.Minute)
}

// closeOn makes Haidian closed on a day of the week.
func closeOn(t *testing.T, s *testkit.School, day time.Weekday) {
	t.Helper()
	center, _ := s.Dir.Center(s.HD)
	hours, err := json.Marshal(slices.DeleteFunc(slices.Clone(center.Hours), func(h organization.OpenHours) bool { return h.Weekday == int(day) }))
	if err != nil {
		t.Fatal(err)
	}
	s.Exec(t, "UPDATE centers SET hours = ? WHERE id = ?", string(hours), s.HD)
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	if s.Dir.Calendar(s.HD).OpenOn(today(s) + 1) {
		t.Fatal("the center is open every day")
	}
}

// escalations lists what the ladder did for an enquiry.
func escalations(t *testing.T, s *testkit.School, key id.ID) []string {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]string, error) {
		return op.AllOf[string](ctx, tx.Unscoped("test"), `SELECT kind FROM events WHERE subject = ? AND kind IN ('sales.sla-breached.1', 'sales.contact-escalated.1', 'sales.enquiry-assigned.1') ORDER BY id`, key)
	})
}

// The shipped ladder: three working days after the entry the owner is told, after five the supervisor, after seven another consultant has
// it. Each step once, however often the job runs; a first contact ends it.
func TestSAL2_Ladder(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		owner, other, boss := s.Consultant(s.HD), s.Consultant2(s.HD), s.As("supervisor", s.HD)
		closeOn(t, s, time.Thursday)
		e, called := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		entered := today(s)
		s.Clock.Set(enquiry(t, s, e.ID).ContactDue.Add(time.Minute))
		run(t, s)
		same(t, "supervisor was told of the breach", notices(t, s, boss), []string{"breach", "breach"})
		touch(t, s, called.ID, "")
		for _, step := range []struct {
			day                int
			owner, other, boss []string
			consultant         id.ID
			facts              []string
		}{
			{3, []string{"contact-late-days"}, nil, nil, s.StaffID(owner), []string{"sales.contact-escalated.1"}},
			{5, nil, nil, []string{"contact-late-days"}, s.StaffID(owner), []string{"sales.contact-escalated.1"}},
			{7, []string{"taken-over"}, []string{"assigned"}, nil, s.StaffID(other), []string{"sales.enquiry-assigned.1", "sales.contact-escalated.1"}},
		} {
			due := workday(s, entered, step.day)
			s.Clock.Set(due.Add(-time.Second))
			same(t, fmt.Sprintf("day %d, before it opens", step.day), since(t, s, func() { run(t, s) }), nil)
			toOwner, toOther, toBoss := len(notices(t, s, owner)), len(notices(t, s, other)), len(notices(t, s, boss))
			s.Clock.Set(due)
			same(t, fmt.Sprintf("day %d", step.day), since(t, s, func() { run(t, s) }), step.facts)
			same(t, fmt.Sprintf("day %d, again", step.day), since(t, s, func() { run(t, s); run(t, s) }), nil)
			for who, told := range map[string][2][]string{
				"owner": {notices(t, s, owner)[toOwner:], step.owner}, "other": {notices(t, s, other)[toOther:], step.other}, "supervisor": {notices(t, s, boss)[toBoss:], step.boss},
			} {
				same(t, fmt.Sprintf("day %d: %s", step.day, who), told[0], told[1])
			}
			if got := enquiry(t, s, e.ID).Consultant; got != step.consultant {
				t.Errorf("day %d: owner = %s", step.day, got)
			}
		}
		s.Clock.Set(workday(s, entered, 30))
		same(t, "after the last step", since(t, s, func() { run(t, s) }), nil)
		if got := escalations(t, s, called.ID); !slices.Equal(got, []string{"sales.sla-breached.1"}) {
			t.Errorf("who was called: %v", got)
		}
		reason := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (string, error) {
			return op.OneOf[string](ctx, tx.Unscoped("test"), "SELECT payload FROM events WHERE kind = 'sales.enquiry-assigned.1'")
		})
		if !strings.Contains(reason, `"reason":"late"`) {
			t.Errorf("assigned: %s", reason)
		}
		s.Check(t)
	})
}

// A contact that is taken back puts the enquiry on its ladder again; a program that was down does the steps that it missed one after the
// other; where nobody else could take an enquiry over, the supervisor hears of it.
func TestSAL2_LadderGoesOn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Exec(t, "DELETE FROM positions WHERE role = 'consultant' AND staff = ?", s.StaffID(s.Consultant2(s.HD)))
		boss := s.As("supervisor", s.HD)
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		e := s.Enquiry(t, s.HD)
		entered := today(s)
		s.Clock.Set(enquiry(t, s, e.ID).ContactDue.Add(time.Minute))
		run(t, s)
		s.Clock.Set(workday(s, entered, 7).Add(-time.Minute))
		ctx := op.WithUndo(s.Consultant(s.HD))
		in := people.TouchInput{EnquiryID: e.ID, Channel: "call", Result: "no-answer", NextStep: "call-back", NextDay: today(s) + 1}
		must(people.RecordTouch.Run(ctx, s.Ops, in))(t)
		same(t, "with a contact", since(t, s, func() { run(t, s) }), nil)
		if got := undo(s, ctx); got != "<nil>" {
			t.Fatal(got)
		}
		s.Clock.Set(workday(s, entered, 7))
		for _, want := range []string{"sales.contact-escalated.1", "sales.contact-escalated.1", "sales.contact-escalated.1", ""} {
			got := since(t, s, func() { run(t, s) })
			if want == "" && len(got) != 0 || want != "" && !slices.Equal(got, []string{want}) {
				t.Errorf("facts = %v, want %q", got, want)
			}
		}
		same(t, "supervisor", notices(t, s, boss), []string{"breach", "contact-late-days", "nobody-else"})
		if got := enquiry(t, s, e.ID).Consultant; got != s.StaffID(s.Consultant(s.HD)) {
			t.Errorf("owner = %s", got)
		}
		refuse(t, s, map[string]refused{
			"nothing is due": {func() error {
				return second(sales.Escalate.Run(s.System(), s.Ops, sales.EnquiryInput{EnquiryID: e.ID}))
			}, "422 ladder-not-due enquiry_id:"},
			"a person": {func() error { return second(sales.Escalate.Run(s.GM(), s.Ops, sales.EnquiryInput{EnquiryID: e.ID})) }, "403 forbidden"},
			"late by hand": {func() error {
				return second(sales.Assign.Run(s.Principal(s.HD), s.Ops, sales.AssignInput{EnquiryID: e.ID, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "late"}))
			}, "422 invalid consultant_id:not-consultant reason:not-one-of"},
		})
		s.Check(t)
	})
}

// The ladder is data: a center's own steps stand for the company's, by working hours too, and hold at once for enquiries that wait; a step
// that was done is not done again.
func TestSAL2_LadderIsData(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := s.Principal(s.HD)
		steps := ask(t, s, boss, sales.Ladder)
		if len(steps) != 3 || steps[0].After != 3 || steps[0].Action != "tell-owner" || steps[1].Action != "tell-supervisor" || steps[2].After != 7 || steps[2].Action != "reassign" {
			t.Fatalf("shipped = %+v", steps)
		}
		e := s.Enquiry(t, s.HD)
		s.Clock.Set(enquiry(t, s, e.ID).ContactDue.Add(time.Minute))
		run(t, s)
		set := sales.SetLadderStepInput{CenterID: s.HD, After: 2, Unit: "hours", Action: "tell-owner", Active: true}
		var a sales.RuleAnswer
		same(t, "facts", since(t, s, func() { a = must(sales.SetLadderStep.Run(boss, s.Ops, set))(t) }), []string{"sales.ladder-step-set.1"})
		same(t, "too soon", since(t, s, func() { run(t, s) }), nil)
		s.Clock.Set(testkit.Morning.Add(2 * time.Hour))
		told := len(notices(t, s, s.Consultant(s.HD)))
		same(t, "after two hours", since(t, s, func() { run(t, s) }), []string{"sales.contact-escalated.1"})
		same(t, "owner", notices(t, s, s.Consultant(s.HD))[told:], []string{"contact-late-hours"})
		set.StepID, set.After = a.ID, 1
		must(sales.SetLadderStep.Run(boss, s.Ops, set))(t)
		same(t, "a step that was done", since(t, s, func() { run(t, s); run(t, s) }), nil)
		s.Clock.Set(workday(s, today(s), 30))
		same(t, "the company's steps", since(t, s, func() { run(t, s) }), nil)

		cy := s.Enquiry(t, s.CY)
		s.Clock.Set(enquiry(t, s, cy.ID).ContactDue.Add(time.Minute))
		run(t, s)
		gone := steps[0]
		must(sales.SetLadderStep.Run(s.IT(), s.Ops, sales.SetLadderStepInput{StepID: gone.ID, After: gone.After, Unit: gone.Unit, Action: gone.Action}))(t)
		s.Clock.Set(workday(s, today(s), 4))
		same(t, "a step that is off", since(t, s, func() { run(t, s); run(t, s) }), nil)
		s.Check(t)
	})
}

func TestSAL2_LadderRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := s.Principal(s.HD)
		company := ask(t, s, boss, sales.Ladder)[0]
		own := must(sales.SetLadderStep.Run(boss, s.Ops, sales.SetLadderStepInput{CenterID: s.HD, After: 2, Unit: "days", Action: "reassign", Active: true}))(t)
		set := func(ctx context.Context, edit func(in *sales.SetLadderStepInput)) func() error {
			in := sales.SetLadderStepInput{CenterID: s.HD, After: 2, Unit: "days", Action: "reassign", Active: true}
			edit(&in)
			return func() error { return second(sales.SetLadderStep.Run(ctx, s.Ops, in)) }
		}
		refuse(t, s, map[string]refused{
			"no time":         {set(boss, func(in *sales.SetLadderStepInput) { in.After = 0 }), "422 invalid after:ladder-after"},
			"too many days":   {set(boss, func(in *sales.SetLadderStepInput) { in.After = 61 }), "422 invalid after:ladder-after"},
			"too many hours":  {set(boss, func(in *sales.SetLadderStepInput) { in.Unit, in.After = "hours", 481 }), "422 invalid after:ladder-after"},
			"unit":            {set(boss, func(in *sales.SetLadderStepInput) { in.Unit = "weeks" }), "422 invalid unit:not-one-of"},
			"action":          {set(boss, func(in *sales.SetLadderStepInput) { in.Action = "dismiss" }), "422 invalid action:not-one-of"},
			"all centers":     {set(boss, func(in *sales.SetLadderStepInput) { in.CenterID = id.None }), "422 invalid center_id:required"},
			"another center":  {set(boss, func(in *sales.SetLadderStepInput) { in.CenterID = s.CY }), "404 not-found"},
			"the company's":   {set(boss, func(in *sales.SetLadderStepInput) { in.StepID = company.ID }), "403 forbidden"},
			"another's step":  {set(s.Principal(s.CY), func(in *sales.SetLadderStepInput) { in.CenterID, in.StepID = s.CY, own.ID }), "404 not-found"},
			"unknown":         {set(boss, func(in *sales.SetLadderStepInput) { in.StepID = s.Clock.NewID() }), "404 not-found"},
			"consultant":      {set(s.Consultant(s.HD), func(*sales.SetLadderStepInput) {}), "403 forbidden"},
			"changed already": {set(boss, func(in *sales.SetLadderStepInput) { in.StepID, in.Base = own.ID, new(int64(7)) }), "412 stale"},
		})
	})
}
