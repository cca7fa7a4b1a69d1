package people

import (
	"context"

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
			if f.Person.IsNone() {
				return nil
			}
			return turnLink(ctx, tx, f.Person, linkTask, f.Task, LinkEnded)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TaskReassigned, _ event.Event) error {
			return link(ctx, tx, Link{Person: f.Person, Kind: linkTask, Ref: f.Task, Center: f.Center, Owner: f.To, State: LinkOpen})
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TaskDone, _ event.Event) error {
			if f.Person.IsNone() {
				return nil
			}
			return turnLink(ctx, tx, f.Person, linkTask, f.Task, LinkEnded)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TaskReopened, _ event.Event) error {
			if f.Person.IsNone() {
				return nil
			}
			return turnLink(ctx, tx, f.Person, linkTask, f.Task, LinkOpen)
		}),
	}
}
