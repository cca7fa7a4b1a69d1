package finance

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// ReversePayment mirrors a payment with a reason (FIN-2): another payment with the negative amount, its allocations and its journal
// lines. Refused: already-reversed, is-reversal, own-payment (ORG-5).
var ReversePayment = op.Op[ReversePaymentInput, PaymentAnswer]{
	Name: "finance.reverse-payment", Rule: "FIN-2", Needs: "payment:reverse", Fact: facts.PaymentReversed{}, Do: reversePayment,
	Subject: func(in ReversePaymentInput) op.Ref { return op.Ref{Kind: "payment", ID: in.PaymentID} },
}

// ReversePaymentInput says which payment and why.
type ReversePaymentInput struct {
	PaymentID id.ID  `json:"payment_id" path:"id"`
	Reason    string `json:"reason" maxLength:"500"`
}

func reversePayment(ctx context.Context, tx *op.Tx, in ReversePaymentInput) (PaymentAnswer, error) {
	if err := in.check(); err != nil {
		return PaymentAnswer{}, err
	}
	was, err := paymentByID(ctx, tx, in.PaymentID)
	if err != nil {
		return PaymentAnswer{}, err
	}
	var owed contracts.Owed
	if !was.Contract.IsNone() { // the contract first, then the payment: the same order for everybody (TRU-5)
		if owed, err = contracts.LockOwed(ctx, tx, was.Contract); err != nil {
			return PaymentAnswer{}, err
		}
	}
	if err := tx.Lock(ctx, "payments", was.ID); err != nil {
		return PaymentAnswer{}, fmt.Errorf("lock payment: %w", err)
	}
	if was, err = paymentByID(ctx, tx, in.PaymentID); err != nil {
		return PaymentAnswer{}, err
	}
	if err := was.reversible(tx.Viewer.Staff); err != nil {
		return PaymentAnswer{}, err
	}
	allocated, err := allocationsOf(ctx, tx, was.ID)
	if err != nil {
		return PaymentAnswer{}, err
	}
	was.Reversed = true
	if err := tx.Save(ctx, &was, "reversed"); err != nil {
		return PaymentAnswer{}, err
	}
	p := Payment{
		ID: tx.NewID(), Person: was.Person, Center: was.Center, Contract: was.Contract, Method: was.Method, Amount: -was.Amount,
		Kind: was.Kind, Consultant: was.Consultant, Channel: was.Channel, Campaign: was.Campaign, Reference: was.Reference, Cashier: tx.Viewer.Staff, Reverses: was.ID, Reason: in.Reason, At: tx.Now, Day: tx.Today(was.Center),
	}
	if err := insertPayment(ctx, tx, &p, allocated, -1); err != nil {
		return PaymentAnswer{}, err
	}
	tx.Record(p.ID, facts.PaymentReversed{Pay: p.fact(owed.Contract, allocated), Of: was.ID, Reason: in.Reason})
	return p.answer(allocated), nil
}

func (in *ReversePaymentInput) check() error {
	in.Reason = strings.TrimSpace(in.Reason)
	var bad problem.Invalid
	if in.Reason == "" {
		bad.Add("reason", "required", nil)
	}
	if len([]rune(in.Reason)) > longestNote {
		bad.Add("reason", "too-long", nil, "max", longestNote)
	}
	return bad.Err("FIN-2")
}

// allocationsOf reads what a payment that was seen pays.
func allocationsOf(ctx context.Context, tx *op.Tx, payment id.ID) ([]facts.Allocated, error) {
	var list []Allocation
	err := tx.Unscoped("its payment was seen").Select(&list).Where("payment = ?", payment).Order("id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read allocations: %w", err)
	}
	out := make([]facts.Allocated, len(list))
	for i, a := range list {
		out[i] = facts.Allocated{Instalment: a.Instalment, Line: a.Line, Amount: a.Amount}
	}
	return out, nil
}
