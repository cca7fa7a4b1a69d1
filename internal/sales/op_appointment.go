package sales

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// BookedAppointment is the answer of booking and of the steps of an appointment.
type BookedAppointment struct {
	ID      id.ID            `json:"id"`
	State   AppointmentState `json:"state"`
	Starts  time.Time        `json:"starts_at"`
	Version int64            `json:"version"`
}

func (a Appointment) answer() BookedAppointment {
	return BookedAppointment{ID: a.ID, State: a.State, Starts: a.Starts, Version: a.Version}
}

// latest is how far ahead an appointment may lie.
const latest = 180 * 24 * time.Hour

// Book invites a prospect to a center (SAL-4). Refused: in-past, too-far, already-booked, already-ended, outside
// opening hours; unowned, of the public pool (PPL-8).
var Book = op.Op[BookInput, BookedAppointment]{
	Name: "sales.book-appointment", Rule: "SAL-4", Needs: "appointment:create", Fact: facts.AppointmentBooked{}, Do: book,
	Subject: func(in BookInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} }, Undo: "sales.withdraw-appointment",
}

// hasOpen tells whether somebody is expected for an enquiry; it has one open appointment at most (SAL-4).
func hasOpen(ctx context.Context, tx *op.Tx, enquiry id.ID) (bool, error) {
	var n int64
	err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM appointments WHERE enquiry = ? AND state IN ('booked', 'confirmed')", []any{enquiry}, &n)
	if err != nil {
		return false, fmt.Errorf("look for open appointment: %w", err)
	}
	return n > 0, nil
}

// BookInput says who comes when; the rest is in the enquiry.
type BookInput struct {
	EnquiryID id.ID     `json:"enquiry_id"`
	Starts    time.Time `json:"starts_at"`
	CenterID  id.ID     `json:"center_id,omitempty" doc:"the enquiry's if left out"`
}

func book(ctx context.Context, tx *op.Tx, in BookInput) (BookedAppointment, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return BookedAppointment{}, err
	}
	if err := e.owned("SAL-4"); err != nil {
		return BookedAppointment{}, err
	}
	center := e.Center
	if center.IsNone() {
		center = in.CenterID
	}
	expected, err := hasOpen(ctx, tx, e.ID)
	if err != nil {
		return BookedAppointment{}, err
	}
	var bad problem.Invalid
	if center.IsNone() || !in.CenterID.IsNone() && in.CenterID != center {
		bad.Add("center_id", "unknown", in.CenterID)
	}
	checkTime(&bad, tx, center, in.Starts)
	if e.Stage == Signed {
		bad.Add("enquiry_id", "already-ended", e.ID)
	}
	if expected {
		bad.Add("enquiry_id", "already-booked", e.ID)
	}
	if err := bad.Err("SAL-4"); err != nil {
		return BookedAppointment{}, err
	}
	a := Appointment{
		ID: tx.NewID(), Enquiry: e.ID, Person: e.Person, Center: center, Consultant: e.Consultant, Inviter: tx.Viewer.Staff,
		Starts: in.Starts.UTC(), Day: bizdate.Of(in.Starts, tx.Zone(center)), State: Booked,
	}
	if a.Inviter.IsNone() {
		a.Inviter = e.Consultant
	}
	if err := tx.Insert(ctx, a); err != nil {
		return BookedAppointment{}, err
	}
	f := facts.AppointmentBooked{Matter: e.matter(), Appointment: a.ID, Inviter: a.Inviter, Starts: a.Starts, Day: a.Day}
	f.Center = center
	e.remember(a.ID)
	e.NextStep, e.NextDay = nextVisit, a.Day
	if err := move(ctx, tx, &e, e.after(f), "past", "next_step", "next_day"); err != nil {
		return BookedAppointment{}, err
	}
	tx.Undoable(AppointmentInput{AppointmentID: a.ID})
	tx.Record(a.ID, f)
	return a.answer(), nil
}

// checkTime checks when an appointment is.
func checkTime(bad *problem.Invalid, tx *op.Tx, center id.ID, at time.Time) {
	switch {
	case at.IsZero():
		bad.Add("starts_at", "required", nil)
	case at.Before(tx.Now.Add(-time.Minute)):
		bad.Add("starts_at", "in-past", at)
	case at.After(tx.Now.Add(latest)):
		bad.Add("starts_at", "too-far", at)
	case !center.IsNone() && !organization.Of(tx).Calendar(center).OpenOn(bizdate.Of(at, tx.Zone(center))):
		bad.Add("starts_at", "center-closed-day", at)
	case !center.IsNone() && !organization.Of(tx).Calendar(center).Open(at):
		bad.Add("starts_at", "center-closed", at)
	}
}

// Move gives an appointment another time: the old one is moved, a new one stands for it (SAL-4). Refused: not-open, as Book.
var Move = op.Op[MoveInput, BookedAppointment]{
	Name: "sales.move-appointment", Rule: "SAL-4", Needs: "appointment:update", Fact: facts.AppointmentMoved{}, Do: moveAppointment,
	Subject: func(in MoveInput) op.Ref { return op.Ref{Kind: "appointment", ID: in.AppointmentID} }, Undo: "sales.move-appointment",
}

// MoveInput says to when.
type MoveInput struct {
	AppointmentID id.ID     `json:"appointment_id" path:"id"`
	Starts        time.Time `json:"starts_at"`
}

func moveAppointment(ctx context.Context, tx *op.Tx, in MoveInput) (BookedAppointment, error) {
	a, err := loadAppointment(ctx, tx, in.AppointmentID)
	if err != nil {
		return BookedAppointment{}, err
	}
	if err := a.open(); err != nil {
		return BookedAppointment{}, err
	}
	var bad problem.Invalid
	checkTime(&bad, tx, a.Center, in.Starts)
	if err := bad.Err("SAL-4"); err != nil {
		return BookedAppointment{}, err
	}
	e, err := loadEnquiry(ctx, tx, a.Enquiry)
	if err != nil {
		return BookedAppointment{}, err
	}
	next := a
	next.ID, next.State, next.Was, next.Version, next.Reminded = tx.NewID(), Booked, "", 0, false
	next.Starts, next.Day = in.Starts.UTC(), bizdate.Of(in.Starts, tx.Zone(a.Center))
	if err := tx.Insert(ctx, next); err != nil {
		return BookedAppointment{}, err
	}
	a.State, a.MovedTo = Moved, next.ID
	if err := tx.Save(ctx, &a, "state", "moved_to"); err != nil {
		return BookedAppointment{}, err
	}
	if err := comes(ctx, tx, e, a.ID, nextVisit, next.Day); err != nil {
		return BookedAppointment{}, err
	}
	tx.Undoable(MoveInput{AppointmentID: next.ID, Starts: a.Starts})
	tx.Record(a.ID, facts.AppointmentMoved{AppointmentState: a.state(e), To: next.ID, Starts: next.Starts, ToDay: next.Day})
	return next.answer(), nil
}

// open refuses an appointment that is over (SAL-4).
func (a Appointment) open() error {
	if a.State == Booked || a.State == Confirmed {
		return nil
	}
	return problem.Refuse("SAL-4", "not-open", problem.Field{Location: "appointment_id", Value: a.ID}).With("state", string(a.State))
}

func (a Appointment) state(e Enquiry) facts.AppointmentState {
	m := e.matter()
	m.Center = a.Center
	return facts.AppointmentState{Matter: m, Appointment: a.ID, Inviter: a.Inviter, Day: a.Day}
}
