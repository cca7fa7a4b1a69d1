package facts

import (
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// Allocated is the part of a payment that pays a line of a contract.
type Allocated struct {
	Instalment id.ID     `json:"instalment_id"`
	Line       id.ID     `json:"line_id"`
	Amount     money.Fen `json:"amount_fen"`
}

// Pay is what every payment fact says.
type Pay struct {
	Payment     id.ID       `json:"payment_id"`
	Person      id.ID       `json:"person_id"` // payer
	Center      id.ID       `json:"center_id"`
	Contract    id.ID       `json:"contract_id"`
	Method      string      `json:"method"`
	Amount      money.Fen   `json:"amount_fen"` // positive, also of a reversal
	Allocations []Allocated `json:"allocations"`
	Kind        string      `json:"contract_kind"` // new, return, renewal, upgrade; empty without a contract
	Consultant  id.ID       `json:"consultant_id"`
	Channel     id.ID       `json:"channel_id"`
	Campaign    id.ID       `json:"campaign_id,omitzero"`
}

// About implements event.Fact.
func (p Pay) About() (center, person id.ID) { return p.Center, p.Person }

// PaymentTaken says that money came in, and what it pays (FIN-1).
type PaymentTaken struct{ Pay }

// Kind implements event.Fact.
func (PaymentTaken) Kind() string { return "finance.payment-taken.1" }

// Moves implements event.Moves.
func (p PaymentTaken) Moves() (money.Fen, hours.Centi) { return p.Amount, 0 }

// PaymentReversed mirrors a payment (FIN-2); Payment is the reversal, Of the payment that it undoes.
type PaymentReversed struct {
	Pay
	Of     id.ID  `json:"reverses"`
	Reason string `json:"reason"`
}

// Kind implements event.Fact.
func (PaymentReversed) Kind() string { return "finance.payment-reversed.1" }

// Moves implements event.Moves.
func (p PaymentReversed) Moves() (money.Fen, hours.Centi) { return -p.Amount, 0 }
