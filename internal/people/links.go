package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Link says through which matter a person is seen, where it lies and who owns it.
type Link struct {
	Person id.ID  `db:"person"`
	Kind   string `db:"kind"` // see linkKinds
	Ref    id.ID  `db:"ref"`
	Center id.ID  `db:"center"`
	Owner  id.ID  `db:"owner"`
	Open   bool   `db:"open"`
}

func link(ctx context.Context, tx *op.Tx, l Link) error {
	_, err := tx.Exec(ctx, `INSERT INTO person_links (person, kind, ref, center, owner, open) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (person, kind, ref) DO UPDATE SET center = excluded.center, owner = excluded.owner, open = excluded.open`,
		l.Person, l.Kind, l.Ref, l.Center, l.Owner, l.Open)
	if err != nil {
		return fmt.Errorf("link person to %s: %w", l.Kind, err)
	}
	return nil
}

// Reactions keeps the links of persons to their matters from the facts about these.
func Reactions() []op.Reaction {
	enquiry := func(ctx context.Context, tx *op.Tx, m facts.Matter, open bool) error {
		return link(ctx, tx, Link{Person: m.Person, Kind: "enquiry", Ref: m.Enquiry, Center: m.Center, Owner: m.Consultant, Open: open})
	}
	contract := func(ctx context.Context, tx *op.Tx, m facts.Matter, contract, payer id.ID, open bool) error {
		l := Link{Person: m.Person, Kind: "contract", Ref: contract, Center: m.Center, Owner: m.Consultant, Open: open}
		if err := link(ctx, tx, l); err != nil || payer == m.Person || payer.IsNone() {
			return err
		}
		l.Person = payer
		return link(ctx, tx, l)
	}
	return []op.Reaction{
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryEntered, _ event.Event) error {
			return enquiry(ctx, tx, f.Matter, f.Outcome == "")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryAssigned, _ event.Event) error {
			return enquiry(ctx, tx, f.Matter, true)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryLost, _ event.Event) error {
			return enquiry(ctx, tx, f.Matter, false)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitFinished, _ event.Event) error {
			return enquiry(ctx, tx, f.Matter, f.Outcome != "lost")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ContractDrafted, _ event.Event) error {
			return contract(ctx, tx, f.Matter, f.Contract, f.Payer, false)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ContractSigned, _ event.Event) error {
			if err := contract(ctx, tx, f.Matter, f.Contract, f.Payer, true); err != nil || f.Enquiry.IsNone() {
				return err
			}
			return enquiry(ctx, tx, f.Matter, false)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.PaymentTaken, _ event.Event) error {
			return link(ctx, tx, Link{Person: f.Person, Kind: "payment", Ref: f.Payment, Center: f.Center, Owner: f.Consultant})
		}),
	}
}
