package sim

import (
	"context"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// Guidance is noted at a share of the calls, and used at a share of those.
const (
	cardNoted = 0.3
	cardUsed  = 0.55
)

// record keeps a call of a consultant; sometimes what the card of guidance beside it says was noted too (SAL-10), which changes nothing
// else of the life.
func (a *agenda) record(ctx context.Context, in people.TouchInput) error {
	noted, used := a.said.Float64() < cardNoted, a.said.Float64() < cardUsed
	if !noted {
		_, err := people.RecordTouch.Run(ctx, a.l.run, in)
		return err
	}
	card, found, err := a.card(ctx, in.EnquiryID)
	if err != nil {
		return err
	}
	touch, err := people.RecordTouch.Run(ctx, a.l.run, in)
	if err != nil || !found {
		return err
	}
	_, err = sales.NoteGuidance.Run(ctx, a.l.run, sales.GuidanceInput{TouchID: touch.ID, PlaybookID: card.ID, No: card.Version, Used: used})
	return err
}

// card is the one that stands beside an enquiry.
func (a *agenda) card(ctx context.Context, enquiry id.ID) (card sales.Playbook, found bool, err error) {
	err = a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		e, err := sales.EnquiryByID(ctx, tx, enquiry)
		if err != nil {
			return err
		}
		last, err := people.Touches(ctx, tx, e.Person, 1)
		if err != nil {
			return err
		}
		list, err := sales.PlaybooksFor(ctx, tx, e, last, "zh")
		if found = len(list) > 0; found {
			card = list[0]
		}
		return err
	})
	return card, found, err
}
