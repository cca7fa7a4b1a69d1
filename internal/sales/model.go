package sales

import (
	"time"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/policy"
)

// Langs lists the languages in which a family may want to be spoken to (SAL-1); an import may bring others.
var Langs = []string{"zh", "en"}

// Enquiry is one sales matter of one person (SAL-1). Its stage follows from what happened.
type Enquiry struct {
	ID           id.ID        `json:"id" db:"id"`
	Person       id.ID        `json:"person_id" db:"person"`
	Center       id.ID        `json:"center_id" db:"center"` // none: the company's pool
	Consultant   id.ID        `json:"consultant_id" db:"consultant"`
	Channel      id.ID        `json:"channel_id" db:"channel"`
	Course       id.ID        `json:"course_id" db:"course"`
	Campaign     id.ID        `json:"campaign_id" db:"campaign"` // that brought it first
	Kind         string       `json:"kind" db:"kind"`            // new, renewal, upgrade, return
	Stage        Stage        `json:"stage" db:"stage"`
	Reached      Stage        `json:"reached" db:"reached"` // the furthest stage that it came to; where it is lost, how far it had come
	Lang         string       `json:"lang" db:"lang"`
	ExternalKey  *string      `json:"external_key,omitempty" db:"external_key"`
	Outcome      string       `json:"outcome" db:"outcome"` // open, signed, lost
	OutcomeDay   bizdate.Date `json:"outcome_day" db:"outcome_day"`
	LostReason   string       `json:"lost_reason" db:"lost_reason"`
	Entered      time.Time    `json:"entered_at" db:"entered_at"`
	EnteredDay   bizdate.Date `json:"entered_day" db:"entered_day"`
	Moved        time.Time    `json:"moved_at" db:"moved_at"`
	FirstTouch   time.Time    `json:"first_touch_at,omitzero" db:"first_touch_at"`
	LastTouch    time.Time    `json:"last_touch_at,omitzero" db:"last_touch_at"`
	ContactDue   time.Time    `json:"contact_due_at,omitzero" db:"contact_due_at"`
	Breached     bool         `json:"breached" db:"breached"`
	NextStep     string       `json:"next_step" db:"next_step"`
	NextDay      bizdate.Date `json:"next_day" db:"next_day"`
	WalkIn       bool         `json:"walk_in" db:"walk_in"`
	Grade        string       `json:"grade" db:"grade"`                  // of intention: A, B, C; none: not known (PPL-8)
	Owned        time.Time    `json:"owned_at,omitzero" db:"owned_at"`   // since when the present owner has it
	Pooled       time.Time    `json:"pooled_at,omitzero" db:"pooled_at"` // since when it lies, or last lay, in the public pool
	LastOwner    id.ID        `json:"last_owner_id" db:"last_owner"`     // who had it before it returned to the pool
	Past         *past        `json:"-" db:"past,json"`
	Organization id.ID        `json:"organization_id,omitzero" db:"organization"`       // for which the matter is (PPL-13)
	Value        money.Fen    `json:"value_fen,omitzero" db:"worth"`                    // what the matter is worth by what is known of it, without tax; zero: not known
	Former       id.ID        `json:"former_contract_id,omitzero" db:"former_contract"` // that ended, of a former student who was laid into the pool (PPL-8)
	Referrer     id.ID        `json:"referrer_id,omitzero" db:"referrer"`               // who recommended the school to the person (MKT-12)
	Version      int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Enquiry) TableName() string { return "enquiries" }

// after gives the stage to which a fact leads.
func (e Enquiry) after(f event.Fact) Stage { return progress{e.Stage, e.Reached}.after(f) }

func (e Enquiry) matter() facts.Matter {
	return facts.Matter{Enquiry: e.ID, Person: e.Person, Center: e.Center, Consultant: e.Consultant, Channel: e.Channel, Course: e.Course, Kind: e.Kind, Campaign: e.Campaign}
}

// AppointmentState is where an appointment stands (SAL-4).
type AppointmentState string

// The states of an appointment.
const (
	Booked    AppointmentState = "booked"
	Confirmed AppointmentState = "confirmed"
	Arrived   AppointmentState = "arrived"
	NoShow    AppointmentState = "no-show"
	Moved     AppointmentState = "moved"
	Cancelled AppointmentState = "cancelled"
)

// Appointment is an invitation to a center at a time (约访, SAL-4).
type Appointment struct {
	ID         id.ID            `json:"id" db:"id"`
	Enquiry    id.ID            `json:"enquiry_id" db:"enquiry"`
	Person     id.ID            `json:"person_id" db:"person"`
	Center     id.ID            `json:"center_id" db:"center"`
	Consultant id.ID            `json:"consultant_id" db:"consultant"`
	Inviter    id.ID            `json:"inviter_id" db:"inviter"`
	Starts     time.Time        `json:"starts_at" db:"starts_at"`
	Day        bizdate.Date     `json:"day" db:"day"`
	State      AppointmentState `json:"state" db:"state"`
	MovedTo    id.ID            `json:"moved_to" db:"moved_to"`
	Reminded   bool             `json:"-" db:"reminded"`
	Was        AppointmentState `json:"-" db:"was"` // before its last step, to take that back
	Version    int64            `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Appointment) TableName() string { return "appointments" }

// Visit is somebody at the reception (到访, SAL-5).
type Visit struct {
	ID          id.ID             `json:"id" db:"id"`
	Enquiry     id.ID             `json:"enquiry_id" db:"enquiry"`
	Appointment id.ID             `json:"appointment_id" db:"appointment"`
	Person      id.ID             `json:"person_id" db:"person"`
	Center      id.ID             `json:"center_id" db:"center"`
	Consultant  id.ID             `json:"consultant_id" db:"consultant"`
	Arrived     time.Time         `json:"arrived_at" db:"arrived_at"`
	Day         bizdate.Date      `json:"day" db:"day"`
	Received    time.Time         `json:"received_at,omitzero" db:"received_at"` // the talk began; zero: waits, or nobody noted it
	ReceivedBy  id.ID             `json:"received_by" db:"received_by"`          // who talks
	Finished    time.Time         `json:"finished_at,omitzero" db:"finished_at"`
	Outcome     string            `json:"outcome" db:"outcome"` // quote, think, lost
	LostReason  string            `json:"lost_reason" db:"lost_reason"`
	Withdrawn   time.Time         `json:"withdrawn_at,omitzero" db:"withdrawn_at"` // the check-in was taken back: it counts no more
	Needs       map[string]string `json:"-" db:"needs,json"`                       // question → answer; personal, read by its own query
	Placement   *Placement        `json:"-" db:"placement,json"`                   // of the placement test; as the answers
	Version     int64             `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Visit) TableName() string { return "visits" }

// Quote is an offered price (报价单, SAL-7).
type Quote struct {
	ID         id.ID                       `json:"id" db:"id"`
	No         string                      `json:"no" db:"no"`
	Enquiry    id.ID                       `json:"enquiry_id" db:"enquiry"`
	Person     id.ID                       `json:"person_id" db:"person"`
	Center     id.ID                       `json:"center_id" db:"center"`
	Consultant id.ID                       `json:"consultant_id" db:"consultant"`
	State      string                      `json:"state" db:"state"`
	Reason     string                      `json:"reason" db:"reason"` // why a discount beyond the limit of who made it
	List       money.Fen                   `json:"list_fen" db:"list"`
	Discount   money.Fen                   `json:"discount_fen" db:"discount"`
	Payable    money.Fen                   `json:"payable_fen" db:"payable"`
	ByHand     money.Fen                   `json:"by_hand_fen" db:"by_hand"` // of the discount: what no promotion gives
	Granted    []contracts.Granted         `json:"granted" db:"granted,json"`
	Lines      []contracts.LineInput       `json:"lines" db:"lines,json"`
	Plan       []contracts.InstalmentInput `json:"plan" db:"plan,json"`
	ValidUntil bizdate.Date                `json:"valid_until" db:"valid_until"`
	Made       time.Time                   `json:"made_at" db:"made_at"`
	Version    int64                       `json:"version" db:"version"`
}

// States of a quote: one with a discount beyond the limit of who made it waits, and is refused or open after it (SAL-7).
const (
	QuoteWaiting  = "waiting"
	QuoteOpen     = "open"
	QuoteAccepted = "accepted" // a contract was made from it
	QuoteRefused  = "refused"  // or not asked for any more
)

// TableName implements op.Record.
func (Quote) TableName() string { return "quotes" }

// Resources lists this domain's kinds of records.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "pool", Table: "enquiries", Center: "center", Where: poolScope}, // before enquiry, whose the table is
		{Name: "enquiry", Table: "enquiries", Center: "center", Owner: "consultant"},
		{Name: "appointment", Table: "appointments", Center: "center", Owner: "consultant"},
		{Name: "visit", Table: "visits", Center: "center", Owner: "consultant"},
		{Name: "quote", Table: "quotes", Center: "center", Owner: "consultant"},
		{Name: "promotion", Table: "promotions", Center: "center"},
		{Name: "reward", Table: "rewards", Center: "center", Owner: "consultant"},
		{Name: "assignment", Table: "assignment_rules", Center: "center", Where: companyToo},
		{Name: "score-model", Table: "score_models"},
		{Name: "target", Table: "targets", Center: "center", Owner: "staff"},
		{Name: "center-target", Table: "target_changes", Center: "center"}, // who may set those of centers
		{Name: "playbook", Table: "playbooks"},
		{Name: "ladder-step", Table: "contact_ladder", Center: "center", Where: companyToo},
	}
}
