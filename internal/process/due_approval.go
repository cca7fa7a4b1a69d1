package process

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// dueAtOnce is how many overdue approvals one round of the job takes.
const dueAtOnce = 200

// EscalateApproval asks the next role where nobody decided in time (PRC-6); where there is none, the same are told again, and have as much
// time again. Refused: approval-not-due.
var EscalateApproval = op.Op[ApprovalInput, ApprovalAnswer]{
	Name: "process.escalate-approval", Rule: "PRC-6", Needs: "approval:note-breach", Fact: facts.ApprovalEscalated{}, Subject: ApprovalInput.ref, Do: escalate,
}

func escalate(ctx context.Context, tx *op.Tx, in ApprovalInput) (ApprovalAnswer, error) {
	a, err := loadApproval(ctx, tx, in.ApprovalID)
	if err != nil {
		return ApprovalAnswer{}, err
	}
	if a.State != Waiting || a.Due.After(tx.Now) {
		return ApprovalAnswer{}, problem.Refuse("PRC-6", "approval-not-due", problem.Field{Location: "approval_id", Value: a.ID})
	}
	f := facts.ApprovalEscalated{From: a.Role}
	next, err := nextTurn(ctx, tx, a)
	if err != nil {
		return ApprovalAnswer{}, err
	}
	if next.role == "" {
		a.Role = "" // nobody is above: whoever may give it is told again
		if next, err = nextTurn(ctx, tx, a); err != nil {
			return ApprovalAnswer{}, err
		}
		next.role = f.From
	}
	a.Role, f.To = next.role, next.role
	if a.Due, err = decisionDue(tx, a.Center); err != nil {
		return ApprovalAnswer{}, err
	}
	if err := tx.Save(ctx, &a, "role", "due_at"); err != nil {
		return ApprovalAnswer{}, err
	}
	f.Asked = a.asked()
	tx.Record(a.ID, f)
	return a.answer(), tell(ctx, tx, a, next.holders, "approval-late")
}

// RemindAsker reminds who asked of a question that was not answered in time, and gives as much time again; then it is withdrawn (PRC-6). Refused:
// approval-not-due.
var RemindAsker = op.Op[ApprovalInput, ApprovalAnswer]{
	Name: "process.remind-asker", Rule: "PRC-6", Needs: "approval:note-breach", Fact: facts.ApprovalReminded{}, Subject: ApprovalInput.ref,
	Do: func(ctx context.Context, tx *op.Tx, in ApprovalInput) (ApprovalAnswer, error) {
		a, err := loadApproval(ctx, tx, in.ApprovalID)
		if err != nil {
			return ApprovalAnswer{}, err
		}
		if a.State != Returned || a.Reminded || a.Due.After(tx.Now) {
			return ApprovalAnswer{}, problem.Refuse("PRC-6", "approval-not-due", problem.Field{Location: "approval_id", Value: a.ID})
		}
		a.Reminded = true
		if a.Due, err = decisionDue(tx, a.Center); err != nil {
			return ApprovalAnswer{}, err
		}
		if err := tx.Save(ctx, &a, "reminded", "due_at"); err != nil {
			return ApprovalAnswer{}, err
		}
		tx.Record(a.ID, facts.ApprovalReminded{Asked: a.asked()})
		return a.answer(), Notify(ctx, tx, a.notice(a.Staff, "approval-unanswered"))
	},
}

// late is an approval whose time is over.
type late struct {
	ID       id.ID         `db:"id"`
	State    ApprovalState `db:"state"`
	Reminded bool          `db:"reminded"`
}

// next is what is done about it: the next role is asked; of one with a question the asker is reminded once, then it is withdrawn.
func (l late) next() op.Op[ApprovalInput, ApprovalAnswer] {
	switch {
	case l.State == Waiting:
		return EscalateApproval
	case !l.Reminded:
		return RemindAsker
	}
	return WithdrawApproval
}

// DueApprovals asks the next role about what nobody decided in time, and reminds askers of questions. A job runs it every minute.
func DueApprovals(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var list []late
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = op.AllOf[late](ctx, tx.Unscoped("work of the system"), "SELECT id, state, reminded FROM approvals WHERE state IN ('open', 'returned') AND due_at <= ? ORDER BY due_at LIMIT ?", tx.Now, dueAtOnce)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for overdue approvals: %w", err)
	}
	for _, l := range list {
		do := l.next()
		if _, err := do.Run(ctx, r, ApprovalInput{ApprovalID: l.ID}); err != nil {
			if _, decided := problem.As(err); !decided {
				return err
			}
		}
	}
	return nil
}
