package sales

import (
	"context"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// BeginReception says that somebody takes care of a visitor who waits (SAL-5): the owner of the matter, unless another consultant of the
// center is named. It is no step that anybody has to do. Refused: visit-withdrawn, visit-finished, received, required where nobody owns the
// matter, not-consultant.
var BeginReception = op.Op[ReceptionInput, VisitAnswer]{
	Name: "sales.begin-reception", Rule: "SAL-5", Needs: "visit:receive", Fact: facts.ReceptionBegan{}, Do: beginReception,
	Subject: func(in ReceptionInput) op.Ref { return op.Ref{Kind: "visit", ID: in.VisitID} }, Undo: "sales.withdraw-reception",
}

// ReceptionInput says who talks with a visitor.
type ReceptionInput struct {
	VisitID id.ID `json:"visit_id" path:"id"`
	StaffID id.ID `json:"staff_id,omitempty" doc:"the visitor's consultant if left out"`
}

func beginReception(ctx context.Context, tx *op.Tx, in ReceptionInput) (VisitAnswer, error) {
	v, e, err := visitHere(ctx, tx, in.VisitID)
	if err != nil {
		return VisitAnswer{}, err
	}
	if !v.Received.IsZero() {
		return VisitAnswer{}, problem.Refuse("SAL-5", "received", problem.Field{Location: "visit_id", Value: v.ID})
	}
	var bad problem.Invalid
	switch {
	case in.StaffID.IsNone() && v.Consultant.IsNone():
		bad.Add("staff_id", "required", nil)
	case in.StaffID.IsNone():
		in.StaffID = v.Consultant
	case in.StaffID != v.Consultant && in.StaffID != tx.Viewer.Staff && !isConsultant(organization.Of(tx), in.StaffID, v.Center):
		bad.Add("staff_id", "not-consultant", in.StaffID)
	}
	if err := bad.Err("SAL-5"); err != nil {
		return VisitAnswer{}, err
	}
	v.Received, v.ReceivedBy = tx.Now, in.StaffID
	if err := tx.Save(ctx, &v, "received_at", "received_by"); err != nil {
		return VisitAnswer{}, err
	}
	tx.Undoable(VisitInput{VisitID: v.ID})
	tx.Record(v.ID, facts.ReceptionBegan{Matter: e.matter(), Visit: v.ID, Staff: in.StaffID, Waited: tx.Now.Sub(v.Arrived)})
	return v.answer(e.Stage), nil
}

// WithdrawReception takes back that somebody takes care of a visitor (UI-B2). Refused: visit-withdrawn, visit-finished, undo-changed.
var WithdrawReception = op.Op[VisitInput, VisitAnswer]{
	Name: "sales.withdraw-reception", Rule: "UI-B2", Needs: "visit:receive", Fact: facts.ReceptionWithdrawn{}, Do: withdrawReception, Subject: VisitInput.ref,
}

func withdrawReception(ctx context.Context, tx *op.Tx, in VisitInput) (VisitAnswer, error) {
	v, e, err := visitHere(ctx, tx, in.VisitID)
	if err != nil {
		return VisitAnswer{}, err
	}
	if v.Received.IsZero() {
		return VisitAnswer{}, op.UndoChanged()
	}
	f := facts.ReceptionWithdrawn{Matter: e.matter(), Visit: v.ID, Staff: v.ReceivedBy}
	v.Received, v.ReceivedBy = time.Time{}, id.None
	if err := tx.Save(ctx, &v, "received_at", "received_by"); err != nil {
		return VisitAnswer{}, err
	}
	tx.Record(v.ID, f)
	return v.answer(e.Stage), nil
}

// visitHere loads a visit that goes on, with its enquiry. Refused: visit-withdrawn, visit-finished.
func visitHere(ctx context.Context, tx *op.Tx, key id.ID) (v Visit, e Enquiry, err error) {
	if v, err = loadVisit(ctx, tx, key); err != nil {
		return v, e, err
	}
	if !v.Withdrawn.IsZero() {
		return v, e, problem.Refuse("SAL-5", "visit-withdrawn", problem.Field{Location: "visit_id", Value: v.ID})
	}
	if !v.Finished.IsZero() {
		return v, e, problem.Refuse("SAL-6", "visit-finished", problem.Field{Location: "visit_id", Value: v.ID})
	}
	e, err = loadEnquiry(ctx, tx, v.Enquiry)
	return v, e, err
}
