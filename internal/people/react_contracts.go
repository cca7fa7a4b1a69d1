package people

import (
	"context"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
)

func moneyReactions() []op.Reaction { return []op.Reaction{op.On(drafted), op.On(signed), op.On(paid)} }

// drafted: student and payer are seen by whoever sees the contract.
func drafted(ctx context.Context, tx *op.Tx, f facts.ContractDrafted, _ event.Event) error {
	l := Link{Person: f.Person, Kind: linkContract, Ref: f.Contract, Center: f.Center, Owner: f.Consultant, State: LinkPending}
	if err := link(ctx, tx, l); err != nil || f.Payer == f.Person {
		return err
	}
	l.Person, l.Kind = f.Payer, linkPayer
	return link(ctx, tx, l)
}

// signed: the person is a student, and the enquiry was won.
func signed(ctx context.Context, tx *op.Tx, f facts.ContractSigned, _ event.Event) error {
	if err := turnLink(ctx, tx, f.Person, linkContract, f.Contract, LinkOpen); err != nil {
		return err
	}
	if !f.Payer.IsNone() && f.Payer != f.Person {
		if err := turnLink(ctx, tx, f.Payer, linkPayer, f.Contract, LinkOpen); err != nil {
			return err
		}
	}
	if f.Enquiry.IsNone() {
		return nil
	}
	return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, LinkWon)
}

// paid: who paid is seen by whoever sees the payment.
func paid(ctx context.Context, tx *op.Tx, f facts.PaymentTaken, _ event.Event) error {
	return link(ctx, tx, Link{Person: f.Person, Kind: linkPayment, Ref: f.Payment, Center: f.Center, Owner: f.Consultant, State: LinkEnded})
}
