package facts

import (
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// Reward is what somebody is given for a person whom they brought (MKT-12).
type Reward struct {
	Reward   id.ID       `json:"reward_id"`
	Referrer id.ID       `json:"referrer_id"`
	Person   id.ID       `json:"person_id"` // who was brought
	Enquiry  id.ID       `json:"enquiry_id"`
	Contract id.ID       `json:"contract_id"` // that was paid
	Center   id.ID       `json:"center_id"`   // of that contract
	Hours    hours.Centi `json:"hours_x100"`
}

// About implements event.Fact.
func (r Reward) About() (center, person id.ID) { return r.Center, r.Referrer }

// RewardAccount is the hour account in which a reward is booked; empty where it is not.
type RewardAccount struct {
	Line       id.ID `json:"line_id,omitzero"`
	At         id.ID `json:"account_center_id,omitzero"` // center of the account
	Student    id.ID `json:"student_id,omitzero"`
	Course     id.ID `json:"course_id,omitzero"`
	Package    id.ID `json:"package_id,omitzero"`
	Consultant id.ID `json:"consultant_id,omitzero"` // who sold to the student
}

// RewardEarned says that who was brought has paid for the first time: the referrer is to be rewarded (MKT-12). It is booked at once where the
// referrer, or a child of the referrer, has an hour account.
type RewardEarned struct {
	Reward
	RewardAccount
}

// Kind implements event.Fact.
func (RewardEarned) Kind() string { return "sales.reward-earned.1" }

// Moves implements event.Moves.
func (r RewardEarned) Moves() (money.Fen, hours.Centi) {
	if r.Line.IsNone() {
		return 0, 0
	}
	return 0, r.Hours
}

// RewardBooked says that the hours of a reward that waited stand in an hour account.
type RewardBooked struct {
	Reward
	RewardAccount
}

// Kind implements event.Fact.
func (RewardBooked) Kind() string { return "sales.reward-booked.1" }

// Moves implements event.Moves.
func (r RewardBooked) Moves() (money.Fen, hours.Centi) { return 0, r.Hours }

// RewardReversed says that a reward is taken back, as far as its hours are not used (MKT-12).
type RewardReversed struct {
	Reward
	RewardAccount
	Taken  hours.Centi `json:"taken_hours_x100"`
	Reason string      `json:"reason,omitempty"` // of whom takes it back; empty: the payment was reversed
}

// Kind implements event.Fact.
func (RewardReversed) Kind() string { return "sales.reward-reversed.1" }

// Moves implements event.Moves.
func (r RewardReversed) Moves() (money.Fen, hours.Centi) { return 0, -r.Taken }
