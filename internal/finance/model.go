package finance

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// Methods lists the ways of payment (FIN-1).
var Methods = []string{"cash", "card", "bank", "wechat", "alipay", "other"}

// Payment is money that came in (收款, FIN-1), or its reversal (冲正, FIN-2) with a negative amount. Its row never changes but for
// the mark that it was reversed.
type Payment struct {
	ID         id.ID        `json:"id" db:"id"`
	No         string       `json:"no" db:"no"` // of the receipt
	Person     id.ID        `json:"person_id" db:"person"`
	Center     id.ID        `json:"center_id" db:"center"`
	Contract   id.ID        `json:"contract_id" db:"contract"`
	Kind       string       `json:"contract_kind" db:"contract_kind"` // of the contract; empty without one
	Consultant id.ID        `json:"consultant_id" db:"consultant"`    // likewise
	Channel    id.ID        `json:"channel_id" db:"channel"`          // likewise
	Campaign   id.ID        `json:"campaign_id" db:"campaign"`        // likewise
	Method     string       `json:"method" db:"method"`
	Amount     money.Fen    `json:"amount_fen" db:"amount"` // negative: a reversal
	Reference  string       `json:"reference" db:"reference"`
	Note       string       `json:"note" db:"note"`
	Cashier    id.ID        `json:"cashier_id" db:"cashier"`
	Reverses   id.ID        `json:"reverses" db:"reverses"`
	Reversed   bool         `json:"reversed" db:"reversed"`
	Reason     string       `json:"reason" db:"reason"` // of a reversal
	At         time.Time    `json:"at" db:"at"`
	Day        bizdate.Date `json:"day" db:"day"` // business date of the center
	Version    int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Payment) TableName() string { return "payments" }

// Allocation is the part of a payment that pays a line of a contract by one of its instalments; of a reversal it is negative.
type Allocation struct {
	ID         id.ID     `json:"id" db:"id"`
	Payment    id.ID     `json:"payment_id" db:"payment"`
	Contract   id.ID     `json:"contract_id" db:"contract"`
	Instalment id.ID     `json:"instalment_id" db:"instalment"`
	Line       id.ID     `json:"line_id" db:"line"`
	Amount     money.Fen `json:"amount_fen" db:"amount"`
	At         time.Time `json:"at" db:"at"`
}

// TableName implements op.Record.
func (Allocation) TableName() string { return "allocations" }

// Accounts of the journal (FIN-4). Cash has one account a method: CashAccount.
const (
	CustomerBalance   = "customer-balance"
	DeferredRevenue   = "deferred-revenue"
	RecognizedRevenue = "recognized-revenue"
	Receivable        = "receivable"
	RefundPayable     = "refund-payable"
	Costs             = "costs"
	LessonPayPayable  = "lesson-pay-payable"
)

const cashPrefix = "cash."

// CashAccount is the account of money received by a method.
func CashAccount(method string) string { return cashPrefix + method }

// JournalLine is one line of the journal: a debit is positive, a credit negative; the lines of an event sum to zero (FIN-4).
type JournalLine struct {
	ID       id.ID        `json:"id" db:"id"`
	Event    id.ID        `json:"event_id" db:"event"`
	Cause    id.ID        `json:"cause_id" db:"cause"` // the record that moved the value: a payment …
	Day      bizdate.Date `json:"day" db:"day"`
	Center   id.ID        `json:"center_id" db:"center"`
	Account  string       `json:"account" db:"account"`
	Person   id.ID        `json:"person_id" db:"person"`
	Contract id.ID        `json:"contract_id" db:"contract"`
	Line     id.ID        `json:"line_id" db:"line"`
	Amount   money.Fen    `json:"amount_fen" db:"amount"`
	At       time.Time    `json:"at" db:"at"`
}

// TableName implements op.Record.
func (JournalLine) TableName() string { return "journal" }

// Resources lists this domain's kinds of records; allocations are read with their payment.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "payment", Table: "payments", Center: "center", Owner: "cashier"},
		{Name: "journal", Table: "journal", Center: "center"},
	}
}

// Operations lists this domain's operations.
func Operations() []op.Any { return []op.Any{TakePayment, ReversePayment} }

// Reactions lists what the books do about facts that move value (FIN-4).
func Reactions() []op.Reaction { return []op.Reaction{op.On(postTaken), op.On(postReversed)} }
