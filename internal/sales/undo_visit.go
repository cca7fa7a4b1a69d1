package sales

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// WithdrawCheckIn takes back that a visitor arrived, with an appointment or without (SAL-5, UI-B2): the visit counts no more, its appointment
// is open again; process closes the consultant's task. The enquiry that a walk-in began stays, to be called; one that it took out of the pool lies there again as it lay (PPL-8); whom it named as the referrer of an
// enquiry that was there is withdrawn with it (MKT-12). Refused: visit-finished,
// undo-late, undo-changed.
var WithdrawCheckIn = op.Op[VisitInput, VisitAnswer]{
	Name: "sales.withdraw-check-in", Rule: "UI-B2", Needs: "visit:create", Fact: facts.VisitWithdrawn{}, Do: withdrawCheckIn, Subject: VisitInput.ref,
}

// VisitInput names a visit.
type VisitInput struct {
	VisitID id.ID `json:"visit_id" path:"id"`
}

func (in VisitInput) ref() op.Ref { return op.Ref{Kind: "visit", ID: in.VisitID} }

func withdrawCheckIn(ctx context.Context, tx *op.Tx, in VisitInput) (VisitAnswer, error) {
	v, err := loadVisit(ctx, tx, in.VisitID)
	if err != nil {
		return VisitAnswer{}, err
	}
	if !v.Finished.IsZero() {
		return VisitAnswer{}, problem.Refuse("SAL-6", "visit-finished", problem.Field{Location: "visit_id", Value: v.ID})
	}
	last, err := tx.Latest(ctx, v.ID, facts.VisitCheckedIn{}.Kind(), facts.WalkedIn{}.Kind())
	if err != nil {
		return VisitAnswer{}, err
	}
	f, named, err := notHere(v, last)
	if err != nil {
		return VisitAnswer{}, err
	}
	e, err := loadEnquiry(ctx, tx, v.Enquiry)
	if err != nil {
		return VisitAnswer{}, err
	}
	if f.State, err = expectedAgain(ctx, tx, v.Appointment); err != nil {
		return VisitAnswer{}, err
	}
	if err := restore(ctx, tx, &e, v.ID); err != nil {
		return VisitAnswer{}, err
	}
	if f.Unassigned = e.Past != nil && e.Past.Unowned != nil; f.Unassigned { // the walk-in took it out of the pool
		if err := e.giveBack(ctx, tx); err != nil {
			return VisitAnswer{}, err
		}
		if v, err = loadVisit(ctx, tx, v.ID); err != nil { // its consultant went too
			return VisitAnswer{}, err
		}
	}
	if f.Referral, err = unnamed(ctx, tx, &e, named); err != nil {
		return VisitAnswer{}, err
	}
	if e.WalkIn && !e.Consultant.IsNone() && e.Stage == New && e.NextStep == "" {
		if err := comes(ctx, tx, e, v.ID, nextCall, tx.Today(e.Center)); err != nil {
			return VisitAnswer{}, err
		}
	}
	v.Withdrawn = tx.Now
	if err := tx.Save(ctx, &v, "withdrawn_at"); err != nil {
		return VisitAnswer{}, err
	}
	f.Stage = string(e.Stage)
	tx.Record(v.ID, f)
	return v.answer(e.Stage), nil
}

// notHere words the fact of a visit that is taken back by the fact that began it, and gives whom that named as referrer.
func notHere(v Visit, last event.Event) (f facts.VisitWithdrawn, named *facts.Referral, err error) {
	var came facts.VisitCheckedIn // of a walk-in, only what both have
	var walked facts.WalkedIn
	if err := errors.Join(json.Unmarshal(last.Payload, &came), json.Unmarshal(last.Payload, &walked)); err != nil {
		return f, nil, fmt.Errorf("read fact of visit: %w", err)
	}
	return facts.VisitWithdrawn{
		Matter: came.Matter, Visit: v.ID, Recorded: last.ID, Appointment: v.Appointment, Inviter: came.Inviter, Day: came.Day, VisitDay: last.Day,
	}, walked.Referral, nil
}

// unnamed withdraws the referrer that a walk-in named, who may be led to another record by a merge meanwhile: nothing else happened to the
// enquiry since. It gives the change; nil where the walk-in named nobody.
func unnamed(ctx context.Context, tx *op.Tx, e *Enquiry, named *facts.Referral) (*facts.Referral, error) {
	if named == nil || e.Referrer.IsNone() {
		return nil, nil //nolint:nilnil // nobody was named
	}
	was := *e
	e.Referrer = named.Was
	return e.referred(was), tx.Save(ctx, e, "referrer")
}

// expectedAgain opens the appointment of a visit that is taken back, and gives its state; a walk-in has none. Refused: undo-changed.
func expectedAgain(ctx context.Context, tx *op.Tx, key id.ID) (string, error) {
	if key.IsNone() {
		return "", nil
	}
	a, err := loadAppointment(ctx, tx, key)
	if err != nil {
		return "", err
	}
	if a.State != Arrived || a.Was == "" {
		return "", op.UndoChanged()
	}
	a.State, a.Was = a.Was, ""
	return string(a.State), tx.Save(ctx, &a, "state", "was")
}

// ReopenVisit takes back that a visit was finished (UI-B2): the visitor is in the talk again, and the answers that were given stand in its
// form. The enquiry stands where it stood, and an appointment that ended with it, if still ahead, is open again. Refused: undo-late,
// undo-changed.
var ReopenVisit = op.Op[VisitInput, VisitAnswer]{
	Name: "sales.reopen-visit", Rule: "UI-B2", Needs: "visit:update", Fact: facts.VisitReopened{}, Do: reopenVisit, Subject: VisitInput.ref,
}

func reopenVisit(ctx context.Context, tx *op.Tx, in VisitInput) (VisitAnswer, error) {
	v, err := loadVisit(ctx, tx, in.VisitID)
	if err != nil {
		return VisitAnswer{}, err
	}
	last, err := tx.Latest(ctx, v.ID, facts.VisitFinished{}.Kind())
	if err != nil {
		return VisitAnswer{}, err
	}
	var finished facts.VisitFinished
	if err := json.Unmarshal(last.Payload, &finished); err != nil {
		return VisitAnswer{}, fmt.Errorf("read fact of visit: %w", err)
	}
	e, err := loadEnquiry(ctx, tx, v.Enquiry)
	if err != nil {
		return VisitAnswer{}, err
	}
	f, was := facts.VisitReopened{Visit: v.ID, Recorded: last.ID}, e
	if f.Restores, err = stillAhead(ctx, tx, finished.Ends); err != nil {
		return VisitAnswer{}, err
	}
	if err := restore(ctx, tx, &e, v.ID); err != nil {
		return VisitAnswer{}, err
	}
	if err := standAgain(ctx, tx, f.Restores); err != nil {
		return VisitAnswer{}, err
	}
	v.Finished, v.Outcome, v.LostReason = time.Time{}, "", ""
	if err := tx.Save(ctx, &v, "finished_at", "outcome", "lost_reason"); err != nil {
		return VisitAnswer{}, err
	}
	f.Matter, f.Stage, f.Turn = e.matter(), string(e.Stage), e.turned(was)
	if f.Restores != nil {
		f.Restores.Course = e.Course
	}
	tx.Record(v.ID, f)
	return v.answer(e.Stage), nil
}
