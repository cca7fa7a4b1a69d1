package sales_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// A loss cancels the appointment that is still ahead, and tells who invited; with the loss taken back in time it is booked again (SAL-4).
func TestSAL4_LossEndsTheAppointment(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		principal := s.Principal(s.HD)
		for name, lose := range map[string]func(ctx context.Context, e sales.Entered) error{
			"lost": func(ctx context.Context, e sales.Entered) error {
				return second(sales.Lose.Run(ctx, s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))
			},
			"closed by a call": func(ctx context.Context, e sales.Entered) error {
				return second(people.RecordTouch.Run(ctx, s.Ops, people.TouchInput{EnquiryID: e.ID, Channel: "call", Result: "not-interested", Closed: "price"}))
			},
		} {
			e, a := s.Appointment(t, s.HD)
			told := len(notices(t, s, s.Consultant(s.HD)))
			ctx := op.WithUndo(principal)
			if err := lose(ctx, e); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := appointment(t, s, a.ID).State; got != sales.Cancelled {
				t.Errorf("%s: appointment %s", name, got)
			}
			same(t, name+": inviter was told", notices(t, s, s.Consultant(s.HD))[told:], []string{"appointment-ended"})
			if got := undo(s, ctx); got != "<nil>" {
				t.Errorf("%s: undo = %s", name, got)
			}
			if got := appointment(t, s, a.ID).State; got != sales.Booked {
				t.Errorf("%s: appointment after the undo %s", name, got)
			}
			same(t, name+": inviter was told again", notices(t, s, s.Consultant(s.HD))[told:], []string{"appointment-ended", "appointment-again"})

			s.Clock.Set(a.Starts.Add(-time.Minute))
			ctx = op.WithUndo(principal)
			if err := lose(ctx, e); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			s.Clock.Set(a.Starts.Add(time.Minute))
			if got := undo(s, ctx); got != "<nil>" {
				t.Errorf("%s: undo = %s", name, got)
			}
			if got, e := appointment(t, s, a.ID).State, enquiry(t, s, e.ID); got != sales.Cancelled || e.Stage != sales.Invited {
				t.Errorf("%s: appointment whose time is over %s, enquiry %s", name, got, e.Stage)
			}
			s.Clock.Set(a.Starts.Add(time.Hour))
		}
		// lost at reception, with another appointment ahead
		e, v := visited(t, s)
		b := must(sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: at(s, today(s)+1, 15, 0)}))(t)
		must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Outcome: "lost", LostReason: "price"}))(t)
		if got := appointment(t, s, b.ID).State; got != sales.Cancelled {
			t.Errorf("lost at reception: appointment %s", got)
		}
		s.Check(t)
	})
}

// An appointment whose time is over is no matter of a loss: the day's end makes it a no-show, which the figures count.
func TestSAL4_LossLeavesWhatIsOver(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, a := s.Appointment(t, s.HD)
		s.Clock.Set(a.Starts.Add(time.Minute))
		must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))(t)
		if got := appointment(t, s, a.ID).State; got != sales.Booked {
			t.Errorf("appointment = %s", got)
		}
		s.Clock.Set(a.Starts.Add(13 * time.Hour))
		run(t, s)
		if got := appointment(t, s, a.ID).State; got != sales.NoShow {
			t.Errorf("appointment = %s", got)
		}
		s.Check(t)
	})
}

// Who is expected is checked in, not entered as a walk-in: known by the record, or by phone and name (SAL-4, SAL-5). A brother with the
// same phone is another person.
func TestSAL5_WalkInOfWhoIsExpected(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		first := must(sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{Name: "何静", Phone: "138 0013 8000"}))(t)
		a := must(sales.Book.Run(desk, s.Ops, sales.BookInput{EnquiryID: first.Enquiry, Starts: at(s, today(s), 18, 0)}))(t)
		walk := func(in sales.WalkInInput) func() error {
			return func() error { return second(sales.WalkIn.Run(desk, s.Ops, in)) }
		}
		refuse(t, s, map[string]refused{
			"by the record":     {walk(sales.WalkInInput{PersonID: first.Person}), "422 invalid person_id:has-appointment"},
			"by phone and name": {walk(sales.WalkInInput{Name: "何静", Phone: "13800138000"}), "422 invalid phone:has-appointment"},
		})
		must(sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{Name: "赵小龙", Phone: "13800138000"}))(t)
		must(sales.CheckIn.Run(desk, s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
		must(sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{PersonID: first.Person}))(t)
		s.Check(t)
	})
}

// Who was received that day, after the appointment was booked, did come: neither the job nor the desk calls it a no-show (SAL-4). A visit
// before the booking, or one that was taken back, is no excuse.
func TestSAL4_ReceivedIsNoNoShow(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		here, a := s.Appointment(t, s.HD)
		must(sales.WalkIn.Run(s.System(), s.Ops, sales.WalkInInput{PersonID: here.PersonID, CenterID: s.CY}))(t)
		before := must(sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{Name: "何静"}))(t)
		s.Clock.Set(s.Clock.Now().Add(time.Second))
		b := must(sales.Book.Run(s.FrontDesk(s.HD), s.Ops, sales.BookInput{EnquiryID: before.Enquiry, Starts: s.Clock.Now().Add(time.Hour)}))(t)
		_, c := s.Appointment(t, s.HD)
		v := must(sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: c.ID}))(t)
		must(sales.WithdrawCheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.VisitInput{VisitID: v.ID}))(t)
		s.Clock.Set(a.Starts.Add(13 * time.Hour))
		refuse(t, s, map[string]refused{"by hand": {func() error {
			return second(sales.Miss.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: a.ID}))
		}, "422 was-received appointment_id:"}})
		run(t, s)
		for name, want := range map[string]struct {
			id    id.ID
			state sales.AppointmentState
		}{"received": {a.ID, sales.Booked}, "received before": {b.ID, sales.NoShow}, "taken back": {c.ID, sales.NoShow}} {
			if got := appointment(t, s, want.id).State; got != want.state {
				t.Errorf("%s: %s, want %s", name, got, want.state)
			}
		}
		s.Check(t)
	})
}

// Nobody is expected twice for one enquiry, whichever undos follow each other: of a cancelled appointment, and of the loss that ended
// another (SAL-4, UI-B2).
func TestSAL4_UndosOpenOneAppointment(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.Consultant(s.HD)
		e, a := s.Appointment(t, s.HD)
		cancelled := op.WithUndo(ctx)
		must(sales.Cancel.Run(cancelled, s.Ops, sales.AppointmentInput{AppointmentID: a.ID}))(t)
		b := must(sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: a.Starts.Add(time.Hour)}))(t)
		lost := op.WithUndo(ctx)
		must(sales.Lose.Run(lost, s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))(t)
		if got := undo(s, cancelled); got != "422 undo-changed undo:" {
			t.Errorf("a cancelled appointment of a lost enquiry: %s", got)
		}
		if got := undo(s, lost); got != "<nil>" {
			t.Errorf("the loss: %s", got)
		}
		if a, b := appointment(t, s, a.ID).State, appointment(t, s, b.ID).State; a != sales.Cancelled || b != sales.Booked {
			t.Errorf("appointments %s and %s", a, b)
		}
		s.Check(t)

		e, a = s.Appointment(t, s.HD)
		s.Clock.Set(a.Starts.Add(time.Minute))
		missed := op.WithUndo(s.FrontDesk(s.HD))
		must(sales.Miss.Run(missed, s.Ops, sales.AppointmentInput{AppointmentID: a.ID}))(t)
		b = must(sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: a.Starts.Add(time.Hour)}))(t)
		lost = op.WithUndo(ctx)
		must(sales.Lose.Run(lost, s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))(t)
		if got := undo(s, missed); got != "<nil>" {
			t.Errorf("a missed appointment of a lost enquiry: %s", got)
		}
		if got := undo(s, lost); got != "<nil>" {
			t.Errorf("the loss after it: %s", got)
		}
		if a, b := appointment(t, s, a.ID).State, appointment(t, s, b.ID).State; a != sales.Booked || b != sales.Cancelled {
			t.Errorf("appointments %s and %s", a, b)
		}
		s.Check(t)
	})
}

// A visit of an enquiry that has signed since ends as it may; the enquiry stays signed, without the reason of a loss (SAL-1, SAL-6).
func TestSAL6_LostVisitOfASignedEnquiry(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		consultant := s.Consultant(s.HD)
		e, q := quoted(t, s)
		s.Clock.Set(s.Clock.Now().Add(time.Minute))
		b := must(sales.Book.Run(consultant, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().Add(time.Hour)}))(t)
		v := must(sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: b.ID}))(t)
		c := must(sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
		must(contracts.Sign.Run(consultant, s.Ops, contracts.SignInput{ContractID: c.ID}))(t)
		was := enquiry(t, s, e.ID)
		must(sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: v.ID, Outcome: "lost", LostReason: "price"}))(t)
		if got := enquiry(t, s, e.ID); got.Stage != sales.Signed || got.LostReason != "" || got.NextStep != was.NextStep || got.NextDay != was.NextDay {
			t.Errorf("enquiry = %+v, was %+v", got, was)
		}
		s.Check(t)
	})
}
