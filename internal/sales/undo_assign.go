package sales

import (
	"context"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// WithdrawAssignment takes back that an enquiry of the public pool was given to a consultant (SAL-2, UI-B2): it lies there again as it lay, since
// then, with who had it last; the consultant is told by process. Refused: undo-late, undo-changed.
var WithdrawAssignment = op.Op[EnquiryInput, Answer]{
	Name: "sales.withdraw-assignment", Rule: "UI-B2", Needs: "enquiry:assign", Fact: facts.ClaimWithdrawn{}, Do: withdrawAssignment,
	Subject: func(in EnquiryInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

func withdrawAssignment(ctx context.Context, tx *op.Tx, in EnquiryInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	if err := lastFact(ctx, tx, e.ID, &facts.EnquiryAssigned{}, facts.EnquiryAssigned{}.Kind()); err != nil {
		return Answer{}, err
	}
	from := e.Consultant
	if err := e.giveBack(ctx, tx); err != nil {
		return Answer{}, err
	}
	tx.Record(e.ID, facts.ClaimWithdrawn{Matter: e.matter(), From: from, Stage: string(e.Stage), Assigned: true})
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// giveBack lays an enquiry into the pool again as it lay before it was claimed or assigned. Refused: undo-changed.
func (e *Enquiry) giveBack(ctx context.Context, tx *op.Tx) error {
	was, err := e.before(e.ID)
	if err != nil {
		return err
	}
	if was.Unowned == nil {
		return op.UndoChanged()
	}
	if e.Stage.Open() {
		if err := countOpen(ctx, tx, *e, e.Consultant, -1); err != nil {
			return err
		}
	}
	e.Consultant = id.None
	if err := restore(ctx, tx, e, e.ID); err != nil {
		return err
	}
	e.Owned, e.Center, e.Pooled = time.Time{}, was.Unowned.Center, was.Unowned.Pooled
	if err := tx.Save(ctx, e, "consultant", "owned_at", "center", "pooled_at"); err != nil {
		return err
	}
	return handOver(ctx, tx, *e)
}
