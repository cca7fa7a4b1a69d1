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

// DueApprovals asks the next role about what nobody decided in time. A job runs it every minute.
func DueApprovals(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var late []id.ID
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		late, err = op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), "SELECT id FROM approvals WHERE state = 'open' AND due_at <= ? ORDER BY due_at LIMIT ?", tx.Now, dueAtOnce)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for overdue approvals: %w", err)
	}
	for _, key := range late {
		if _, err := EscalateApproval.Run(ctx, r, ApprovalInput{ApprovalID: key}); err != nil {
			if _, decided := problem.As(err); !decided {
				return err
			}
		}
	}
	return nil
}
