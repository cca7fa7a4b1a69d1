package facts

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// EnquiryEntered says that a sales matter began (SAL-1). Lead is its source record.
type EnquiryEntered struct {
	Matter
	Lead    id.ID        `json:"lead_id"`
	Day     bizdate.Date `json:"entered_day"` // business date of the entry; an imported one may lie in the past
	WalkIn  bool         `json:"walk_in,omitempty"`
	Due     time.Time    `json:"contact_due_at"`    // UTC; zero: no first contact is due
	Outcome string       `json:"outcome,omitempty"` // an imported, past matter: signed or lost

	Organization id.ID `json:"organization_id,omitzero"`    // for which it is (PPL-13)
	Referrer     id.ID `json:"referrer_id,omitzero"`        // who recommended (MKT-12)
	Former       id.ID `json:"former_contract_id,omitzero"` // the contract that ended, of a former student who was laid into the pool (PPL-8)
}

// Kind implements event.Fact.
func (EnquiryEntered) Kind() string { return "sales.enquiry-entered.1" }

// EnquiryUpdated says that an import brought other values for a known key.
type EnquiryUpdated struct {
	Matter
	Fields  []string `json:"fields"`
	Outcome string   `json:"outcome,omitempty"` // signed or lost, where the row says so
	Turn    *Turn    `json:"turn,omitempty"`
	Named   *Named   `json:"named,omitempty"`
	// Ends is the open appointment that is cancelled with a matter that is lost.
	Ends *AppointmentState `json:"ended_appointment,omitempty"`
}

// EnquiryChanged says that channel or course of an open enquiry were corrected. Matter has those that hold from now on.
type EnquiryChanged struct {
	Matter
	Fields   []string  `json:"fields"` // channel, course, grade, organization, value, referrer
	Turn     *Turn     `json:"turn,omitempty"`
	Named    *Named    `json:"named,omitempty"`
	Referral *Referral `json:"referral,omitempty"`
	Grade    string    `json:"grade,omitempty"` // that it has from now on, where that changed: A, B, C; empty: none
}

// Kind implements event.Fact.
func (EnquiryChanged) Kind() string { return "sales.enquiry-changed.1" }

// Referral says that another person is named as who recommended from now on, or nobody (MKT-12).
type Referral struct {
	Referrer id.ID `json:"referrer_id,omitzero"`
	Was      id.ID `json:"was_referrer_id,omitzero"`
}

// Named says that an enquiry is for another organization from now on, or for none (PPL-13).
type Named struct {
	Organization id.ID `json:"organization_id,omitzero"`
	Was          id.ID `json:"was_organization_id,omitzero"`
}

// Turn says that an enquiry counts under another channel or course from now on: those it had until then, and what was counted of it, which
// moves along.
type Turn struct {
	Channel id.ID  `json:"was_channel_id"`
	Course  id.ID  `json:"was_course_id"`
	Moves   []Move `json:"moves,omitempty"`
}

// Move is a part of a figure that goes from one value of a dimension to another.
type Move struct {
	Metric string       `json:"metric"`
	Day    bizdate.Date `json:"day"`
	Center id.ID        `json:"center_id"`
	N      int64        `json:"n"`
	Dim    string       `json:"dimension"`
	From   string       `json:"from"`
	To     string       `json:"to"`
}

// LeadMerged says that a further source record joined an enquiry (MKT-11).
type LeadMerged struct {
	Matter
	Lead id.ID `json:"lead_id"`
}

// Kind implements event.Fact.
func (LeadMerged) Kind() string { return "sales.lead-merged.1" }

// Kind implements event.Fact.
func (EnquiryUpdated) Kind() string { return "sales.enquiry-updated.1" }

// EnquiryAssigned says who owns an enquiry from now on (SAL-2, PPL-7). Matter.Consultant is the new owner.
type EnquiryAssigned struct {
	Matter
	From   id.ID  `json:"from_staff"`
	Reason string `json:"reason"` // code: rule, by-hand, claimed, hand-over, late
}

// Kind implements event.Fact.
func (EnquiryAssigned) Kind() string { return "sales.enquiry-assigned.1" }

// EnquiryLost says that an enquiry ended without a contract, and its open appointment with it.
type EnquiryLost struct {
	Matter
	Reason string            `json:"reason"`
	Ends   *AppointmentState `json:"ended_appointment,omitempty"`
}

// Kind implements event.Fact.
func (EnquiryLost) Kind() string { return "sales.enquiry-lost.1" }

// EnquiryReopened says that the loss of an enquiry was taken back (UI-B2).
type EnquiryReopened struct {
	Matter
	Stage    string            `json:"stage"`                          // again
	Restores *AppointmentState `json:"restored_appointment,omitempty"` // that the loss had ended, and that is still ahead
}

// Kind implements event.Fact.
func (EnquiryReopened) Kind() string { return "sales.enquiry-reopened.1" }

// ContactBreached says that the first contact did not come in its time (SAL-2); a job notices it.
type ContactBreached struct {
	Matter
	Due time.Time `json:"contact_due_at"`
}

// Kind implements event.Fact.
func (ContactBreached) Kind() string { return "sales.sla-breached.1" }

// ContactEscalated says that a step of the ladder was done, since the first contact did not come (SAL-2). Matter.Consultant is who owned
// the enquiry.
type ContactEscalated struct {
	Matter
	Step   id.ID  `json:"step_id"`
	Action string `json:"action"`            // tell-owner, tell-supervisor, reassign
	After  int64  `json:"after"`             // working days or hours since the entry
	Unit   string `json:"unit"`              // days, hours
	To     id.ID  `json:"to_staff,omitzero"` // who has it from now on; none where nobody else suits
}

// Kind implements event.Fact.
func (ContactEscalated) Kind() string { return "sales.contact-escalated.1" }

// LadderStepSet says that a step of the ladder was made or changed (SAL-2).
type LadderStepSet struct {
	Step   id.ID `json:"step_id"`
	Center id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (LadderStepSet) Kind() string { return "sales.ladder-step-set.1" }

// About implements event.Fact.
func (f LadderStepSet) About() (center, person id.ID) { return f.Center, id.None }

// AppointmentBooked says that a prospect was invited (SAL-4). Moved names the appointment that it replaces.
type AppointmentBooked struct {
	Matter
	Appointment id.ID        `json:"appointment_id"`
	Inviter     id.ID        `json:"inviter_id"`
	Starts      time.Time    `json:"starts_at"`
	Day         bizdate.Date `json:"day"` // business date of the appointment
}

// Kind implements event.Fact.
func (AppointmentBooked) Kind() string { return "sales.appointment-booked.1" }

// AppointmentState is a step of an appointment.
type AppointmentState struct {
	Matter
	Appointment id.ID        `json:"appointment_id"`
	Inviter     id.ID        `json:"inviter_id"`
	Day         bizdate.Date `json:"day"`
}

// AppointmentConfirmed says that the prospect confirmed.
type AppointmentConfirmed struct{ AppointmentState }

// Kind implements event.Fact.
func (AppointmentConfirmed) Kind() string { return "sales.appointment-confirmed.1" }

// AppointmentMoved says that an appointment was given another time; To is the new one.
type AppointmentMoved struct {
	AppointmentState
	To     id.ID        `json:"to_appointment"`
	Starts time.Time    `json:"starts_at"`
	ToDay  bizdate.Date `json:"to_day"`
}

// Kind implements event.Fact.
func (AppointmentMoved) Kind() string { return "sales.appointment-moved.1" }

// AppointmentCancelled says that it will not take place.
type AppointmentCancelled struct{ AppointmentState }

// Kind implements event.Fact.
func (AppointmentCancelled) Kind() string { return "sales.appointment-cancelled.1" }

// AppointmentMissed says that nobody came (no-show).
type AppointmentMissed struct{ AppointmentState }

// Kind implements event.Fact.
func (AppointmentMissed) Kind() string { return "sales.appointment-missed.1" }

// AppointmentRestored says that the last step of an appointment was taken back (UI-B2).
type AppointmentRestored struct {
	AppointmentState
	From  string `json:"from_state"` // what it was taken back from: confirmed, cancelled, no-show
	State string `json:"state"`      // again
}

// Kind implements event.Fact.
func (AppointmentRestored) Kind() string { return "sales.appointment-restored.1" }

// AppointmentWithdrawn says that a booking was taken back (UI-B2): it counts no more.
type AppointmentWithdrawn struct {
	AppointmentState
	Recorded id.ID  `json:"recorded_event"` // of the booking
	Stage    string `json:"stage"`          // of the enquiry, again
}

// Kind implements event.Fact.
func (AppointmentWithdrawn) Kind() string { return "sales.appointment-withdrawn.1" }

// VisitCheckedIn says that a visitor arrived (SAL-5).
type VisitCheckedIn struct {
	Matter
	Visit       id.ID        `json:"visit_id"`
	Appointment id.ID        `json:"appointment_id"`
	Inviter     id.ID        `json:"inviter_id"`
	Day         bizdate.Date `json:"day"` // business date of the appointment
	Arrived     time.Time    `json:"arrived_at"`
}

// Kind implements event.Fact.
func (VisitCheckedIn) Kind() string { return "sales.visit-checked-in.1" }

// VisitWithdrawn says that a check-in or a walk-in was taken back (UI-B2): the visit counts no more, the appointment, if there was one, is
// open again.
type VisitWithdrawn struct {
	Matter
	Visit       id.ID        `json:"visit_id"`
	Recorded    id.ID        `json:"recorded_event"` // that the visitor arrived
	Appointment id.ID        `json:"appointment_id"`
	Inviter     id.ID        `json:"inviter_id"`
	Day         bizdate.Date `json:"day"`       // business date of the appointment
	VisitDay    bizdate.Date `json:"visit_day"` // business date of the check-in
	State       string       `json:"state"`     // of the appointment, again
	Stage       string       `json:"stage"`     // of the enquiry, again
	// Unassigned says that the walk-in had given the enquiry to Matter.Consultant out of the public pool, where it lies again (PPL-8).
	Unassigned bool `json:"unassigned,omitempty"`
	// Referral says that who the walk-in named is not the referrer any more (MKT-12).
	Referral *Referral `json:"referral,omitempty"`
}

// Kind implements event.Fact.
func (VisitWithdrawn) Kind() string { return "sales.visit-withdrawn.1" }

// WalkedIn says that a visitor came without an appointment (SAL-5).
type WalkedIn struct {
	Matter
	Visit   id.ID     `json:"visit_id"`
	Arrived time.Time `json:"arrived_at"`

	// Referral says who recommended us where the visitor named somebody for an open enquiry (MKT-12).
	Referral *Referral `json:"referral,omitempty"`
}

// Kind implements event.Fact.
func (WalkedIn) Kind() string { return "sales.walked-in.1" }

// ReceptionBegan says that somebody took care of a visitor who waited (SAL-5).
type ReceptionBegan struct {
	Matter
	Visit  id.ID         `json:"visit_id"`
	Staff  id.ID         `json:"staff_id"`
	Waited time.Duration `json:"waited_ns"` // since the check-in
}

// Kind implements event.Fact.
func (ReceptionBegan) Kind() string { return "sales.reception-began.1" }

// ReceptionWithdrawn says that the beginning of a talk was taken back (UI-B2): the visitor waits.
type ReceptionWithdrawn struct {
	Matter
	Visit id.ID `json:"visit_id"`
	Staff id.ID `json:"staff_id"` // who was said to talk
}

// Kind implements event.Fact.
func (ReceptionWithdrawn) Kind() string { return "sales.reception-withdrawn.1" }

// VisitFinished says what came of a visit (SAL-6).
type VisitFinished struct {
	Matter
	Visit   id.ID    `json:"visit_id"`
	Needs   []string `json:"needs"`   // codes of the questions answered
	Outcome string   `json:"outcome"` // quote, think, lost
	Reason  string   `json:"reason,omitempty"`
	Turn    *Turn    `json:"turn,omitempty"`   // the talk was about another course
	Tested  bool     `json:"tested,omitempty"` // there was a placement test
	// Ends is the open appointment that is cancelled with a matter that is lost.
	Ends *AppointmentState `json:"ended_appointment,omitempty"`
}

// Kind implements event.Fact.
func (VisitFinished) Kind() string { return "sales.visit-finished.1" }

// VisitReopened says that the end of a visit was taken back (UI-B2): the talk goes on.
type VisitReopened struct {
	Matter
	Visit    id.ID             `json:"visit_id"`
	Recorded id.ID             `json:"recorded_event"` // of the end
	Stage    string            `json:"stage"`          // of the enquiry, again
	Restores *AppointmentState `json:"restored_appointment,omitempty"`
	Turn     *Turn             `json:"turn,omitempty"` // the course is again the one before the talk
}

// Kind implements event.Fact.
func (VisitReopened) Kind() string { return "sales.visit-reopened.1" }

// QuoteMade says that a price was offered (SAL-7).
type QuoteMade struct {
	Matter
	Quote    id.ID     `json:"quote_id"`
	Payable  money.Fen `json:"payable_fen"`
	Discount money.Fen `json:"discount_fen"`
	Approval id.ID     `json:"approval_id,omitzero"` // that it waits for, as the discount is beyond the limit of who made it
	// Promotions are those by which it is priced (SAL-8).
	Promotions []id.ID `json:"promotion_ids,omitempty"`
}

// Kind implements event.Fact.
func (QuoteMade) Kind() string { return "sales.quote-made.1" }

// QuoteAccepted says that a quote became a contract.
type QuoteAccepted struct {
	Matter
	Quote    id.ID `json:"quote_id"`
	Contract id.ID `json:"contract_id"`
}

// Kind implements event.Fact.
func (QuoteAccepted) Kind() string { return "sales.quote-accepted.1" }

// AssignmentRuleSet says that a rule of assignment was made or changed (SAL-2).
type AssignmentRuleSet struct {
	RuleID id.ID `json:"rule_id"`
	Center id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (AssignmentRuleSet) Kind() string { return "sales.assignment-rule-set.1" }

// About implements event.Fact.
func (f AssignmentRuleSet) About() (center, person id.ID) { return f.Center, id.None }

// ScoreTrainingAsked says that the scores are to be learned anew (SAL-12).
type ScoreTrainingAsked struct {
	Model  id.ID  `json:"model_id"`
	Scored string `json:"kind"` // enquiry
}

// Kind implements event.Fact.
func (ScoreTrainingAsked) Kind() string { return "sales.score-training-asked.1" }

// About implements event.Fact.
func (ScoreTrainingAsked) About() (center, person id.ID) { return id.None, id.None }

// ScoresTrained says what a training led to (SAL-12).
type ScoresTrained struct {
	Model     id.ID  `json:"model_id"`
	Scored    string `json:"kind"`
	State     string `json:"state"` // ready, thin, chance
	Enquiries int64  `json:"enquiries"`
	Signed    int64  `json:"signed"`
	AUC       int64  `json:"auc_x10000"` // at entry; 0 where nothing was learned
}

// Kind implements event.Fact.
func (ScoresTrained) Kind() string { return "sales.scores-trained.1" }

// About implements event.Fact.
func (ScoresTrained) About() (center, person id.ID) { return id.None, id.None }

// TargetsSet says that targets of months were set, changed or taken away (SAL-14).
type TargetsSet struct {
	Center  id.ID          `json:"center_id"` // none where they are of several centers
	Metric  string         `json:"metric"`
	Targets []TargetChange `json:"targets"`
}

// TargetChange is a target before and after; -1 stands for none.
type TargetChange struct {
	Center id.ID        `json:"center_id"`
	Staff  id.ID        `json:"staff_id,omitzero"` // none: of the center
	Month  bizdate.Date `json:"month"`
	Was    int64        `json:"was"` // a number of records, or fen
	Now    int64        `json:"now"`
}

// Kind implements event.Fact.
func (TargetsSet) Kind() string { return "sales.targets-set.1" }

// About implements event.Fact.
func (f TargetsSet) About() (center, person id.ID) { return f.Center, id.None }

// PlaybookWritten says that a version of a card of guidance was written, or the card retired (SAL-10).
type PlaybookWritten struct {
	Playbook id.ID `json:"playbook_id"`
	No       int64 `json:"no"`
	Active   bool  `json:"active"`
}

// Kind implements event.Fact.
func (PlaybookWritten) Kind() string { return "sales.playbook-written.1" }

// About implements event.About.
func (PlaybookWritten) About() (center, person id.ID) { return id.None, id.None }

// GuidanceNoted says which version of a card stood beside a contact, and whether it was used (SAL-10).
type GuidanceNoted struct {
	Matter
	Touch    id.ID `json:"touch_id"`
	Playbook id.ID `json:"playbook_id"`
	No       int64 `json:"no"`
	Used     bool  `json:"used"`
}

// Kind implements event.Fact.
func (GuidanceNoted) Kind() string { return "sales.guidance-noted.1" }
