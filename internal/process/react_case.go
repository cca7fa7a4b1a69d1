package process

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// caseReactions open cases, tell which records belong to them, and note the steps that facts complete.
func caseReactions() []op.Reaction {
	return []op.Reaction{
		op.On(openCase),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TouchRecorded, e event.Event) error {
			if f.Enquiry.IsNone() || f.ByForm() {
				return nil
			}
			return step(ctx, tx, f.Enquiry, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TouchWithdrawn, _ event.Event) error {
			return unstep(ctx, tx, f.Enquiry, f.Recorded)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitWithdrawn, _ event.Event) error {
			return unstepOf(ctx, tx, f.Enquiry, f.Visit, f.Recorded)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.AppointmentWithdrawn, _ event.Event) error {
			return unstepOf(ctx, tx, f.Enquiry, f.Appointment, f.Recorded)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitReopened, _ event.Event) error {
			return unstep(ctx, tx, f.Enquiry, f.Recorded)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.AppointmentBooked, e event.Event) error {
			return stepOf(ctx, tx, f.Matter, f.Appointment, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.AppointmentMoved, e event.Event) error {
			return stepOf(ctx, tx, f.Matter, f.To, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitCheckedIn, e event.Event) error {
			return stepOf(ctx, tx, f.Matter, f.Visit, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.WalkedIn, e event.Event) error {
			return stepOf(ctx, tx, f.Matter, f.Visit, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitFinished, e event.Event) error {
			if len(f.Needs) == 0 {
				return nil // lost at reception: nothing was analysed
			}
			return step(ctx, tx, f.Enquiry, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.QuoteMade, e event.Event) error {
			return stepOf(ctx, tx, f.Matter, f.Quote, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ContractDrafted, e event.Event) error {
			return stepOf(ctx, tx, f.Matter, f.Contract, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ContractSigned, e event.Event) error {
			return step(ctx, tx, f.Enquiry, e)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.PaymentTaken, e event.Event) error {
			if f.Contract.IsNone() || len(f.Allocations) == 0 {
				return nil
			}
			c, err := CaseOf(ctx, tx, f.Contract)
			if err != nil || c.IsNone() {
				return err
			}
			return step(ctx, tx, c, e)
		}),
	}
}

func openCase(ctx context.Context, tx *op.Tx, f facts.EnquiryEntered, e event.Event) error {
	list, err := blueprints(ctx, tx)
	if err != nil {
		return err
	}
	bp, ok := current(list, LeadToContract, e.At, tx.Zone(f.Center))
	if !ok {
		return nil
	}
	_, err = tx.Exec(ctx, "INSERT INTO cases (id, blueprint, version, person, center, opened_at) VALUES (?, ?, ?, ?, ?, ?)",
		f.Enquiry, bp.Code, bp.Version, f.Person, f.Center, e.At)
	if err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	return nil
}

// stepOf notes that ref belongs to the matter's case, and the step that the fact completes.
func stepOf(ctx context.Context, tx *op.Tx, m facts.Matter, ref id.ID, e event.Event) error {
	if m.Enquiry.IsNone() {
		return nil
	}
	if _, err := tx.Exec(ctx, "INSERT INTO case_refs (ref, case_id) VALUES (?, ?) ON CONFLICT (ref) DO NOTHING", ref, m.Enquiry); err != nil {
		return fmt.Errorf("link to case: %w", err)
	}
	return step(ctx, tx, m.Enquiry, e)
}

func step(ctx context.Context, tx *op.Tx, key id.ID, e event.Event) error {
	list, err := blueprints(ctx, tx)
	if err != nil || key.IsNone() {
		return err
	}
	for _, bp := range list {
		for _, step := range bp.Body.steps(e.Kind) {
			// only the version that the case began with counts (PRC-4)
			_, err := tx.Exec(ctx, `INSERT INTO case_steps (case_id, step, at, event)
				SELECT id, ?, ?, ? FROM cases WHERE id = ? AND blueprint = ? AND version = ? ON CONFLICT (case_id, step) DO NOTHING`,
				step, e.At, e.ID, key, bp.Code, bp.Version)
			if err != nil {
				return fmt.Errorf("note step: %w", err)
			}
		}
	}
	return nil
}

// unstepOf says that ref belongs to the case no more, since the fact that linked it was taken back, nor count the steps of that fact.
func unstepOf(ctx context.Context, tx *op.Tx, key, ref, recorded id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM case_refs WHERE ref = ?", ref); err != nil {
		return fmt.Errorf("unlink from case: %w", err)
	}
	return unstep(ctx, tx, key, recorded)
}

// unstep takes away the steps that a fact had completed and that was taken back (UI-B2): the gates ask for them again.
func unstep(ctx context.Context, tx *op.Tx, key, recorded id.ID) error {
	if key.IsNone() {
		return nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM case_steps WHERE case_id = ? AND event = ?", key, recorded); err != nil {
		return fmt.Errorf("take step away: %w", err)
	}
	return nil
}
