package sales

import (
	"slices"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

// PromotionState is where a promotion stands.
type PromotionState string

// The states of a promotion. It is used from its first to its last day while it is active.
const (
	PromotionDraft    PromotionState = "draft"
	PromotionWaiting  PromotionState = "waiting"  // for approval (PRC-6)
	PromotionRejected PromotionState = "rejected" // may be changed and started again
	PromotionActive   PromotionState = "active"
	PromotionStopped  PromotionState = "stopped"
)

// PromotionStates lists the states.
var PromotionStates = []PromotionState{PromotionActive, PromotionDraft, PromotionWaiting, PromotionRejected, PromotionStopped}

// Forms of a promotion: what it gives.
const (
	FormPercent   = "percent"
	FormAmount    = "amount"
	FormGiftHours = "gift-hours"
	FormGift      = "gift"
)

// PromotionForms lists the forms.
var PromotionForms = []string{FormPercent, FormAmount, FormGiftHours, FormGift}

// Rules of stacking: alone, with nothing else off the price; reckoned from the list price, in whatever order; reckoned from what is left
// after those, in the order of the numbers.
const (
	StackAlone = "alone"
	StackList  = "list"
	StackRest  = "rest"
)

// Stackings lists the rules of stacking.
var Stackings = []string{StackAlone, StackList, StackRest}

// Promotion is a favour with its rule (促销, SAL-8).
type Promotion struct {
	ID            id.ID          `json:"id" db:"id"`
	No            string         `json:"no" db:"no"`
	Name          string         `json:"name" db:"name"`
	Center        id.ID          `json:"center_id" db:"center"`          // whose it is; none: the whole company's
	Centers       []id.ID        `json:"center_ids" db:"centers,json"`   // where it is given; none: everywhere
	Packages      []id.ID        `json:"package_ids" db:"packages,json"` // on what; none: on all
	Kinds         []string       `json:"kinds" db:"kinds,json"`          // of enquiries: whom it is for; none: all
	From          bizdate.Date   `json:"from_day" db:"from_day"`
	Until         bizdate.Date   `json:"until_day" db:"until_day"` // last day
	Form          string         `json:"form" db:"form"`
	Percent       int64          `json:"percent_x100" db:"percent"` // of the price that is taken off
	Amount        money.Fen      `json:"amount_fen" db:"amount"`    // that is taken off
	Gift          hours.Centi    `json:"gift_hours_x100" db:"gift"`
	Thing         string         `json:"thing" db:"thing"`
	ThingCost     money.Fen      `json:"thing_cost_fen" db:"thing_cost"`
	Stacking      string         `json:"stacking" db:"stacking"`
	Quota         int64          `json:"quota" db:"quota"`     // of signed contracts; 0: any number
	Used          int64          `json:"used" db:"used"`       // signed contracts
	Floor         money.Fen      `json:"floor_fen" db:"floor"` // the least that an hour costs after everything; 0: none
	Owner         id.ID          `json:"owner_id" db:"owner"`
	PlanContracts int64          `json:"plan_contracts" db:"plan_contracts"` // additional ones that it is to bring
	Goal          string         `json:"goal" db:"goal"`
	State         PromotionState `json:"state" db:"state"`
	Created       time.Time      `json:"created_at" db:"created_at"`
	StoppedDay    bizdate.Date   `json:"stopped_day" db:"stopped_day"`
	Version       int64          `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Promotion) TableName() string { return "promotions" }

// Left is how many contracts may still be signed with it; -1: any number.
func (p Promotion) Left() int64 {
	if p.Quota == 0 {
		return -1
	}
	return max(0, p.Quota-p.Used)
}

// Last is the last day on which it is given.
func (p Promotion) Last() bizdate.Date {
	if p.State == PromotionStopped && p.StoppedDay < p.Until {
		return p.StoppedDay
	}
	return p.Until
}

// Started tells whether it was ever given, or may be.
func (p Promotion) Started() bool { return p.State == PromotionActive || p.State == PromotionStopped }

// Running tells whether it is given on a day.
func (p Promotion) Running(day bizdate.Date) bool {
	return p.State == PromotionActive && p.From <= day && day <= p.Until
}

// For tells whether it is given at a center to a kind of enquiry.
func (p Promotion) For(center id.ID, kind string) bool {
	return (len(p.Centers) == 0 || slices.Contains(p.Centers, center)) && (len(p.Kinds) == 0 || slices.Contains(p.Kinds, kind))
}

// GivenAt tells whether it is given at one of some centers; none: at any.
func (p Promotion) GivenAt(centers []id.ID) bool {
	return len(p.Centers) == 0 || len(centers) == 0 || slices.ContainsFunc(centers, func(key id.ID) bool { return slices.Contains(p.Centers, key) })
}

// On tells whether it is given on a package.
func (p Promotion) On(pack id.ID) bool {
	return len(p.Packages) == 0 || slices.Contains(p.Packages, pack)
}

func (p Promotion) about() facts.PromotionAbout {
	return facts.PromotionAbout{Promotion: p.ID, Center: p.Center, No: p.No}
}

// refuse refuses what a promotion's state does not allow.
func (p Promotion) refuse(code string) error {
	return problem.Refuse("SAL-8", code, problem.Field{Location: "promotion_id", Value: p.No})
}

// PromotionAnswer names a promotion and where it stands.
type PromotionAnswer struct {
	ID       id.ID          `json:"id"`
	No       string         `json:"no"`
	State    PromotionState `json:"state"`
	Approval id.ID          `json:"approval_id,omitzero"` // that it waits for
	Version  int64          `json:"version"`
}

func (p Promotion) answer() PromotionAnswer {
	return PromotionAnswer{ID: p.ID, No: p.No, State: p.State, Version: p.Version}
}
