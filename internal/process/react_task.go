package process

import (
	"context"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
)

// receiveWithin is how soon the consultant should be with a visitor.
const receiveWithin = 10 * time.Minute

// Reactions lists what the process does about facts: cases and their steps, tasks, notices.
func (b *Blueprints) Reactions(dir *organization.Directory) []op.Reaction {
	t := teller{dir}
	return append(b.caseReactions(),
		op.On(t.received),
		op.On(t.walkedIn),
		op.On(finished),
		op.On(t.entered),
		op.On(t.assigned),
		op.On(t.breached),
	)
}

type teller struct{ dir *organization.Directory }

func (t teller) received(ctx context.Context, tx *op.Tx, f facts.VisitCheckedIn, _ event.Event) error {
	return t.receive(ctx, tx, f.Matter, f.Visit)
}

func (t teller) walkedIn(ctx context.Context, tx *op.Tx, f facts.WalkedIn, _ event.Event) error {
	return t.receive(ctx, tx, f.Matter, f.Visit)
}

// receive starts the reception flow: the consultant has a visitor (SAL-5).
func (t teller) receive(ctx context.Context, tx *op.Tx, m facts.Matter, visit id.ID) error {
	err := assign(ctx, tx, Task{
		Staff: m.Consultant, Center: m.Center, TaskKind: "receive", SubjectKind: "visit", Subject: visit, Person: m.Person,
		Due: tx.Now.Add(receiveWithin), Priority: 1,
	})
	if err != nil {
		return err
	}
	return Notify(ctx, tx, Notice{Staff: m.Consultant, Kind: "visitor", Person: m.Person, Link: "/visits/" + visit.String()})
}

func finished(ctx context.Context, tx *op.Tx, f facts.VisitFinished, _ event.Event) error {
	return closeTasks(ctx, tx, "receive", f.Visit)
}

// entered tells the owner of a new enquiry; a bulk run tells nobody row by row.
func (t teller) entered(ctx context.Context, tx *op.Tx, f facts.EnquiryEntered, e event.Event) error {
	if !e.Run.IsNone() || f.WalkIn {
		return nil
	}
	return Notify(ctx, tx, Notice{Staff: f.Consultant, Kind: "enquiry", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String()})
}

func (t teller) assigned(ctx context.Context, tx *op.Tx, f facts.EnquiryAssigned, e event.Event) error {
	if !e.Run.IsNone() {
		return nil
	}
	return Notify(ctx, tx, Notice{Staff: f.Consultant, Kind: "assigned", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String(), Params: map[string]string{"reason": f.Reason}})
}

// breached tells those who watch the center, the supervisors or else the principals (SAL-2).
func (t teller) breached(ctx context.Context, tx *op.Tx, f facts.ContactBreached, _ event.Event) error {
	watch := t.dir.Holders("supervisor", f.Center)
	if len(watch) == 0 {
		watch = t.dir.Holders("principal", f.Center)
	}
	for _, m := range watch {
		if err := Notify(ctx, tx, Notice{Staff: m.ID, Kind: "breach", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String()}); err != nil {
			return err
		}
	}
	return nil
}
