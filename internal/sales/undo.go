package sales

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// past is what an enquiry was before the last thing that happened to it, so that it can be taken back exactly (UI-B2). It holds for the
// version that followed only: whatever else happens to the enquiry ends it.
type past struct {
	Cause      id.ID        `json:"cause"`   // subject of the fact
	Version    int64        `json:"version"` // of the enquiry after it
	Stage      Stage        `json:"stage"`
	Reached    Stage        `json:"reached"`
	Course     *id.ID       `json:"course_id,omitempty"`
	Outcome    string       `json:"outcome"`
	OutcomeDay bizdate.Date `json:"outcome_day"`
	LostReason string       `json:"lost_reason"`
	Moved      time.Time    `json:"moved_at"`
	FirstTouch time.Time    `json:"first_touch_at,omitzero"`
	LastTouch  time.Time    `json:"last_touch_at,omitzero"`
	NextStep   string       `json:"next_step"`
	NextDay    bizdate.Date `json:"next_day"`
	Grade      *string      `json:"grade,omitempty"`
	Unowned    *unowned     `json:"unowned,omitempty"` // of what was taken out of the pool
	Prior      *past        `json:"prior,omitempty"`   // before the first of two changes that are one to those who made them
}

// unowned is how an enquiry lay in the pool.
type unowned struct {
	Center id.ID     `json:"center_id,omitzero"`
	Pooled time.Time `json:"pooled_at,omitzero"`
}

// remember keeps what the enquiry is, before something that may be taken back changes it; column past is saved with the change.
func (e *Enquiry) remember(cause id.ID) {
	e.Past = &past{
		Cause: cause, Version: e.Version + 1, Stage: e.Stage, Reached: e.Reached, Outcome: e.Outcome, OutcomeDay: e.OutcomeDay, LostReason: e.LostReason, Moved: e.Moved,
		FirstTouch: e.FirstTouch, LastTouch: e.LastTouch, NextStep: e.NextStep, NextDay: e.NextDay,
	}
	course, grade := e.Course, e.Grade
	e.Past.Course, e.Past.Grade = &course, &grade
}

// before gives what the enquiry was before a cause. Refused: undo-changed where something else happened to it since.
func (e Enquiry) before(cause id.ID) (past, error) {
	if e.Past == nil || e.Past.Cause != cause || e.Past.Version != e.Version {
		return past{}, op.UndoChanged()
	}
	return *e.Past, nil
}

// restore makes an enquiry what it was before a cause. Refused: undo-changed.
func restore(ctx context.Context, tx *op.Tx, e *Enquiry, cause id.ID) error {
	was, err := e.before(cause)
	if err != nil {
		return err
	}
	if e.Stage.Open() != was.Stage.Open() {
		if err := countOpen(ctx, tx, *e, e.Consultant, map[bool]int64{true: 1, false: -1}[was.Stage.Open()]); err != nil {
			return err
		}
	}
	if e.Past = was.Prior; e.Past != nil {
		e.Past.Version = e.Version + 1
	}
	e.Stage, e.Outcome, e.OutcomeDay, e.LostReason, e.Moved = was.Stage, was.Outcome, was.OutcomeDay, was.LostReason, was.Moved
	e.FirstTouch, e.LastTouch, e.NextStep, e.NextDay, e.Reached = was.FirstTouch, was.LastTouch, was.NextStep, was.NextDay, cmp.Or(was.Reached, was.Stage)
	if was.Course != nil {
		e.Course = *was.Course
	}
	if was.Grade != nil {
		e.Grade = *was.Grade
	}
	return tx.Save(ctx, e, "past", "grade", "course", "stage", "reached", "outcome", "outcome_day", "lost_reason", "moved_at", "first_touch_at", "last_touch_at", "next_step", "next_day")
}

// endingWith gives the open appointment of an enquiry that is lost; nil if there is none (SAL-4). One whose time is over is no matter of the
// loss: nobody came, or somebody is here.
func endingWith(ctx context.Context, tx *op.Tx, e Enquiry) (*facts.AppointmentState, error) {
	var open []Appointment
	err := tx.Unscoped("it ends with its matter, which was seen").Select(&open).Where("enquiry = ? AND state IN ('booked', 'confirmed') AND starts_at > ?", e.ID, tx.Now).Limit(1).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for open appointment: %w", err)
	}
	if len(open) == 0 {
		return nil, nil //nolint:nilnil // no appointment is no error
	}
	s := open[0].state(e)
	return &s, nil
}

// end cancels the appointment that ends with its matter.
func end(ctx context.Context, tx *op.Tx, s *facts.AppointmentState) error {
	if s == nil {
		return nil
	}
	a, err := appointmentOf(ctx, tx, s)
	if err != nil {
		return err
	}
	a.Was, a.State = a.State, Cancelled
	return tx.Save(ctx, &a, "was", "state")
}

// endOpen cancels the open appointment of an enquiry that is lost, and gives it; nil if there is none.
func endOpen(ctx context.Context, tx *op.Tx, e Enquiry) (*facts.AppointmentState, error) {
	s, err := endingWith(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	return s, end(ctx, tx, s)
}

func appointmentOf(ctx context.Context, tx *op.Tx, s *facts.AppointmentState) (a Appointment, err error) {
	err = tx.Unscoped("it belongs to the matter, which was seen").Select(&a).Where("id = ?", s.Appointment).Scan(ctx)
	if err != nil {
		return a, fmt.Errorf("load appointment: %w", err)
	}
	return a, nil
}

// stillAhead gives the appointment that ended with its matter if its time is still ahead and nobody is expected otherwise: it is open again
// when the loss is taken back.
func stillAhead(ctx context.Context, tx *op.Tx, ended *facts.AppointmentState) (*facts.AppointmentState, error) {
	if ended == nil {
		return nil, nil //nolint:nilnil // no appointment is no error
	}
	a, err := appointmentOf(ctx, tx, ended)
	if err != nil || a.State != Cancelled || a.Was == "" || !a.Starts.After(tx.Now) {
		return nil, err
	}
	if other, err := hasOpen(ctx, tx, a.Enquiry); err != nil || other {
		return nil, err
	}
	return ended, nil
}

// standAgain gives an appointment the state back that it had.
func standAgain(ctx context.Context, tx *op.Tx, s *facts.AppointmentState) error {
	if s == nil {
		return nil
	}
	a, err := appointmentOf(ctx, tx, s)
	if err != nil {
		return err
	}
	a.State, a.Was = a.Was, ""
	return tx.Save(ctx, &a, "state", "was")
}

// withdrawn says what becomes of the enquiry of a touch that is taken back.
func withdrawn(ctx context.Context, tx *op.Tx, f facts.TouchWithdrawn) (facts.TouchWithdrawn, error) {
	if f.Enquiry.IsNone() {
		return f, nil
	}
	e, err := loadEnquiry(ctx, tx, f.Enquiry)
	if err != nil {
		return f, err
	}
	was, err := e.before(f.Touch)
	if err != nil {
		return f, err
	}
	f.Stage = string(was.Stage)
	f.Restores, err = stillAhead(ctx, tx, f.Ended)
	return f, err
}

// ReopenEnquiry takes back that an enquiry was lost: it stands where it stood, and its appointment, if still ahead, is open again (UI-B2).
// Refused: undo-late, undo-changed.
var ReopenEnquiry = op.Op[EnquiryInput, Answer]{
	Name: "sales.reopen-enquiry", Rule: "UI-B2", Needs: "enquiry:update", Fact: facts.EnquiryReopened{}, Do: reopenEnquiry,
	Subject: func(in EnquiryInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// EnquiryInput names an enquiry.
type EnquiryInput struct {
	EnquiryID id.ID `json:"enquiry_id" path:"id"`
}

func reopenEnquiry(ctx context.Context, tx *op.Tx, in EnquiryInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	var lost facts.EnquiryLost
	if err := lastFact(ctx, tx, e.ID, &lost, lost.Kind()); err != nil {
		return Answer{}, err
	}
	f := facts.EnquiryReopened{Matter: lost.Matter}
	if f.Restores, err = stillAhead(ctx, tx, lost.Ends); err != nil {
		return Answer{}, err
	}
	if err := restore(ctx, tx, &e, e.ID); err != nil {
		return Answer{}, err
	}
	if err := standAgain(ctx, tx, f.Restores); err != nil {
		return Answer{}, err
	}
	f.Stage = string(e.Stage)
	tx.Record(e.ID, f)
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// lastFact reads the last fact about a subject, which has to be of a kind.
func lastFact(ctx context.Context, tx *op.Tx, subject id.ID, into any, kinds ...string) error {
	e, err := tx.Latest(ctx, subject, kinds...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(e.Payload, into); err != nil {
		return fmt.Errorf("read last fact: %w", err)
	}
	return nil
}

// stepFacts are the kinds of the steps of an appointment that can be taken back, by the state that they led to.
var stepFacts = map[AppointmentState]string{
	Confirmed: facts.AppointmentConfirmed{}.Kind(), Cancelled: facts.AppointmentCancelled{}.Kind(), NoShow: facts.AppointmentMissed{}.Kind(),
}

// RestoreAppointment takes back that an appointment was confirmed, cancelled or missed; the enquiry's next step is again what it was (UI-B2).
// Refused: undo-late, undo-changed, and in-past for a cancelled one whose time is over.
var RestoreAppointment = op.Op[AppointmentInput, BookedAppointment]{
	Name: "sales.restore-appointment", Rule: "UI-B2", Needs: "appointment:update", Fact: facts.AppointmentRestored{}, Subject: AppointmentInput.ref, Do: restoreAppointment,
}

func restoreAppointment(ctx context.Context, tx *op.Tx, in AppointmentInput) (BookedAppointment, error) {
	a, err := loadAppointment(ctx, tx, in.AppointmentID)
	if err != nil {
		return BookedAppointment{}, err
	}
	var last facts.AppointmentState
	if err := lastFact(ctx, tx, a.ID, &last, stepFacts[a.State]); err != nil {
		return BookedAppointment{}, err
	}
	if a.Was == "" {
		return BookedAppointment{}, op.UndoChanged()
	}
	if a.State == Cancelled && !a.Starts.After(tx.Now) {
		return BookedAppointment{}, problem.Refuse("SAL-4", "invalid", problem.Field{Location: "appointment_id", Code: "in-past", Value: a.ID})
	}
	e, err := loadEnquiry(ctx, tx, a.Enquiry)
	if err != nil {
		return BookedAppointment{}, err
	}
	if a.State != Confirmed && e.Stage.Open() { // a confirmation changes nothing of the enquiry, nor does any step of one that has ended
		if err := restore(ctx, tx, &e, a.ID); err != nil {
			return BookedAppointment{}, err
		}
	}
	if err := mayStand(ctx, tx, a, e); err != nil {
		return BookedAppointment{}, err
	}
	from := a.State
	a.State, a.Was = a.Was, ""
	if err := tx.Save(ctx, &a, "state", "was"); err != nil {
		return BookedAppointment{}, err
	}
	tx.Record(a.ID, facts.AppointmentRestored{AppointmentState: last, From: string(from), State: string(a.State)})
	return a.answer(), nil
}

// mayStand refuses to expect somebody again where the enquiry was lost since, or another appointment was booked (SAL-4). One that was missed
// may be taken back of a lost enquiry: whoever came is here.
func mayStand(ctx context.Context, tx *op.Tx, a Appointment, e Enquiry) error {
	if a.State == Confirmed {
		return nil
	}
	other, err := hasOpen(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	if other || a.State == Cancelled && !e.Stage.Open() {
		return op.UndoChanged()
	}
	return nil
}

// WithdrawAppointment takes back that somebody was invited: the appointment is cancelled and counts no more, and the enquiry stands where it
// stood before (UI-B2). Refused: undo-late, undo-changed.
var WithdrawAppointment = op.Op[AppointmentInput, BookedAppointment]{
	Name: "sales.withdraw-appointment", Rule: "UI-B2", Needs: "appointment:update", Fact: facts.AppointmentWithdrawn{}, Subject: AppointmentInput.ref, Do: withdrawAppointment,
}

func withdrawAppointment(ctx context.Context, tx *op.Tx, in AppointmentInput) (BookedAppointment, error) {
	a, err := loadAppointment(ctx, tx, in.AppointmentID)
	if err != nil {
		return BookedAppointment{}, err
	}
	last, err := tx.Latest(ctx, a.ID, facts.AppointmentBooked{}.Kind())
	if err != nil {
		return BookedAppointment{}, err
	}
	e, err := loadEnquiry(ctx, tx, a.Enquiry)
	if err != nil {
		return BookedAppointment{}, err
	}
	if a.State != Booked {
		return BookedAppointment{}, op.UndoChanged()
	}
	if err := restore(ctx, tx, &e, a.ID); err != nil {
		return BookedAppointment{}, err
	}
	a.State, a.Was = Cancelled, ""
	if err := tx.Save(ctx, &a, "state", "was"); err != nil {
		return BookedAppointment{}, err
	}
	tx.Record(a.ID, facts.AppointmentWithdrawn{AppointmentState: a.state(e), Recorded: last.ID, Stage: string(e.Stage)})
	return a.answer(), nil
}
