package process

import (
	"context"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// ApprovalInput names an approval.
type ApprovalInput struct {
	ApprovalID id.ID `json:"approval_id" path:"id"`
}

func (in ApprovalInput) ref() op.Ref { return op.Ref{Kind: "approval", ID: in.ApprovalID} }

// AnswerInput is an approval with what is said about it.
type AnswerInput struct {
	ApprovalID id.ID  `json:"approval_id" path:"id"`
	Text       string `json:"text" maxLength:"500" doc:"why not, the question, or its answer"`
}

func (in AnswerInput) ref() op.Ref { return op.Ref{Kind: "approval", ID: in.ApprovalID} }

// ApprovalAnswer is where an approval stands.
type ApprovalAnswer struct {
	ID      id.ID         `json:"id"`
	State   ApprovalState `json:"state"`
	Version int64         `json:"version"`
}

// Approve consents to what a colleague asks for (PRC-6). Refused: approval-decided, own-approval, beyond-limit.
var Approve = op.Op[ApprovalInput, ApprovalAnswer]{
	Name: "process.approve", Rule: "PRC-6", Needs: "approval:decide", Fact: facts.ApprovalGiven{}, Subject: ApprovalInput.ref,
	Do: func(ctx context.Context, tx *op.Tx, in ApprovalInput) (ApprovalAnswer, error) {
		return decide(ctx, tx, AnswerInput{ApprovalID: in.ApprovalID}, Given, func(a Approval) event.Fact {
			return facts.ApprovalGiven{Asked: a.asked(), Decider: a.DecidedBy, For: a.DecidedFor}
		})
	},
}

// Reject refuses it, and says why (PRC-6). Refused: as Approve, and no reason.
var Reject = op.Op[AnswerInput, ApprovalAnswer]{
	Name: "process.reject", Rule: "PRC-6", Needs: "approval:decide", Fact: facts.ApprovalRefused{}, Subject: AnswerInput.ref,
	Do: func(ctx context.Context, tx *op.Tx, in AnswerInput) (ApprovalAnswer, error) {
		return decide(ctx, tx, in, Refused, func(a Approval) event.Fact {
			return facts.ApprovalRefused{Asked: a.asked(), Decider: a.DecidedBy, For: a.DecidedFor}
		})
	},
}

// AskBack asks the asker a question before deciding (PRC-6). Refused: as Approve, and no question.
var AskBack = op.Op[AnswerInput, ApprovalAnswer]{
	Name: "process.ask-back", Rule: "PRC-6", Needs: "approval:decide", Fact: facts.ApprovalQuestioned{}, Subject: AnswerInput.ref,
	Do: func(ctx context.Context, tx *op.Tx, in AnswerInput) (ApprovalAnswer, error) {
		return decide(ctx, tx, in, Returned, func(a Approval) event.Fact { return facts.ApprovalQuestioned{Asked: a.asked(), Decider: a.DecidedBy} })
	},
}

// decide brings an approval that waits to a state, by somebody whose limit covers it, and tells the asker.
func decide(ctx context.Context, tx *op.Tx, in AnswerInput, to ApprovalState, fact func(a Approval) event.Fact) (ApprovalAnswer, error) {
	a, err := loadApproval(ctx, tx, in.ApprovalID)
	if err != nil {
		return ApprovalAnswer{}, err
	}
	stead, err := a.mayDecide(ctx, tx)
	if err != nil {
		return ApprovalAnswer{}, err
	}
	a.Answer = strings.TrimSpace(in.Text)
	if to != Given && a.Answer == "" {
		return ApprovalAnswer{}, problem.Refuse("PRC-6", "invalid", problem.Field{Location: "text", Code: "required"})
	}
	a.State, a.DecidedBy, a.DecidedFor, a.Decided = to, tx.Viewer.Staff, stead, tx.Now
	if to == Returned {
		a.Reminded = false
		if a.Due, err = decisionDue(tx, a.Center); err != nil {
			return ApprovalAnswer{}, err
		}
	}
	if err := tx.Save(ctx, &a, "state", "answer", "decided_by", "decided_for", "decided_at", "due_at", "reminded"); err != nil {
		return ApprovalAnswer{}, err
	}
	if err := Notify(ctx, tx, a.notice(a.Staff, "approval-"+string(to))); err != nil {
		return ApprovalAnswer{}, err
	}
	tx.Record(a.ID, fact(a))
	return a.answer(), nil
}

func (a Approval) answer() ApprovalAnswer {
	return ApprovalAnswer{ID: a.ID, State: a.State, Version: a.Version}
}

// mayDecide tells in whose stead the viewer decides; none where by the own limit (ORG-7). It refuses an approval that does not wait, what
// oneself, or the one in whose stead one would decide, asks for, and what is beyond the limits.
func (a Approval) mayDecide(ctx context.Context, tx *op.Tx) (stead id.ID, err error) {
	field := problem.Field{Location: "approval_id", Value: a.ID}
	if a.State != Waiting {
		return id.None, problem.Refuse("PRC-6", "approval-decided", field)
	}
	if a.Staff == tx.Viewer.Staff {
		return id.None, problem.Refuse("PRC-6", "own-approval", field)
	}
	if tx.Viewer.System {
		return id.None, nil
	}
	list, err := limits(ctx, tx, a.Matter)
	if err != nil {
		return id.None, err
	}
	for _, who := range append([]id.ID{tx.Viewer.Staff}, organization.Of(tx).Delegators(tx.Viewer.Staff)...) {
		if who == a.Staff || !(Limit{Most: limitOf(tx, list, who, a.Center)}).covers(a.Size) {
			continue
		}
		if who == tx.Viewer.Staff {
			who = id.None
		}
		return who, nil
	}
	return id.None, problem.Refuse("PRC-6", "beyond-limit", field)
}

// AnswerBack answers the question, and the approval waits again (PRC-6). Refused: approval-decided, not-asker, no answer.
var AnswerBack = op.Op[AnswerInput, ApprovalAnswer]{
	Name: "process.answer-back", Rule: "PRC-6", Needs: "approval:update", Fact: facts.ApprovalAnswered{}, Subject: AnswerInput.ref,
	Do: func(ctx context.Context, tx *op.Tx, in AnswerInput) (ApprovalAnswer, error) {
		a, err := loadOwn(ctx, tx, in.ApprovalID, Returned)
		if err != nil {
			return ApprovalAnswer{}, err
		}
		said := strings.TrimSpace(in.Text)
		if said == "" {
			return ApprovalAnswer{}, problem.Refuse("PRC-6", "invalid", problem.Field{Location: "text", Code: "required"})
		}
		who := a.DecidedBy
		a.State, a.Reason = Waiting, a.Reason+"\n\n"+a.Answer+"\n"+said
		if a.Due, err = decisionDue(tx, a.Center); err != nil {
			return ApprovalAnswer{}, err
		}
		if err := tx.Save(ctx, &a, "state", "reason", "due_at"); err != nil {
			return ApprovalAnswer{}, err
		}
		tx.Record(a.ID, facts.ApprovalAnswered{Asked: a.asked()})
		return a.answer(), tell(ctx, tx, a, []organization.Staff{{ID: who}}, "approval-answered")
	},
}

// WithdrawApproval asks no more (PRC-6); the asker is told where a job does it, as a question was not answered. Refused: approval-decided, not-asker.
var WithdrawApproval = op.Op[ApprovalInput, ApprovalAnswer]{
	Name: "process.withdraw-approval", Rule: "PRC-6", Needs: "approval:update", Fact: facts.ApprovalWithdrawn{}, Subject: ApprovalInput.ref,
	Do: func(ctx context.Context, tx *op.Tx, in ApprovalInput) (ApprovalAnswer, error) {
		a, err := loadOwn(ctx, tx, in.ApprovalID, Waiting, Returned)
		if err != nil {
			return ApprovalAnswer{}, err
		}
		a.State = Withdrawn
		if err := tx.Save(ctx, &a, "state"); err != nil {
			return ApprovalAnswer{}, err
		}
		tx.Record(a.ID, facts.ApprovalWithdrawn{Asked: a.asked()})
		if tx.Viewer.System {
			return a.answer(), Notify(ctx, tx, a.notice(a.Staff, "approval-lapsed"))
		}
		return a.answer(), nil
	},
}

func loadApproval(ctx context.Context, tx *op.Tx, key id.ID) (a Approval, err error) {
	err = tx.Select(&a).Where("id = ?", key).Scan(ctx)
	return a, problem.Found(err, "approval")
}

// loadOwn loads what the viewer asked for, in one of some states.
func loadOwn(ctx context.Context, tx *op.Tx, key id.ID, states ...ApprovalState) (a Approval, err error) {
	if a, err = loadApproval(ctx, tx, key); err != nil {
		return a, err
	}
	field := problem.Field{Location: "approval_id", Value: a.ID}
	if a.Staff != tx.Viewer.Staff && !tx.Viewer.System {
		return a, problem.Refuse("PRC-6", "not-asker", field)
	}
	if !slices.Contains(states, a.State) {
		return a, problem.Refuse("PRC-6", "approval-decided", field)
	}
	return a, nil
}
