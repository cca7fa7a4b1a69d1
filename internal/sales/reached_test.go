package sales_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// Who visited and was lost had visited: the matter that goes on stands there again, not at its beginning, whatever it goes on with (SAL-1).
func TestSAL1_OpenAgainWhereItHadComeTo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		consultant := s.Consultant(s.HD)
		lose := func(e sales.Enquiry) {
			t.Helper()
			must(sales.Lose.Run(consultant, s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))(t)
			if got := enquiry(t, s, e.ID); got.Stage != sales.Lost || got.Reached != e.Stage {
				t.Errorf("lost: stage %s, reached %s; stood at %s", got.Stage, got.Reached, e.Stage)
			}
		}
		visitor, talk := visited(t, s)
		invited, a := s.Appointment(t, s.HD)
		must(sales.Cancel.Run(consultant, s.Ops, sales.AppointmentInput{AppointmentID: a.ID}))(t)
		fresh := s.Enquiry(t, s.HD)
		for _, row := range []struct {
			e    sales.Entered
			want sales.Stage
		}{{visitor, sales.Visited}, {invited, sales.Invited}, {fresh, sales.Contacted}} {
			lose(enquiry(t, s, row.e.ID))
			touch(t, s, row.e.ID, "")
			if got := enquiry(t, s, row.e.ID); got.Stage != row.want || got.Outcome != "open" {
				t.Errorf("after a call: stage %s, want %s", got.Stage, row.want)
			}
		}
		lose(enquiry(t, s, visitor.ID))
		must(sales.Book.Run(consultant, s.Ops, sales.BookInput{EnquiryID: visitor.ID, Starts: at(s, today(s)+1, 15, 0)}))(t)
		if got := enquiry(t, s, visitor.ID); got.Stage != sales.Visited || got.Outcome != "open" {
			t.Errorf("invited again: stage %s", got.Stage)
		}
		lose(enquiry(t, s, visitor.ID))
		must(sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: talk.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}))(t)
		if got := enquiry(t, s, visitor.ID); got.Stage != sales.Visited || got.Outcome != "open" || got.LostReason != "" {
			t.Errorf("talked with after the loss: %+v", got)
		}
		s.Check(t)
	})
}

// A booking that is taken back leaves nothing: neither the stage, nor the step of the process, nor a count; who confirmed since keeps it.
func TestUIB2_BookingTakenBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		touch(t, s, e.ID, "")
		book := func() (a sales.BookedAppointment, undo func() string) {
			ctx := op.WithUndo(s.Consultant(s.HD))
			a = must(sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: at(s, today(s)+1, 15, 0)}))(t)
			return a, func() string { return refusal(s.Ops.Undo(ctx, op.Offered(ctx))) }
		}
		a, back := book()
		same(t, "facts", since(t, s, func() {
			if got := back(); got != "<nil>" {
				t.Fatal(got)
			}
		}), []string{"sales.appointment-withdrawn.1"})
		got := enquiry(t, s, e.ID)
		if got.Stage != sales.Contacted || got.NextStep == "visit" || appointment(t, s, a.ID).State != sales.Cancelled {
			t.Errorf("enquiry %s, next %s, appointment %s", got.Stage, got.NextStep, appointment(t, s, a.ID).State)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM case_steps WHERE case_id = ? AND step = 'invitation'", e.ID); n != 0 {
			t.Error("the step of the process stands")
		}
		b, back := book()
		must(sales.Confirm.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: b.ID}))(t)
		if got := back(); got != "422 undo-changed undo:" {
			t.Errorf("a confirmed one: %s", got)
		}
		c, _ := s.Appointment(t, s.HD)
		s.Clock.Set(s.Clock.Now().Add(op.UndoTime + time.Second))
		refuse(t, s, map[string]refused{
			"late": {func() error {
				return second(sales.WithdrawAppointment.Run(s.Consultant(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: newest(s, c.ID)}))
			}, "422 undo-late undo:"},
			"another center": {func() error {
				return second(sales.WithdrawAppointment.Run(s.FrontDesk(s.CY), s.Ops, sales.AppointmentInput{AppointmentID: b.ID}))
			}, "404 not-found"},
		})
		s.Check(t)
	})
}

// A walk-in that was a wrong click: the visit counts no more, the enquiry that began with it stays, to be called; who was talked with since
// was here.
func TestUIB2_WalkInTakenBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		walk := func(in sales.WalkInInput) (v sales.VisitAnswer, undo func() string) {
			ctx := op.WithUndo(s.FrontDesk(s.HD))
			v = must(sales.WalkIn.Run(ctx, s.Ops, in))(t)
			return v, func() string { return refusal(s.Ops.Undo(ctx, op.Offered(ctx))) }
		}
		v, back := walk(sales.WalkInInput{Name: "何静"})
		same(t, "facts", since(t, s, func() {
			if got := back(); got != "<nil>" {
				t.Fatal(got)
			}
		}), []string{"sales.visit-withdrawn.1"})
		got := enquiry(t, s, v.Enquiry)
		if got.Stage != sales.New || got.NextStep != "first-contact" || got.NextDay != today(s) || visit(t, s, v.ID).Withdrawn.IsZero() {
			t.Errorf("enquiry = %+v", got)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM tasks WHERE subject = ? AND done_at IS NULL", v.ID); n != 0 {
			t.Errorf("%d open tasks", n)
		}
		w, back := walk(sales.WalkInInput{Name: "赵小龙"})
		must(people.RecordTouch.Run(s.Principal(s.HD), s.Ops, people.TouchInput{EnquiryID: w.Enquiry, Channel: "note", Result: "discuss", NextStep: "call-back", NextDay: today(s) + 1}))(t)
		if got := back(); got != "422 undo-changed undo:" {
			t.Errorf("after a talk: %s", got)
		}
		s.Check(t)
	})
}

// A visit that was finished too early is open again, with the answers in its form, its task and its appointment (UI-B2).
func TestUIB2_FinishTakenBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, v := visited(t, s)
		b := must(sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: at(s, today(s)+1, 15, 0)}))(t)
		ctx := op.WithUndo(s.Consultant(s.HD))
		finish := sales.FinishVisitInput{VisitID: v.ID, CourseID: s.Course, Needs: map[string]string{"goal": "口语"}, Outcome: "lost", LostReason: "price"}
		must(sales.FinishVisit.Run(ctx, s.Ops, finish))(t)
		same(t, "facts", since(t, s, func() {
			if got := undo(s, ctx); got != "<nil>" {
				t.Fatal(got)
			}
		}), []string{"sales.visit-reopened.1"})
		now, talk := enquiry(t, s, e.ID), visit(t, s, v.ID)
		if now.Stage != sales.Visited || now.Outcome != "open" || now.LostReason != "" || !talk.Finished.IsZero() || talk.Outcome != "" || talk.Needs["goal"] != "口语" {
			t.Errorf("enquiry %+v, visit %+v", now, talk)
		}
		if got := appointment(t, s, b.ID).State; got != sales.Booked {
			t.Errorf("appointment = %s", got)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM tasks WHERE subject = ? AND done_at IS NULL", v.ID); n != 1 {
			t.Errorf("%d open tasks", n)
		}
		again := func(ctx context.Context) func() error {
			return func() error { return second(sales.ReopenVisit.Run(ctx, s.Ops, sales.VisitInput{VisitID: v.ID})) }
		}
		refuse(t, s, map[string]refused{
			"not finished": {again(s.Consultant(s.HD)), "422 undo-changed undo:"}, "colleague": {again(s.Consultant2(s.HD)), "404 not-found"},
			"front desk": {again(s.FrontDesk(s.HD)), "403 forbidden"},
		})
		finish.Outcome, finish.LostReason = "quote", ""
		ctx = op.WithUndo(s.Consultant(s.HD))
		must(sales.FinishVisit.Run(ctx, s.Ops, finish))(t)
		must(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}}))(t)
		if got := undo(s, ctx); got != "422 undo-changed undo:" {
			t.Errorf("after a quote: %s", got)
		}
		s.Check(t)
	})
}
