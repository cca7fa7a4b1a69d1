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

func undo(s *testkit.School, ctx context.Context) string {
	return refusal(s.Ops.Undo(ctx, op.Offered(ctx)))
}

// What came after is not lost by an undo, though it stands on another record than the fact: a touch is not taken back under an appointment
// that followed, nor a loss after a further call.
func TestUIB2_UndoRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		const changed = "422 undo-changed undo:"
		ctx := op.WithUndo(s.Consultant(s.HD))
		e := s.Enquiry(t, s.HD)
		do := func(d deed, e sales.Entered) {
			t.Helper()
			if done, err := try(ctx, s, d, e); !done || err != nil {
				t.Fatalf("%s: %t %v", d.name, done, err)
			}
		}
		do(deeds[0], e)
		touched := ctx
		must(sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().Add(time.Hour)}))(t)
		if got := undo(s, touched); got != changed {
			t.Errorf("a touch before an appointment: %s", got)
		}
		ctx = op.WithUndo(s.Consultant(s.HD))
		do(deeds[2], e)
		touch(t, s, e.ID, "")
		if got := undo(s, ctx); got != changed {
			t.Errorf("a loss before a call: %s", got)
		}
		if got := enquiry(t, s, e.ID); got.Stage != sales.Invited || got.Outcome != "open" {
			t.Errorf("enquiry = %+v", got)
		}

		ctx = op.WithUndo(s.FrontDesk(s.HD))
		_, a := s.Appointment(t, s.HD)
		v := must(sales.CheckIn.Run(ctx, s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}))(t)
		refuse(t, s, map[string]refused{
			"a check-in whose visit is finished": {func() error { return s.Ops.Undo(ctx, op.Offered(ctx)) }, changed},
			"by the API": {func() error {
				return second(sales.WithdrawCheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.VisitInput{VisitID: v.ID}))
			}, "422 visit-finished visit_id:"},
			"by a consultant": {func() error {
				return second(sales.WithdrawCheckIn.Run(s.Consultant(s.HD), s.Ops, sales.VisitInput{VisitID: v.ID}))
			}, "403 forbidden"},
			"by another center": {func() error {
				return second(sales.WithdrawCheckIn.Run(s.FrontDesk(s.CY), s.Ops, sales.VisitInput{VisitID: v.ID}))
			}, "404 not-found"},
		})
		s.Check(t)
	})
}

// Late is late by every door: ten minutes after it was done, and nothing stays of the attempt. Twice is refused, and so is what was never done.
func TestUIB2_UndoLateOrTwice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		consultant, desk := s.Consultant(s.HD), s.FrontDesk(s.HD)
		contacted := s.Enquiry(t, s.HD)
		ctx := op.WithUndo(consultant)
		if err := deeds[0].do(ctx, s, contacted, id.None); err != nil {
			t.Fatal(err)
		}
		touchID := ask(t, s, consultant, func(ctx context.Context, tx *op.Tx) (id.ID, error) {
			list, err := people.Touches(ctx, tx, contacted.PersonID, 1)
			return list[0].ID, err
		})
		_, cancelled := s.Appointment(t, s.HD)
		must(sales.Move.Run(desk, s.Ops, sales.MoveInput{AppointmentID: cancelled.ID, Starts: at(s, today(s), 15, 0)}))(t)
		moved := ask(t, s, desk, func(ctx context.Context, tx *op.Tx) (sales.Appointment, error) {
			return sales.AppointmentByID(ctx, tx, appointment(t, s, cancelled.ID).MovedTo)
		})
		must(sales.Cancel.Run(desk, s.Ops, sales.AppointmentInput{AppointmentID: moved.ID}))(t)
		_, v := visited(t, s)
		lost := s.Enquiry(t, s.HD)
		must(sales.Lose.Run(consultant, s.Ops, sales.LoseInput{EnquiryID: lost.ID, Reason: "price"}))(t)
		never := s.Enquiry(t, s.HD)
		_, open := s.Appointment(t, s.HD)
		withdraw := func() error {
			return second(people.WithdrawTouch.Run(consultant, s.Ops, people.WithdrawTouchInput{TouchID: touchID}))
		}
		restore := func(key id.ID) func() error {
			return func() error {
				return second(sales.RestoreAppointment.Run(consultant, s.Ops, sales.AppointmentInput{AppointmentID: key}))
			}
		}
		back := func() error { return second(sales.WithdrawCheckIn.Run(desk, s.Ops, sales.VisitInput{VisitID: v.ID})) }
		reopen := func(key id.ID) func() error {
			return func() error {
				return second(sales.ReopenEnquiry.Run(consultant, s.Ops, sales.EnquiryInput{EnquiryID: key}))
			}
		}
		refuse(t, s, map[string]refused{
			"never lost":      {reopen(never.ID), "422 undo-changed undo:"},
			"never cancelled": {restore(open.ID), "422 undo-changed undo:"},
			"moved":           {restore(cancelled.ID), "422 undo-changed undo:"},
			"another's touch": {func() error {
				return second(people.WithdrawTouch.Run(s.Principal(s.HD), s.Ops, people.WithdrawTouchInput{TouchID: touchID}))
			}, "422 not-own-touch touch_id:"},
		})
		s.Clock.Set(s.Clock.Now().Add(op.UndoTime + time.Second))
		const late = "422 undo-late undo:"
		refuse(t, s, map[string]refused{
			"touch": {withdraw, late}, "cancellation": {restore(moved.ID), late}, "check-in": {back, late}, "loss": {reopen(lost.ID), late},
			"offered": {func() error { return s.Ops.Undo(ctx, op.Offered(ctx)) }, late},
		})
		s.Clock.Set(s.Clock.Now().Add(-op.UndoTime))
		for name, do := range map[string]func() error{"touch": withdraw, "cancellation": restore(moved.ID), "check-in": back, "loss": reopen(lost.ID)} {
			if err := do(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			refuse(t, s, map[string]refused{name + " twice": {do, "422 undo-changed undo:"}})
		}
		if err := s.Ops.Undo(ctx, op.Offered(ctx)); refusal(err) != "422 undo-changed undo:" {
			t.Errorf("the offer after that: %s", refusal(err))
		}
		s.Check(t)
	})
}

// The front desk clicked the wrong visitor: the visit leaves the list of the day, nobody has to receive, the consultant is told, and the
// visitor can be checked in by the same appointment later.
func TestUIB2_CheckInTakenBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := op.WithUndo(s.FrontDesk(s.HD))
		_, a := s.Appointment(t, s.HD)
		must(sales.Confirm.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: a.ID}))(t)
		v := must(sales.CheckIn.Run(desk, s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
		same(t, "facts", since(t, s, func() {
			if got := undo(s, desk); got != "<nil>" {
				t.Fatal(got)
			}
		}), []string{"sales.visit-withdrawn.1"})
		if got := appointment(t, s, a.ID).State; got != sales.Confirmed {
			t.Errorf("appointment = %s", got)
		}
		list := ask(t, s, desk, func(ctx context.Context, tx *op.Tx) (sales.VisitList, error) {
			return sales.ListVisits(ctx, tx, sales.VisitFilter{Limit: 50})
		})
		if list.Total != 0 || len(list.Items) != 0 || visit(t, s, v.ID).Withdrawn.IsZero() {
			t.Errorf("visits = %+v", list)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM tasks WHERE subject = ? AND done_at IS NULL", v.ID); n != 0 {
			t.Errorf("%d open tasks", n)
		}
		same(t, "consultant was told", notices(t, s, s.Consultant(s.HD)), []string{"visitor", "visitor-not-here"})
		refuse(t, s, map[string]refused{"talk": {func() error {
			return second(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}))
		}, "422 visit-withdrawn visit_id:"}})
		must(sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
		s.Check(t)
	})
}
