package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
)

// processReactions: who is given a task sees the person that it is about.
func processReactions() []op.Reaction {
	return []op.Reaction{
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TaskGiven, _ event.Event) error {
			if f.Person.IsNone() || f.Giver == f.Staff {
				return nil // what one gives oneself opens nobody
			}
			return link(ctx, tx, Link{Person: f.Person, Kind: linkTask, Ref: f.Task, Center: f.Center, Owner: f.Staff, State: LinkOpen})
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TaskWithdrawn, _ event.Event) error {
			return holdTask(ctx, tx, Link{Person: f.Person, Ref: f.Task, State: LinkEnded})
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TaskReassigned, _ event.Event) error {
			if !f.Giver.IsNone() && f.Giver == f.To { // back to who gave it oneself
				return holdTask(ctx, tx, Link{Person: f.Person, Ref: f.Task, State: LinkEnded})
			}
			return link(ctx, tx, Link{Person: f.Person, Kind: linkTask, Ref: f.Task, Center: f.Center, Owner: f.To, State: LinkOpen})
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TaskDone, _ event.Event) error {
			return holdTask(ctx, tx, Link{Person: f.Person, Ref: f.Task, State: LinkEnded})
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TaskReopened, _ event.Event) error {
			if !f.Giver.IsNone() && f.Giver == f.Staff {
				return nil
			}
			return holdTask(ctx, tx, Link{Person: f.Person, Ref: f.Task, Center: f.Center, Owner: f.Staff, State: LinkOpen})
		}),
	}
}

// holdTask turns the link of a task, if it has one: one that is done or withdrawn is of no center and nobody's, so that it shows its person to
// nobody (ORG-3).
func holdTask(ctx context.Context, tx *op.Tx, l Link) error {
	if l.Person.IsNone() {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE person_links SET state = ?, center = ?, owner = ? WHERE person = ? AND kind = '"+linkTask+"' AND ref = ?", l.State, l.Center, l.Owner, l.Person, l.Ref)
	if err != nil {
		return fmt.Errorf("turn link of a task: %w", err)
	}
	return nil
}
