package process

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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
func Reactions(dir *organization.Directory) []op.Reaction {
	t := teller{dir}
	return append(caseReactions(),
		op.On(t.received),
		op.On(t.walkedIn),
		op.On(finished),
		op.On(t.entered),
		op.On(t.submitted),
		op.On(t.assigned),
		op.On(t.pooled),
		op.On(unassigned),
		op.On(t.breached),
		op.On(t.limited),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.RewardEarned, _ event.Event) error {
			return rewarded(ctx, tx, f.Reward, f.Consultant, "reward-booked")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.RewardBooked, _ event.Event) error {
			return rewarded(ctx, tx, f.Reward, f.Consultant, "reward-booked")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.RewardReversed, _ event.Event) error {
			return rewarded(ctx, tx, f.Reward, f.Consultant, "reward-reversed")
		}),
		op.On(requested),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ExportKept, _ event.Event) error {
			return exported(ctx, tx, f.ExportFile, "export-ready")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ExportFailed, _ event.Event) error {
			return exported(ctx, tx, f.ExportFile, "export-failed")
		}),
		op.On(withdrawn),
		op.On(reopened),
		op.On(t.escalated),
		op.On(feedbackAnswered),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryLost, _ event.Event) error {
			return ended(ctx, tx, f.Ends, "appointment-ended")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TouchRecorded, _ event.Event) error {
			return ended(ctx, tx, f.Ends, "appointment-ended")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.VisitFinished, _ event.Event) error {
			return ended(ctx, tx, f.Ends, "appointment-ended")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.EnquiryReopened, _ event.Event) error {
			return ended(ctx, tx, f.Restores, "appointment-again")
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.TouchWithdrawn, _ event.Event) error {
			return ended(ctx, tx, f.Restores, "appointment-again")
		}),
	)
}

// feedbackAnswered tells who said something about a page what came of it (ROL-8).
func feedbackAnswered(ctx context.Context, tx *op.Tx, f facts.FeedbackAnswered, _ event.Event) error {
	return Notify(ctx, tx, Notice{Staff: f.Giver, Kind: "feedback-answered", Link: "/feedback/" + f.Feedback.String()})
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

// reopened: the visitor is in the talk again (UI-B2).
func reopened(ctx context.Context, tx *op.Tx, f facts.VisitReopened, _ event.Event) error {
	_, err := tx.Exec(ctx, `UPDATE tasks SET done_at = NULL, done_by = NULL, version = version + 1 WHERE subject = ? AND kind = 'receive'
		AND done_at = (SELECT at FROM events WHERE id = ?)`, f.Visit, f.Recorded)
	if err != nil {
		return fmt.Errorf("open task again: %w", err)
	}
	return ended(ctx, tx, f.Restores, "appointment-again")
}

// withdrawn: the visitor was not here after all: nobody has to receive, and the consultant is told (UI-B2).
func withdrawn(ctx context.Context, tx *op.Tx, f facts.VisitWithdrawn, _ event.Event) error {
	if err := closeTasks(ctx, tx, "receive", f.Visit); err != nil {
		return err
	}
	n := Notice{Staff: f.Consultant, Kind: "visitor-not-here", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String()}
	if f.Unassigned { // it lies in the pool again, where the consultant cannot open it
		n.Link = ""
	}
	return Notify(ctx, tx, n)
}

// ended tells who invited that the appointment ended with its matter, or is open again with it (SAL-4).
func ended(ctx context.Context, tx *op.Tx, s *facts.AppointmentState, kind string) error {
	if s == nil {
		return nil
	}
	return Notify(ctx, tx, Notice{Staff: s.Inviter, Kind: kind, Person: s.Person, Link: "/enquiries/" + s.Enquiry.String(), Params: map[string]string{"day": s.Day.String()}})
}

// escalated tells whom the ladder names that the first contact of an enquiry did not come (SAL-2): its owner, else, and where nobody else
// can take it over, those who watch the center. Who has it from now on is told by assigned.
func (t teller) escalated(ctx context.Context, tx *op.Tx, f facts.ContactEscalated, _ event.Event) error {
	n := Notice{Kind: "contact-late-" + f.Unit, Person: f.Person, Link: "/enquiries/" + f.Enquiry.String(), Many: lateOnes, Params: map[string]string{"n": strconv.FormatInt(f.After, 10)}}
	switch {
	case f.Action == "reassign" && f.To.IsNone():
		n.Kind = "nobody-else"
	case f.Action == "reassign":
		n.Kind, n.Staff, n.Many = "taken-over", f.Consultant, ""
		return Notify(ctx, tx, n)
	case f.Action == "tell-owner" && !f.Consultant.IsNone():
		n.Staff = f.Consultant
		return Notify(ctx, tx, n)
	}
	return t.watchers(ctx, tx, f.Center, id.None, n)
}

// entered tells the owner of a new enquiry; where no rule found one, and of former students in the pool, those who watch the center (SAL-2,
// PPL-8).
func (t teller) entered(ctx context.Context, tx *op.Tx, f facts.EnquiryEntered, _ event.Event) error {
	if f.WalkIn || f.Outcome != "" {
		return nil
	}
	if !f.Former.IsNone() {
		return t.watchers(ctx, tx, f.Center, id.None, Notice{Kind: "former", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String(), Many: "/pool"})
	}
	if f.Consultant.IsNone() && !f.Center.IsNone() {
		return t.watchers(ctx, tx, f.Center, id.None, Notice{Kind: "unassigned", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String(), Many: "/enquiries?outcome=open&pool=true"})
	}
	return Notify(ctx, tx, Notice{Staff: f.Consultant, Kind: "enquiry", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String(), Many: openOf(f.Consultant)})
}

// submitted tells who has the open enquiry that a submission joined; a new one is told by entered (MKT-11). Whose point or campaign it is hears of it
// too, and of what came to the company's pool, where nobody else would, the general managers.
func (t teller) submitted(ctx context.Context, tx *op.Tx, f facts.SubmissionEntered, _ event.Event) error {
	if f.Keeper != f.Consultant && !f.Keeper.IsNone() {
		n := Notice{Kind: "submission-point", Staff: f.Keeper}
		if t.dir.Viewer(organization.Account{Staff: f.Keeper}).May("capture-point:read") {
			n.Link = "/capture-points/" + f.Point.String()
		}
		if err := Notify(ctx, tx, n); err != nil {
			return err
		}
	}
	if !f.Joined && (!f.Center.IsNone() || !f.Consultant.IsNone() || !f.Keeper.IsNone()) {
		return nil
	}
	n := Notice{Kind: "submission", Staff: f.Consultant, Person: f.Person, Link: "/enquiries/" + f.Enquiry.String()}
	if f.Consultant.IsNone() {
		return t.watchers(ctx, tx, f.Center, id.None, n)
	}
	return Notify(ctx, tx, n)
}

// lateOnes is the list of the open enquiries whose first contact is late.
const lateOnes = "/enquiries?outcome=open&breached=true"

// openOf is the list of a consultant's open enquiries.
func openOf(consultant id.ID) string {
	return "/enquiries?outcome=open&consultant=" + consultant.String()
}

// assigned tells the new owner, who has the open tasks of the matter from now on.
func (t teller) assigned(ctx context.Context, tx *op.Tx, f facts.EnquiryAssigned, _ event.Event) error {
	_, err := tx.Exec(ctx, `UPDATE tasks SET staff = ?, version = version + 1 WHERE done_at IS NULL AND staff = ?
		AND (subject = ? OR subject IN (SELECT ref FROM case_refs WHERE case_id = ?))`, f.Consultant, f.From, f.Enquiry, f.Enquiry)
	if err != nil {
		return fmt.Errorf("hand over tasks: %w", err)
	}
	return Notify(ctx, tx, Notice{Staff: f.Consultant, Kind: "assigned", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String(), Many: openOf(f.Consultant), Params: map[string]string{"reason": f.Reason}})
}

// pooled tells who had an enquiry, and those who watch the center, that it returned to the pool (PPL-8). What was to be done about it ends.
func (t teller) pooled(ctx context.Context, tx *op.Tx, f facts.EnquiryPooled, _ event.Event) error {
	_, err := tx.Exec(ctx, `UPDATE tasks SET done_at = ?, done_by = ?, version = version + 1 WHERE done_at IS NULL
		AND (subject = ? OR subject IN (SELECT ref FROM case_refs WHERE case_id = ?))`, tx.Now, tx.Viewer.Account, f.Enquiry, f.Enquiry)
	if err != nil {
		return fmt.Errorf("close tasks of what returned to the pool: %w", err)
	}
	n := Notice{Staff: f.From, Kind: "pooled", Person: f.Person, Link: "/pool", Many: "/pool", Params: map[string]string{"n": strconv.FormatInt(f.Days, 10)}}
	if err := Notify(ctx, tx, n); err != nil {
		return err
	}
	n.Kind, n.Link = "pooled-team", "/enquiries/"+f.Enquiry.String()
	return t.watchers(ctx, tx, f.Center, f.From, n)
}

// unassigned tells who was given an enquiry of the pool that it lies there again: the assignment was taken back (UI-B2).
func unassigned(ctx context.Context, tx *op.Tx, f facts.ClaimWithdrawn, _ event.Event) error {
	if !f.Assigned {
		return nil
	}
	return Notify(ctx, tx, Notice{Staff: f.From, Kind: "assignment-withdrawn", Person: f.Person, Link: "/pool", Many: "/pool"})
}

// breached tells those who watch the center (SAL-2).
func (t teller) breached(ctx context.Context, tx *op.Tx, f facts.ContactBreached, _ event.Event) error {
	return t.watchers(ctx, tx, f.Center, id.None, Notice{Kind: "breach", Person: f.Person, Link: "/enquiries/" + f.Enquiry.String(), Many: lateOnes})
}

// rewarded tells who sold to somebody that this one is rewarded for a person whom they brought, or no more (MKT-12): there is something to
// thank for, or to explain.
func rewarded(ctx context.Context, tx *op.Tx, r facts.Reward, consultant id.ID, kind string) error {
	return Notify(ctx, tx, Notice{Staff: consultant, Kind: kind, Person: r.Referrer, Link: "/people/" + r.Referrer.String()})
}

// limited tells those who watch the center that a colleague asked for more phones in a day than the role allows (PPL-10), or for more
// entries of the pool than the center does (PPL-8).
func (t teller) limited(ctx context.Context, tx *op.Tx, f facts.RevealLimitReached, _ event.Event) error {
	m, _ := t.dir.Staff(f.Staff)
	n := Notice{Kind: "reveal-limit", Link: "/reveals/each?staff=" + f.Staff.String(), Params: map[string]string{"staff": m.Code}}
	if f.Field == "pool" {
		n.Kind = "pool-limit"
	}
	return t.watchers(ctx, tx, f.Center, f.Staff, n)
}

// requested asks for the approval of a data request, by somebody else than who filed it (PPL-11).
func requested(ctx context.Context, tx *op.Tx, f facts.DataRequestFiled, _ event.Event) error {
	_, err := AskApproval(ctx, tx, Approval{
		Matter: dataRequest, SubjectKind: dataRequest, Subject: f.Request, Person: f.Person, Center: f.Center, Staff: f.Staff, Params: map[string]string{"request": f.Asked},
	}, "kind")
	return err
}

// exported tells who asked for the file of an export what became of it (PPL-11).
func exported(ctx context.Context, tx *op.Tx, f facts.ExportFile, kind string) error {
	if f.Staff.IsNone() {
		return nil
	}
	return Notify(ctx, tx, Notice{Staff: f.Staff, Kind: kind, Person: f.Person, Link: "/data-requests/" + f.Request.String()})
}

// watchers tells those who watch a center: the supervisors, else the principals, else the general managers; never the one whom it is
// about.
func (t teller) watchers(ctx context.Context, tx *op.Tx, center, about id.ID, n Notice) error {
	for _, role := range []string{"supervisor", "principal", "general-manager"} {
		at := center
		if role == "general-manager" {
			at = id.None
		}
		watch := slices.DeleteFunc(t.dir.Holders(role, at), func(m organization.Staff) bool { return m.ID == about })
		for _, m := range watch {
			n.Staff = m.ID
			if err := Notify(ctx, tx, n); err != nil {
				return err
			}
		}
		if len(watch) > 0 {
			return nil
		}
	}
	return nil
}
