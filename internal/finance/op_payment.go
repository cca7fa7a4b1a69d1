package finance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/numbers"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// TakePayment takes money (FIN-1): it gets a receipt number without gaps, pays the instalments of its contract, and what is left
// over is the payer's balance; the journal balances (FIN-4). Refused: not-signed, over-open, over-payment, another center than the
// contract's.
var TakePayment = op.Op[TakePaymentInput, PaymentAnswer]{
	Name: "finance.take-payment", Rule: "FIN-1", Needs: "payment:create", Fact: facts.PaymentTaken{}, Do: takePayment,
	Subject: func(in TakePaymentInput) op.Ref {
		if in.ContractID.IsNone() {
			return op.Ref{Kind: "center", ID: in.CenterID}
		}
		return op.Ref{Kind: "contract", ID: in.ContractID}
	},
	Subjects: func(in TakePaymentInput) []op.Ref {
		if in.PersonID.IsNone() {
			return nil
		}
		return []op.Ref{{Kind: "person", ID: in.PersonID}}
	},
}

// TakePaymentInput is what the cashier knows.
type TakePaymentInput struct {
	ContractID  id.ID             `json:"contract_id,omitempty" doc:"what is paid; none: the payer's balance"`
	CenterID    id.ID             `json:"center_id,omitempty" doc:"the contract's if left out"`
	PersonID    id.ID             `json:"person_id,omitempty" doc:"payer; the contract's if left out"`
	Method      string            `json:"method" enum:"cash,card,bank,wechat,alipay,other"`
	Amount      money.Fen         `json:"amount_fen" minimum:"1" maximum:"10000000000"`
	Reference   string            `json:"reference,omitempty" maxLength:"100" doc:"number of the card slip, transfer or order"`
	Note        string            `json:"note,omitempty" maxLength:"500"`
	Allocations []AllocationInput `json:"allocations,omitempty" maxItems:"60" doc:"which instalments it pays; the oldest due first if left out"`
}

// PaymentAnswer is the payment and what became of its amount.
type PaymentAnswer struct {
	ID        id.ID     `json:"id"`
	No        string    `json:"no"`
	Amount    money.Fen `json:"amount_fen"`
	Allocated money.Fen `json:"allocated_fen"`
	Balance   money.Fen `json:"balance_fen"` // left over, to the payer's balance
	Version   int64     `json:"version"`
}

const (
	mostAmount       = money.Fen(10_000_000_000) // 100 million yuan
	longestReference = 100
	longestNote      = 500
)

func takePayment(ctx context.Context, tx *op.Tx, in TakePaymentInput) (PaymentAnswer, error) {
	var owed contracts.Owed
	if !in.ContractID.IsNone() {
		var err error
		if owed, err = contracts.LockOwed(ctx, tx, in.ContractID); err != nil {
			return PaymentAnswer{}, err
		}
		in = in.filled(owed.Contract)
	}
	if err := in.check(owed); err != nil {
		return PaymentAnswer{}, err
	}
	var allocated []facts.Allocated
	if !in.ContractID.IsNone() {
		var err error
		if allocated, err = allocate(in.Amount, owed, in.Allocations); err != nil {
			return PaymentAnswer{}, err
		}
	}
	p := Payment{
		ID: tx.NewID(), Person: in.PersonID, Center: in.CenterID, Contract: in.ContractID, Method: in.Method, Amount: in.Amount,
		Kind: owed.Contract.Kind, Consultant: owed.Contract.Consultant, Channel: owed.Contract.Channel, Campaign: owed.Contract.Campaign, Reference: in.Reference, Note: in.Note, Cashier: tx.Viewer.Staff, At: tx.Now, Day: tx.Today(in.CenterID),
	}
	if err := insertPayment(ctx, tx, &p, allocated, 1); err != nil {
		return PaymentAnswer{}, err
	}
	tx.Record(p.ID, facts.PaymentTaken{Pay: p.fact(owed.Contract, allocated)})
	return p.answer(allocated), nil
}

// filled adds what the contract says.
func (in TakePaymentInput) filled(c contracts.Contract) TakePaymentInput {
	if in.CenterID.IsNone() {
		in.CenterID = c.Center
	}
	if in.PersonID.IsNone() {
		in.PersonID = c.Payer
	}
	return in
}

func (in *TakePaymentInput) check(owed contracts.Owed) error {
	in.Reference, in.Note = strings.TrimSpace(in.Reference), strings.TrimSpace(in.Note)
	var bad problem.Invalid
	if in.PersonID.IsNone() {
		bad.Add("person_id", "required", nil)
	}
	if !slices.Contains(Methods, in.Method) {
		bad.Add("method", "not-one-of", in.Method, "list", strings.Join(Methods, ", "))
	}
	if in.Amount <= 0 || in.Amount > mostAmount {
		bad.Add("amount_fen", "amount-range", in.Amount, "max", mostAmount)
	}
	if len([]rune(in.Reference)) > longestReference {
		bad.Add("reference", "too-long", nil, "max", longestReference)
	}
	if len([]rune(in.Note)) > longestNote {
		bad.Add("note", "too-long", nil, "max", longestNote)
	}
	if in.ContractID.IsNone() {
		if len(in.Allocations) > 0 {
			bad.Add("contract_id", "required", nil)
		}
		return bad.Err("FIN-1")
	}
	if in.CenterID != owed.Contract.Center {
		bad.Add("center_id", "other-center", in.CenterID)
	}
	if !owed.Contract.TakesPayment() {
		bad.Add("contract_id", "not-signed", owed.Contract.No)
	}
	return bad.Err("FIN-1")
}

// insertPayment draws the receipt number and writes a payment and its allocations, times sign.
func insertPayment(ctx context.Context, tx *op.Tx, p *Payment, allocated []facts.Allocated, sign money.Fen) error {
	center, ok := organization.Of(tx).Center(p.Center)
	if !ok {
		return problem.NotFound("center")
	}
	year, _, _ := p.Day.UTC().Date()
	var err error
	if p.No, err = numbers.Take(ctx, tx, "receipt", fmt.Sprintf("%sR%d", center.Code, year), 6); err != nil {
		return err
	}
	if err := tx.Insert(ctx, *p); err != nil {
		return err
	}
	for _, a := range allocated {
		err := tx.Insert(ctx, Allocation{
			ID: tx.NewID(), Payment: p.ID, Contract: p.Contract, Instalment: a.Instalment, Line: a.Line, Amount: sign * a.Amount, At: p.At,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fact says what every fact of a payment says; c is its contract, if any.
func (p Payment) fact(c contracts.Contract, allocated []facts.Allocated) facts.Pay {
	return facts.Pay{
		Payment: p.ID, Person: p.Person, Center: p.Center, Contract: p.Contract, Method: p.Method, Amount: max(p.Amount, -p.Amount),
		Allocations: allocated, Kind: c.Kind, Consultant: c.Consultant, Channel: c.Channel, Campaign: c.Campaign,
	}
}

func (p Payment) answer(allocated []facts.Allocated) PaymentAnswer {
	a := PaymentAnswer{ID: p.ID, No: p.No, Amount: p.Amount, Version: p.Version}
	for _, part := range allocated {
		a.Allocated += part.Amount
	}
	if p.Amount < 0 {
		a.Allocated = -a.Allocated
	}
	a.Balance = a.Amount - a.Allocated
	return a
}
