package sales

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// AppointmentInput names an appointment.
type AppointmentInput struct {
	AppointmentID id.ID `json:"appointment_id" path:"id"`
}

func (in AppointmentInput) ref() op.Ref { return op.Ref{Kind: "appointment", ID: in.AppointmentID} }

// Next steps that follow from an appointment and a visit; they are on the list next-step (people.NextSteps).
const (
	nextVisit  = "visit"        // on the day of the appointment
	nextFinish = "finish-visit" // the visitor is here
	nextInvite = "invite"
	nextCall   = "first-contact"
	nextAsk    = "ask-no-show"
)

// comes says what comes next with an enquiry that can still sign, and when; cause is what made it so.
func comes(ctx context.Context, tx *op.Tx, e Enquiry, cause id.ID, step string, day bizdate.Date) error {
	if !e.Stage.Open() {
		return nil
	}
	e.remember(cause)
	e.NextStep, e.NextDay = step, day
	return tx.Save(ctx, &e, "past", "next_step", "next_day")
}

// Confirm notes that the prospect confirmed (SAL-4). Refused: not-open.
var Confirm = op.Op[AppointmentInput, BookedAppointment]{
	Name: "sales.confirm-appointment", Rule: "SAL-4", Needs: "appointment:update", Fact: facts.AppointmentConfirmed{}, Subject: AppointmentInput.ref, Undo: "sales.restore-appointment",
	Do: func(ctx context.Context, tx *op.Tx, in AppointmentInput) (BookedAppointment, error) {
		return step(ctx, tx, in, Confirmed, "", func(s facts.AppointmentState) event.Fact { return facts.AppointmentConfirmed{AppointmentState: s} })
	},
}

// Cancel notes that the appointment will not take place; the owner invites again (SAL-4). Refused: not-open.
var Cancel = op.Op[AppointmentInput, BookedAppointment]{
	Name: "sales.cancel-appointment", Rule: "SAL-4", Needs: "appointment:update", Fact: facts.AppointmentCancelled{}, Subject: AppointmentInput.ref, Undo: "sales.restore-appointment",
	Do: func(ctx context.Context, tx *op.Tx, in AppointmentInput) (BookedAppointment, error) {
		return step(ctx, tx, in, Cancelled, nextInvite, func(s facts.AppointmentState) event.Fact { return facts.AppointmentCancelled{AppointmentState: s} })
	},
}

// Miss notes that nobody came; the owner is asked for the next step (SAL-4). Refused: not-open, not-due, was-received.
var Miss = op.Op[AppointmentInput, BookedAppointment]{
	Name: "sales.miss-appointment", Rule: "SAL-4", Needs: "appointment:update", Fact: facts.AppointmentMissed{}, Subject: AppointmentInput.ref, Do: miss,
	Undo: "sales.restore-appointment",
}

// received is the condition of an appointment a whose person was received on its day, after it was booked.
const received = "EXISTS (SELECT 1 FROM visits v WHERE v.person = a.person AND v.day = a.day AND v.id > a.id AND v.withdrawn_at IS NULL)"

func miss(ctx context.Context, tx *op.Tx, in AppointmentInput) (BookedAppointment, error) {
	a, err := loadAppointment(ctx, tx, in.AppointmentID)
	if err != nil {
		return BookedAppointment{}, err
	}
	if a.Starts.After(tx.Now) {
		return BookedAppointment{}, problem.Refuse("SAL-4", "not-due", problem.Field{Location: "appointment_id", Value: a.ID})
	}
	var here int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM appointments a WHERE a.id = ? AND "+received, []any{a.ID}, &here); err != nil {
		return BookedAppointment{}, fmt.Errorf("look for visit of the day: %w", err)
	}
	if here > 0 {
		return BookedAppointment{}, problem.Refuse("SAL-4", "was-received", problem.Field{Location: "appointment_id", Value: a.ID})
	}
	return step(ctx, tx, in, NoShow, nextAsk, func(s facts.AppointmentState) event.Fact { return facts.AppointmentMissed{AppointmentState: s} })
}

// step brings an appointment to another state; next is what the enquiry's owner does about it today, if anything.
func step(ctx context.Context, tx *op.Tx, in AppointmentInput, to AppointmentState, next string, fact func(facts.AppointmentState) event.Fact) (BookedAppointment, error) {
	a, err := loadAppointment(ctx, tx, in.AppointmentID)
	if err != nil {
		return BookedAppointment{}, err
	}
	if err := a.open(); err != nil {
		return BookedAppointment{}, err
	}
	e, err := loadEnquiry(ctx, tx, a.Enquiry)
	if err != nil {
		return BookedAppointment{}, err
	}
	a.Was, a.State = a.State, to
	if err := tx.Save(ctx, &a, "state", "was"); err != nil {
		return BookedAppointment{}, err
	}
	if next != "" {
		if err := comes(ctx, tx, e, a.ID, next, tx.Today(a.Center)); err != nil {
			return BookedAppointment{}, err
		}
	}
	if to != Cancelled || a.Starts.After(tx.Now) {
		tx.Undoable(in)
	}
	tx.Record(a.ID, fact(a.state(e)))
	return a.answer(), nil
}
