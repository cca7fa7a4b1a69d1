package sales_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func visit(t *testing.T, s *testkit.School, key id.ID) sales.Visit {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (sales.Visit, error) { return sales.VisitByID(ctx, tx, key) })
}

// The desk checks in by the appointment: a visit, the consultant has a task and is told.
func TestSAL5_CheckIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, a := s.Appointment(t, s.HD)
		s.Clock.Set(a.Starts.Add(-5 * time.Minute))
		var v sales.VisitAnswer
		same(t, "facts", since(t, s, func() {
			v = must(sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
		}), []string{"sales.visit-checked-in.1"})
		got := visit(t, s, v.ID)
		if got.Enquiry != e.ID || got.Person != e.PersonID || got.Appointment != a.ID || got.Center != s.HD || got.Consultant != e.Consultant || !got.Arrived.Equal(s.Clock.Now()) || got.Day != today(s) || !got.Finished.IsZero() {
			t.Errorf("visit = %+v", got)
		}
		if v.Stage != sales.Visited || v.Person != e.PersonID || v.Enquiry != e.ID || appointment(t, s, a.ID).State != sales.Arrived {
			t.Errorf("answer = %+v", v)
		}
		if e := enquiry(t, s, e.ID); e.NextStep != "finish-visit" || e.NextDay != today(s) {
			t.Errorf("then %q on %s", e.NextStep, e.NextDay)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM tasks WHERE kind = 'receive' AND subject = ? AND staff = ? AND done_at IS NULL", v.ID, e.Consultant); n != 1 {
			t.Errorf("%d tasks", n)
		}
		same(t, "consultant was told", notices(t, s, s.Consultant(s.HD)), []string{"visitor"})
		s.Check(t)
	})
}

func TestSAL5_CheckInRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, ahead := s.Appointment(t, s.HD)
		m := must(sales.Move.Run(s.FrontDesk(s.HD), s.Ops, sales.MoveInput{AppointmentID: ahead.ID, Starts: at(s, today(s)+1, 15, 0)}))(t)
		_, a := s.Appointment(t, s.HD)
		_, gone := s.Appointment(t, s.HD)
		must(sales.Cancel.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: gone.ID}))(t)
		_, v := visited(t, s)
		arrived := visit(t, s, v.ID).Appointment
		do := func(ctx context.Context, key id.ID) func() error {
			return func() error { return second(sales.CheckIn.Run(ctx, s.Ops, sales.CheckInInput{AppointmentID: key})) }
		}
		desk := s.FrontDesk(s.HD)
		refuse(t, s, map[string]refused{
			"twice":        {do(desk, arrived), "422 not-open appointment_id:"},
			"cancelled":    {do(desk, gone.ID), "422 not-open appointment_id:"},
			"moved":        {do(desk, ahead.ID), "422 not-open appointment_id:"},
			"for tomorrow": {do(desk, m.ID), "422 other-day appointment_id:"},
			"other center": {do(s.FrontDesk(s.CY), a.ID), "404 not-found"},
			"consultant":   {do(s.Consultant(s.HD), a.ID), "403 forbidden"},
			"finance":      {do(s.Finance(s.HD), a.ID), "403 forbidden"},
			"unknown":      {do(desk, s.Clock.NewID()), "404 not-found"},
			"none":         {do(desk, id.None), "422 invalid appointment_id:required"},
		})
	})
}

// Two desks at once: one visit, and the other is refused.
func TestSAL5_CheckInAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, a := s.Appointment(t, s.HD)
		ctx := s.FrontDesk(s.HD)
		errs := make(chan error, 8)
		for range cap(errs) {
			go func() { errs <- second(sales.CheckIn.Run(ctx, s.Ops, sales.CheckInInput{AppointmentID: a.ID})) }()
		}
		in := 0
		for range cap(errs) {
			switch got := refusal(<-errs); got {
			case "<nil>":
				in++
			case "422 not-open appointment_id:", "412 stale":
			default:
				t.Error(got)
			}
		}
		if n := count(t, s, "SELECT COUNT(*) FROM visits"); in != 1 || n != 1 {
			t.Errorf("%d acknowledged, %d visits", in, n)
		}
		s.Check(t)
	})
}

// Somebody who is not known: person, enquiry and visit in one go, one fact of each inner operation.
func TestSAL5_WalkIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		var v sales.VisitAnswer
		same(t, "facts", since(t, s, func() {
			v = must(sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{Name: "何静", Phone: "138 0013 8000", CourseID: s.Course, ConsultantID: s.StaffID(s.Consultant(s.HD))}))(t)
		}), []string{"people.person-registered.1", "sales.enquiry-entered.1", "sales.walked-in.1"})
		e := enquiry(t, s, v.Enquiry)
		if v.Stage != sales.Visited || e.Stage != sales.Visited || !e.WalkIn || !e.ContactDue.IsZero() || e.Center != s.HD || e.Consultant != s.StaffID(s.Consultant(s.HD)) || e.Course != s.Course {
			t.Errorf("enquiry = %+v", e)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM channels WHERE id = ? AND walk_in = TRUE", e.Channel); n != 1 {
			t.Errorf("channel = %s", e.Channel)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM contact_points WHERE person = ? AND value = '+8613800138000'", v.Person); n != 1 {
			t.Errorf("%d phones", n)
		}
		same(t, "consultant was told", notices(t, s, s.Consultant(s.HD)), []string{"visitor"})
		if rows := work(t, s); len(rows) != 1 || rows[0].Why != "due" || rows[0].NextStep != "finish-visit" {
			t.Errorf("work list = %+v", rows)
		}
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}))(t)
		touch(t, s, v.Enquiry, "")
		if rows := work(t, s); len(rows) != 0 {
			t.Errorf("work list after the next day was agreed: %+v", rows)
		}
		s.Check(t)
	})
}

// A visitor who walked in, and was called for tomorrow by somebody else, does not stay on the list of today (SAL-3).
func TestSAL5_WalkInLeavesTheWorkList(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		v := must(sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{Name: "何静", CourseID: s.Course, ConsultantID: s.StaffID(s.Consultant(s.HD))}))(t)
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}))(t)
		if rows := work(t, s); len(rows) != 1 || rows[0].NextStep != "make-quote" {
			t.Errorf("work list = %+v", rows)
		}
		must(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: v.Enquiry, Packages: []id.ID{s.Package}}))(t)
		if e := enquiry(t, s, v.Enquiry); !e.FirstTouch.IsZero() || e.NextDay != today(s)+2 {
			t.Fatalf("enquiry = %+v", e)
		}
		if rows := work(t, s); len(rows) != 0 {
			t.Errorf("work list with the next step in two days: %+v", rows)
		}
		s.Clock.Set(at(s, today(s)+2, 10, 0))
		if rows := work(t, s); len(rows) != 1 || rows[0].NextStep != "follow-quote" || rows[0].Why != "due" {
			t.Errorf("work list in two days: %+v", rows)
		}
	})
}

// Somebody who is known comes back to an open enquiry: it is taken up, and no second one is made.
func TestSAL5_WalkInOfAKnownPerson(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		var v sales.VisitAnswer
		same(t, "facts", since(t, s, func() {
			v = must(sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{PersonID: e.PersonID}))(t)
		}), []string{"sales.walked-in.1"})
		if v.Enquiry != e.ID || v.Stage != sales.Visited || v.Consultant != e.Consultant {
			t.Errorf("visit = %+v", v)
		}
		ended := s.Enquiry(t, s.HD)
		must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: ended.ID, Reason: "price"}))(t)
		same(t, "facts", since(t, s, func() {
			v = must(sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{PersonID: ended.PersonID}))(t)
		}), []string{"sales.enquiry-entered.1", "sales.walked-in.1"})
		if v.Enquiry == ended.ID || v.Person != ended.PersonID || enquiry(t, s, ended.ID).Stage != sales.Lost {
			t.Errorf("visit = %+v", v)
		}
		s.Check(t)
	})
}

// Who comes while the enquiry lies in the pool is given to the consultant whom the desk names, else by rule; an owner stays (SAL-5, PPL-8).
func TestSAL5_WalkInOutOfThePool(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, second := s.FrontDesk(s.HD), s.StaffID(s.Consultant2(s.HD))
		e := enquiry(t, s, pooledOne(t, s))
		var v sales.VisitAnswer
		same(t, "facts", since(t, s, func() {
			v = must(sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{PersonID: e.Person, ConsultantID: second}))(t)
		}), []string{"sales.enquiry-assigned.1", "sales.walked-in.1"})
		if got := enquiry(t, s, e.ID); v.Enquiry != e.ID || v.Consultant != second || got.Consultant != second || got.Stage != sales.Visited {
			t.Errorf("named by the desk: %+v, enquiry %+v", v, got)
		}
		byRule := enquiry(t, s, pooledOne(t, s))
		v = must(sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{PersonID: byRule.Person}))(t)
		if v.Consultant.IsNone() || enquiry(t, s, byRule.ID).Consultant != v.Consultant {
			t.Errorf("by rule: %+v", v)
		}
		owned := s.Enquiry(t, s.HD)
		if owned.Consultant == second {
			t.Fatal("the enquiry is to be another's")
		}
		if v = must(sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{PersonID: owned.PersonID, ConsultantID: second}))(t); v.Consultant != owned.Consultant {
			t.Errorf("an owner does not stay: %+v", v)
		}
		s.Check(t)
	})
}

func TestSAL5_WalkInRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		there := s.Enquiry(t, s.CY)
		do := func(ctx context.Context, in sales.WalkInInput) func() error {
			return func() error { return second(sales.WalkIn.Run(ctx, s.Ops, in)) }
		}
		desk := s.FrontDesk(s.HD)
		refuse(t, s, map[string]refused{
			"nobody":               {do(desk, sales.WalkInInput{}), "422 invalid name:nobody"},
			"bad phone":            {do(desk, sales.WalkInInput{Name: "何", Phone: "12"}), "422 invalid phone:bad-phone"},
			"unknown course":       {do(desk, sales.WalkInInput{Name: "何", CourseID: s.HD}), "422 invalid course_id:unknown"},
			"unknown channel":      {do(desk, sales.WalkInInput{Name: "何", ChannelID: s.HD}), "422 invalid channel_id:unknown"},
			"nobody's consultant":  {do(desk, sales.WalkInInput{Name: "何", ConsultantID: s.HD}), "422 invalid consultant_id:not-consultant"},
			"the desk itself":      {do(desk, sales.WalkInInput{Name: "何", ConsultantID: s.StaffID(desk)}), "422 invalid consultant_id:not-consultant"},
			"another's consultant": {do(desk, sales.WalkInInput{Name: "何", ConsultantID: s.StaffID(s.Consultant(s.CY))}), "422 invalid consultant_id:not-consultant"},
			"another center":       {do(desk, sales.WalkInInput{Name: "何", CenterID: s.CY}), "404 not-found"},
			"another's person":     {do(desk, sales.WalkInInput{PersonID: there.PersonID}), "404 not-found"},
			"consultant":           {do(s.Consultant(s.HD), sales.WalkInInput{Name: "何"}), "403 forbidden"},
			"without a center":     {do(s.System(), sales.WalkInInput{Name: "何"}), "422 invalid center_id:required"},
		})
	})
}

// A visit ends with the needs analysis and what came of it.
func TestSAL6_FinishVisit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for outcome, c := range map[string]struct {
			in    sales.FinishVisitInput
			stage sales.Stage
			next  string
		}{
			"quote": {sales.FinishVisitInput{Needs: map[string]string{"goal": " 口语 ", "level": ""}}, sales.Visited, "make-quote"},
			"think": {sales.FinishVisitInput{Needs: map[string]string{"goal": "口语", "level": "A1"}}, sales.Visited, "call-back"},
			"lost":  {sales.FinishVisitInput{LostReason: "price"}, sales.Lost, ""},
		} {
			e, v := visited(t, s)
			c.in.VisitID, c.in.Outcome = v.ID, outcome
			var a sales.VisitAnswer
			same(t, "facts", since(t, s, func() { a = must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, c.in))(t) }), []string{"sales.visit-finished.1"})
			got, is := visit(t, s, v.ID), enquiry(t, s, e.ID)
			if a.Stage != c.stage || is.Stage != c.stage || is.NextStep != c.next || got.Outcome != outcome || got.LostReason != c.in.LostReason || !got.Finished.Equal(s.Clock.Now()) || is.LostReason != c.in.LostReason {
				t.Errorf("%s: %+v, %+v", outcome, got, is)
			}
			for code, text := range c.in.Needs {
				if got.Needs[code] != strings.TrimSpace(text) {
					t.Errorf("%s: needs = %v", outcome, got.Needs)
				}
			}
			if n := count(t, s, "SELECT COUNT(*) FROM tasks WHERE subject = ? AND done_at IS NULL", v.ID); n != 0 {
				t.Errorf("%s: the task to receive is open", outcome)
			}
		}
		if n := count(t, s, "SELECT COUNT(*) FROM events WHERE payload LIKE '%口语%'"); n != 0 {
			t.Errorf("%d events hold an answer", n)
		}
		s.Check(t)
	})
}

func TestSAL6_FinishVisitRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		done := analysed(t, s)
		_, v := visited(t, s)
		noCourse := must(sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{Name: "何静", ConsultantID: s.StaffID(s.Consultant(s.HD))}))(t)
		finished := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]sales.Visit, error) { return sales.VisitsOf(ctx, tx, done.ID) })[0]
		do := func(ctx context.Context, edit func(in *sales.FinishVisitInput)) func() error {
			in := sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}
			if edit != nil {
				edit(&in)
			}
			return func() error { return second(sales.FinishVisit.Run(ctx, s.Ops, in)) }
		}
		own := s.Consultant(s.HD)
		refuse(t, s, map[string]refused{
			"no analysis":       {do(own, func(in *sales.FinishVisitInput) { in.Needs = nil }), "422 invalid needs.goal:required"},
			"blanks":            {do(own, func(in *sales.FinishVisitInput) { in.Needs["goal"] = " \u3000 " }), "422 invalid needs.goal:required"},
			"other question":    {do(own, func(in *sales.FinishVisitInput) { in.Needs["shoe-size"] = "36" }), "422 invalid needs.shoe-size:unknown-question"},
			"long answer":       {do(own, func(in *sales.FinishVisitInput) { in.Needs["level"] = strings.Repeat("长", 1001) }), "422 invalid needs.level:too-long"},
			"no outcome":        {do(own, func(in *sales.FinishVisitInput) { in.Outcome = "" }), "422 invalid outcome:required"},
			"unknown outcome":   {do(own, func(in *sales.FinishVisitInput) { in.Outcome = "signed" }), "422 invalid outcome:not-one-of"},
			"lost, no reason":   {do(own, func(in *sales.FinishVisitInput) { in.Outcome, in.Needs = "lost", nil }), "422 invalid lost_reason:loss-reason"},
			"lost, other words": {do(own, func(in *sales.FinishVisitInput) { in.Outcome, in.LostReason = "lost", "太远" }), "422 invalid lost_reason:loss-reason"},
			"unknown course":    {do(own, func(in *sales.FinishVisitInput) { in.CourseID = s.HD }), "422 invalid course_id:unknown"},
			"no course":         {do(own, func(in *sales.FinishVisitInput) { in.VisitID, in.Needs = noCourse.ID, nil }), "422 invalid course_id:required"},
			"finished":          {do(own, func(in *sales.FinishVisitInput) { in.VisitID = finished.ID }), "422 visit-finished visit_id:"},
			"colleague":         {do(s.Consultant2(s.HD), nil), "404 not-found"},
			"other center":      {do(s.Principal(s.CY), nil), "404 not-found"},
			"front desk":        {do(s.FrontDesk(s.HD), nil), "403 forbidden"},
			"general manager":   {do(s.GM(), nil), "403 forbidden"},
		})
		must(sales.FinishVisit.Run(own, s.Ops, sales.FinishVisitInput{VisitID: noCourse.ID, CourseID: s.Course, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}))(t)
		if e := enquiry(t, s, noCourse.Enquiry); e.Course != s.Course {
			t.Errorf("the course talked about is not kept: %+v", e)
		}
	})
}

// What is asked are the questions of the course as they are now: more mandatory ones, more are needed (SAL-6).
func TestSAL6_QuestionsAreTheCourses(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		course := must(contracts.AddCourse.Run(s.IT(), s.Ops, contracts.CourseInput{Code: "MATH", NameZH: "数学", NameEN: "Maths", Needs: []contracts.Question{
			{Code: "grade", NameZH: "年级", NameEN: "Grade", Required: true}, {Code: "score", NameZH: "成绩", NameEN: "Score", Required: true},
		}}))(t)
		_, v := visited(t, s)
		in := sales.FinishVisitInput{VisitID: v.ID, CourseID: course.ID, Needs: map[string]string{"grade": "3"}, Outcome: "quote"}
		refuse(t, s, map[string]refused{
			"one of two": {func() error { return second(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, in)) }, "422 invalid needs.score:required"},
		})
		in.Needs["score"] = "95"
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, in))(t)
		if got := slices.Sorted(maps.Keys(visit(t, s, v.ID).Needs)); !slices.Equal(got, []string{"grade", "score"}) {
			t.Errorf("answers = %v", got)
		}
	})
}
