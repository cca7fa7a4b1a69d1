package sales

import (
	"context"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// VisitAnswer is the answer of check-in, walk-in and finish.
type VisitAnswer struct {
	ID         id.ID     `json:"id"`
	Enquiry    id.ID     `json:"enquiry_id"`
	Person     id.ID     `json:"person_id"`
	Consultant id.ID     `json:"consultant_id"`
	Arrived    time.Time `json:"arrived_at"`
	Stage      Stage     `json:"stage"`
	Version    int64     `json:"version"`
}

func (v Visit) answer(stage Stage) VisitAnswer {
	return VisitAnswer{ID: v.ID, Enquiry: v.Enquiry, Person: v.Person, Consultant: v.Consultant, Arrived: v.Arrived, Stage: stage, Version: v.Version}
}

// CheckIn makes the visit of an appointment (SAL-5); the consultant is told by process. Refused: not-open, other-day.
var CheckIn = op.Op[CheckInInput, VisitAnswer]{
	Name: "sales.check-in", Rule: "SAL-5", Needs: "visit:create", Fact: facts.VisitCheckedIn{}, Do: checkIn,
	Subject: func(in CheckInInput) op.Ref { return op.Ref{Kind: "appointment", ID: in.AppointmentID} }, Undo: "sales.withdraw-check-in",
}

// CheckInInput is what the front desk knows; the rest is in the appointment.
type CheckInInput struct {
	AppointmentID id.ID `json:"appointment_id" doc:"booked or confirmed"`
}

func checkIn(ctx context.Context, tx *op.Tx, in CheckInInput) (VisitAnswer, error) {
	booked, err := loadAppointment(ctx, tx, in.AppointmentID)
	if err != nil {
		return VisitAnswer{}, err
	}
	e, err := loadEnquiry(ctx, tx, booked.Enquiry)
	if err != nil {
		return VisitAnswer{}, err
	}
	arrived, visit, err := booked.arrive(tx.NewID(), tx.Now, tx.Zone(booked.Center))
	if err != nil {
		return VisitAnswer{}, err
	}
	visit.Consultant = e.Consultant
	if err := tx.Save(ctx, &arrived, "state", "was"); err != nil {
		return VisitAnswer{}, err
	}
	if err := tx.Insert(ctx, visit); err != nil {
		return VisitAnswer{}, err
	}
	f := facts.VisitCheckedIn{Matter: e.matter(), Visit: visit.ID, Appointment: arrived.ID, Inviter: arrived.Inviter, Day: arrived.Day, Arrived: visit.Arrived}
	f.Center = visit.Center
	e.remember(visit.ID)
	e.NextStep, e.NextDay = nextFinish, visit.Day
	if err := move(ctx, tx, &e, e.after(f), "past", "next_step", "next_day"); err != nil {
		return VisitAnswer{}, err
	}
	tx.Undoable(VisitInput{VisitID: visit.ID})
	tx.Record(visit.ID, f)
	return visit.answer(e.Stage), nil
}

// arrive decides what an arrival at an instant makes of the appointment. Refused: not-open (SAL-4); other-day where the
// appointment is for a later day: it has to be moved first, so that its day counts right.
func (a Appointment) arrive(visit id.ID, at time.Time, zone *time.Location) (Appointment, Visit, error) {
	if err := a.open(); err != nil {
		return a, Visit{}, err
	}
	if a.Day > bizdate.Of(at, zone) {
		return a, Visit{}, problem.Refuse("SAL-4", "other-day", problem.Field{Location: "appointment_id", Value: a.ID}).With("day", a.Day)
	}
	a.Was, a.State = a.State, Arrived
	return a, Visit{
		ID: visit, Enquiry: a.Enquiry, Appointment: a.ID, Person: a.Person, Center: a.Center, Consultant: a.Consultant,
		Arrived: at, Day: bizdate.Of(at, zone), Needs: map[string]string{},
	}, nil
}
