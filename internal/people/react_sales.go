package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

func salesReactions() []op.Reaction {
	return []op.Reaction{
		op.On(entered),
		op.On(touched),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TouchWithdrawn, _ event.Event) error {
			if f.Enquiry.IsNone() {
				return nil
			}
			return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, outcomeState(f.Stage))
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryUpdated, _ event.Event) error {
			return updated(ctx, tx, f)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryAssigned, _ event.Event) error {
			return moveEnquiry(ctx, tx, f.Matter)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryPooled, _ event.Event) error {
			return moveEnquiry(ctx, tx, f.Matter)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryClaimed, _ event.Event) error {
			return moveEnquiry(ctx, tx, f.Matter)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ClaimWithdrawn, _ event.Event) error {
			return moveEnquiry(ctx, tx, f.Matter)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryChanged, _ event.Event) error {
			return named(ctx, tx, f.Matter, f.Named)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryLost, _ event.Event) error {
			return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, LinkEnded)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryReopened, _ event.Event) error {
			return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, outcomeState(f.Stage))
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.AppointmentWithdrawn, _ event.Event) error {
			return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, outcomeState(f.Stage))
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitReopened, _ event.Event) error {
			return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, outcomeState(f.Stage))
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.AppointmentBooked, _ event.Event) error {
			return reopen(ctx, tx, f.Matter)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitCheckedIn, _ event.Event) error {
			return visited(ctx, tx, f.Matter, f.Visit)
		}),
		op.On(unvisited),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.WalkedIn, _ event.Event) error {
			return visited(ctx, tx, f.Matter, f.Visit)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitFinished, _ event.Event) error {
			if f.Outcome == "lost" {
				return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, LinkEnded)
			}
			return reopen(ctx, tx, f.Matter)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.QuoteMade, _ event.Event) error {
			return reopen(ctx, tx, f.Matter)
		}),
	}
}

// touched: a matter goes on with the next step, and ends without one (PPL-12).
func touched(ctx context.Context, tx *op.Tx, f facts.TouchRecorded, _ event.Event) error {
	state := LinkOpen
	switch {
	case f.Enquiry.IsNone():
		return nil
	case f.NextStep == "":
		state = LinkEnded
	}
	return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, state)
}

func enquiryLink(m facts.Matter, state string) Link {
	return Link{Person: m.Person, Kind: linkEnquiry, Ref: m.Enquiry, Center: m.Center, Owner: m.Consultant, State: state}
}

// entered: from now on who has the matter has the person, not who typed it in.
func entered(ctx context.Context, tx *op.Tx, f facts.EnquiryEntered, _ event.Event) error {
	if err := link(ctx, tx, enquiryLink(f.Matter, outcomeState(f.Outcome))); err != nil {
		return err
	}
	if err := named(ctx, tx, f.Matter, &facts.Named{Organization: f.Organization}); err != nil {
		return err
	}
	return freeRegistration(ctx, tx, f.Person)
}

func updated(ctx context.Context, tx *op.Tx, f facts.EnquiryUpdated) error {
	if err := moveEnquiry(ctx, tx, f.Matter); err != nil {
		return err
	}
	if err := named(ctx, tx, f.Matter, f.Named); err != nil || f.Outcome == "" {
		return err
	}
	return turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, outcomeState(f.Outcome))
}

// outcomeState is the state of an enquiry's link by its outcome or stage.
func outcomeState(outcome string) string {
	switch outcome {
	case "signed":
		return LinkWon
	case "lost":
		return LinkEnded
	}
	return LinkOpen
}

// reopen: a matter that goes on is open again.
func reopen(ctx context.Context, tx *op.Tx, m facts.Matter) error {
	return turnLink(ctx, tx, m.Person, linkEnquiry, m.Enquiry, LinkOpen)
}

// visited: a center sees who visits it, also where the enquiry lies at another one.
func visited(ctx context.Context, tx *op.Tx, m facts.Matter, visit id.ID) error {
	if err := reopen(ctx, tx, m); err != nil {
		return err
	}
	var center id.ID
	err := tx.QueryRow(ctx, "SELECT center FROM person_links WHERE person = ? AND kind = 'enquiry' AND ref = ?", []any{m.Person, m.Enquiry}, &center)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read link of enquiry: %w", err)
	}
	if center == m.Center {
		return nil
	}
	return link(ctx, tx, Link{Person: m.Person, Kind: linkVisit, Ref: visit, Center: m.Center, State: LinkEnded})
}

// unvisited: who was not here after all is seen as before.
func unvisited(ctx context.Context, tx *op.Tx, f facts.VisitWithdrawn, _ event.Event) error {
	if err := turnLink(ctx, tx, f.Person, linkEnquiry, f.Enquiry, outcomeState(f.Stage)); err != nil {
		return err
	}
	if f.Unassigned {
		m := f.Matter
		m.Consultant = id.None
		if err := moveEnquiry(ctx, tx, m); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM person_links WHERE person = ? AND kind = ? AND ref = ?", f.Person, linkVisit, f.Visit); err != nil {
		return fmt.Errorf("take link of visit away: %w", err)
	}
	return nil
}

// moveEnquiry says where an enquiry lies and who owns it from now on: its person and the organization for which it is are seen there.
func moveEnquiry(ctx context.Context, tx *op.Tx, m facts.Matter) error {
	if err := moveLink(ctx, tx, enquiryLink(m, "")); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE person_links SET center = ?, owner = ? WHERE ref = ? AND kind = 'named'", m.Center, m.Consultant, m.Enquiry); err != nil {
		return fmt.Errorf("move link of organization: %w", err)
	}
	return nil
}

// named: who sees an enquiry sees the organization for which it is (PPL-13).
func named(ctx context.Context, tx *op.Tx, m facts.Matter, n *facts.Named) error {
	if n == nil {
		return nil
	}
	if !n.Was.IsNone() {
		if _, err := tx.Exec(ctx, "DELETE FROM person_links WHERE person = ? AND kind = 'named' AND ref = ?", n.Was, m.Enquiry); err != nil {
			return fmt.Errorf("unlink organization: %w", err)
		}
	}
	return link(ctx, tx, Link{Person: n.Organization, Kind: linkNamed, Ref: m.Enquiry, Center: m.Center, Owner: m.Consultant, State: LinkOpen})
}
