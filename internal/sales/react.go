package sales

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
)

// Reactions lists what sales does about facts of others: a touch moves the matter, a signature ends it.
func Reactions() []op.Reaction {
	return append(rewardReactions(),
		op.On(touched), op.On(touchWithdrawn), op.On(signed),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalGiven, _ event.Event) error {
			return decided(ctx, tx, f.Asked, QuoteOpen, PromotionActive)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalRefused, _ event.Event) error {
			return decided(ctx, tx, f.Asked, QuoteRefused, PromotionRejected)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalWithdrawn, _ event.Event) error {
			return decided(ctx, tx, f.Asked, QuoteRefused, PromotionDraft)
		}),
	)
}

// Merged is what follows once all rows of a merged person are led to the one that stands.
func Merged() op.Reaction {
	return op.On(func(ctx context.Context, tx *op.Tx, f facts.PersonsMerged, _ event.Event) error {
		if err := mergedReferrers(ctx, tx, f); err != nil {
			return err
		}
		return dueRewards(ctx, tx, "state = 'waiting' AND referrer = ?", f.Person)
	})
}

// Unmerged is what follows once all rows are led back to the person that stands for itself again.
func Unmerged() op.Reaction {
	return op.On(func(ctx context.Context, tx *op.Tx, f facts.PersonsUnmerged, _ event.Event) error {
		return unmergedReferrers(ctx, tx, f)
	})
}

// decided brings the quote or promotion that waited for an approval to a state (SAL-7, SAL-8).
func decided(ctx context.Context, tx *op.Tx, f facts.Asked, state string, promotion PromotionState) error {
	if f.SubjectKind != "quote" {
		return promotionDecided(ctx, tx, f, promotion)
	}
	_, err := tx.Exec(ctx, "UPDATE quotes SET state = ?, version = version + 1 WHERE id = ? AND state = 'waiting'", state, f.Subject)
	if err != nil {
		return fmt.Errorf("bring quote to its state: %w", err)
	}
	return nil
}

// touched notes the contact, the next step, and the stage that follows (SAL-1, PPL-12).
func touched(ctx context.Context, tx *op.Tx, f facts.TouchRecorded, _ event.Event) error {
	if f.Enquiry.IsNone() {
		return nil
	}
	e, err := loadEnquiry(ctx, tx, f.Enquiry)
	if err != nil {
		return err
	}
	if err := end(ctx, tx, f.Ends); err != nil {
		return err
	}
	e.remember(f.Touch)
	e.LastTouch, e.NextStep, e.NextDay = tx.Now, f.NextStep, f.NextDay
	columns := []string{"past", "last_touch_at", "next_step", "next_day"}
	if e.FirstTouch.IsZero() && !f.ByForm() {
		e.FirstTouch = tx.Now
		columns = append(columns, "first_touch_at")
	}
	if f.Grade != "" {
		e.Grade = f.Grade
		columns = append(columns, "grade")
	}
	to := e.after(f)
	if to == Lost {
		e.LostReason = f.Closed
		columns = append(columns, "lost_reason")
	}
	return move(ctx, tx, &e, to, columns...)
}

// touchWithdrawn makes the enquiry what it was before the touch (UI-B2).
func touchWithdrawn(ctx context.Context, tx *op.Tx, f facts.TouchWithdrawn, _ event.Event) error {
	if f.Enquiry.IsNone() {
		return nil
	}
	e, err := loadEnquiry(ctx, tx, f.Enquiry)
	if err != nil {
		return err
	}
	if err := restore(ctx, tx, &e, f.Touch); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM playbook_uses WHERE touch = ?", f.Touch); err != nil {
		return fmt.Errorf("forget use of a card: %w", err)
	}
	return standAgain(ctx, tx, f.Restores)
}

func signed(ctx context.Context, tx *op.Tx, f facts.ContractSigned, _ event.Event) error {
	if err := take(ctx, tx, f); err != nil {
		return err
	}
	if f.Enquiry.IsNone() {
		return nil
	}
	e, err := loadEnquiry(ctx, tx, f.Enquiry)
	if err != nil {
		return err
	}
	e.NextStep, e.NextDay = "", 0
	return move(ctx, tx, &e, e.after(f), "next_step", "next_day")
}
