package sales_test

import (
	"slices"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// channelNamed adds a channel with its time for the first contact.
func channelNamed(t *testing.T, s *testkit.School, code string, minutes int64) id.ID {
	t.Helper()
	return must(marketing.AddChannel.Run(s.IT(), s.Ops, marketing.ChannelInput{Code: code, NameZH: code, FirstContactMinutes: minutes}))(t).ID
}

// An enquiry without a channel is called in time too: within the setting, of the company or the center (SAL-2).
func TestSAL2_NoChannel(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		enter := func(center id.ID) sales.Enquiry {
			e := must(sales.Enter.Run(s.Principal(center), s.Ops, sales.EnterInput{PersonID: s.Person(t, center), CenterID: center}))(t)
			return enquiry(t, s, e.ID)
		}
		set := func(center id.ID, minutes string) {
			must(organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{CenterID: center, Key: organization.FirstContactMinutes, Value: minutes}))(t)
			if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
				t.Fatal(err)
			}
		}
		wants := func(what string, center id.ID, want time.Duration) {
			t.Helper()
			if got := enter(center); got.ContactDue.IsZero() != (want == 0) || want != 0 && !got.ContactDue.Equal(s.Clock.Now().Add(want)) {
				t.Errorf("%s: due %s, now %s", what, got.ContactDue, s.Clock.Now())
			}
		}
		wants("as shipped", s.HD, 30*time.Minute)
		set(id.None, "45")
		set(s.CY, "0")
		wants("by the company", s.HD, 45*time.Minute)
		wants("none at the center", s.CY, 0)
		late := enter(s.HD)
		s.Clock.Set(late.ContactDue.Add(time.Minute))
		run(t, s)
		if !enquiry(t, s, late.ID).Breached {
			t.Error("nobody noticed that the first contact did not come")
		}
		s.Check(t)
	})
}

// Channel and course of an open enquiry are corrected, with an undo: the deadline follows while it runs, the figures follow, and the lists
// state the same (SAL-1, SAL-2, UI-B1). The source record stays (MKT-11).
func TestSAL1_Change(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		slow := channelNamed(t, s, "slow", 240)
		e, a := s.Appointment(t, s.HD)
		was := enquiry(t, s, e.ID)
		v := must(sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
		ctx := op.WithUndo(s.Consultant(s.HD))
		same(t, "facts", since(t, s, func() {
			must(sales.ChangeEnquiry.Run(ctx, s.Ops, sales.ChangeEnquiryInput{EnquiryID: e.ID, ChannelID: &slow}))(t)
		}), []string{"sales.enquiry-changed.1"})
		of := func(channel id.ID, metric string) int64 {
			return count(t, s, "SELECT COALESCE(SUM(n), 0) FROM rollup_deltas WHERE metric = ? AND dim = 'channel' AND value = ?", metric, channel.String())
		}
		for _, metric := range []string{"leads", "appointments", "arrived", "visits"} {
			if before, after := of(was.Channel, metric), of(slow, metric); before != 0 || after != 1 {
				t.Errorf("%s: %d of the old channel, %d of the new one", metric, before, after)
			}
		}
		if n := count(t, s, "SELECT COUNT(*) FROM leads WHERE enquiry = ? AND channel = ?", e.ID, was.Channel); n != 1 {
			t.Errorf("%d source records of the channel of entry", n)
		}
		s.Check(t)
		if got := undo(s, ctx); got != "<nil>" || enquiry(t, s, e.ID).Channel != was.Channel || of(was.Channel, "visits") != 1 || of(slow, "visits") != 0 {
			t.Errorf("undo = %s, %+v", got, enquiry(t, s, e.ID))
		}

		other := must(contracts.AddCourse.Run(s.IT(), s.Ops, contracts.CourseInput{Code: "other", NameZH: "编程", NameEN: "Coding", Needs: []contracts.Question{{Code: "goal", NameZH: "目标", Kind: "text", Required: true}}}))(t).ID
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, CourseID: other, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}))(t)
		if n := count(t, s, "SELECT COUNT(*) FROM insight_visits WHERE enquiry = ? AND course = ?", e.ID, other.String()); n != 1 {
			t.Error("a visit that found another course counts for the old one")
		}
		s.Check(t)

		fresh := s.Enquiry(t, s.HD)
		before := enquiry(t, s, fresh.ID)
		must(sales.ChangeEnquiry.Run(s.Consultant(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: fresh.ID, ChannelID: &slow, CourseID: &id.None}))(t)
		if got := enquiry(t, s, fresh.ID); !got.ContactDue.Equal(before.Entered.Add(240*time.Minute)) || !got.Course.IsNone() {
			t.Errorf("due %s, course %s", got.ContactDue, got.Course)
		}
		touch(t, s, fresh.ID, "")
		due := enquiry(t, s, fresh.ID).ContactDue
		must(sales.ChangeEnquiry.Run(s.Consultant(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: fresh.ID, ChannelID: &before.Channel}))(t)
		if got := enquiry(t, s, fresh.ID); !got.ContactDue.Equal(due) {
			t.Errorf("after the first contact: due %s, was %s", got.ContactDue, due)
		}
		s.Check(t)
	})
}

func TestSAL1_ChangeRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, nobody := s.Enquiry(t, s.HD), id.MustParse("01900000-0000-7000-8000-000000000000")
		now, slow := enquiry(t, s, e.ID), channelNamed(t, s, "slow", 240)
		old := now.Version - 1
		lost := s.Enquiry(t, s.HD)
		must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: lost.ID, Reason: "price"}))(t)
		other := must(contracts.AddCourse.Run(s.IT(), s.Ops, contracts.CourseInput{Code: "other", NameZH: "编程", NameEN: "Coding", Needs: []contracts.Question{{Code: "goal", NameZH: "目标", Kind: "text", Required: true}}}))(t).ID
		beside := must(sales.Enter.Run(s.Principal(s.HD), s.Ops, sales.EnterInput{PersonID: e.PersonID, CenterID: s.HD, CourseID: other}))(t)
		cases := map[string]refused{}
		for name, row := range map[string]struct {
			in   sales.ChangeEnquiryInput
			want string
		}{
			"nothing":         {sales.ChangeEnquiryInput{EnquiryID: e.ID, ChannelID: &now.Channel}, "422 nothing-changed enquiry_id:"},
			"unknown channel": {sales.ChangeEnquiryInput{EnquiryID: e.ID, ChannelID: &nobody}, "422 invalid channel_id:unknown"},
			"unknown course":  {sales.ChangeEnquiryInput{EnquiryID: e.ID, CourseID: &nobody}, "422 invalid course_id:unknown"},
			"another matter":  {sales.ChangeEnquiryInput{EnquiryID: beside.ID, CourseID: &s.Course}, "422 invalid course_id:open-enquiry"},
			"ended":           {sales.ChangeEnquiryInput{EnquiryID: lost.ID, CourseID: &id.None}, "422 already-ended enquiry_id:"},
			"stale":           {sales.ChangeEnquiryInput{EnquiryID: e.ID, Version: &old, ChannelID: &slow}, "412 stale"},
		} {
			cases[name] = refused{func() error { return second(sales.ChangeEnquiry.Run(s.Principal(s.HD), s.Ops, row.in)) }, row.want}
		}
		in := sales.ChangeEnquiryInput{EnquiryID: e.ID, CourseID: &id.None}
		cases["colleague"] = refused{func() error { return second(sales.ChangeEnquiry.Run(s.Consultant2(s.HD), s.Ops, in)) }, "404 not-found"}
		cases["other center"] = refused{func() error { return second(sales.ChangeEnquiry.Run(s.Principal(s.CY), s.Ops, in)) }, "404 not-found"}
		cases["front desk"] = refused{func() error { return second(sales.ChangeEnquiry.Run(s.FrontDesk(s.HD), s.Ops, in)) }, "403 forbidden"}
		refuse(t, s, cases)
		if facts := s.Facts(t); slices.Contains(facts, "sales.enquiry-changed.1") {
			t.Errorf("facts = %v", facts)
		}
	})
}
