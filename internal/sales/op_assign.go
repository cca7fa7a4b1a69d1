package sales

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// Answer is what the operations on an enquiry answer.
type Answer struct {
	ID      id.ID `json:"id"`
	Stage   Stage `json:"stage"`
	Version int64 `json:"version"`
}

// Assign gives an enquiry to a consultant of its center, with a reason (SAL-2, PPL-7). What is open of it goes along: appointments,
// visits, quotes; the tasks follow in process. Refused: not-consultant, same-owner.
var Assign = op.Op[AssignInput, Answer]{
	Name: "sales.assign-enquiry", Rule: "SAL-2", Needs: "enquiry:assign", Fact: facts.EnquiryAssigned{}, Do: assign, Undo: "sales.assign-enquiry",
	Subject: func(in AssignInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// AssignInput says who owns the enquiry from now on, and why.
type AssignInput struct {
	EnquiryID    id.ID  `json:"enquiry_id" path:"id"`
	ConsultantID id.ID  `json:"consultant_id"`
	CenterID     id.ID  `json:"center_id,omitempty" doc:"for an enquiry of the company's pool"`
	Reason       string `json:"reason" maxLength:"40" doc:"code: by-hand, load, absence, request"`
}

// AssignReasons lists why an owner changes.
var AssignReasons = []string{"by-hand", "load", "absence", "request"}

func assign(ctx context.Context, tx *op.Tx, in AssignInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	before := e
	if e.Center.IsNone() {
		e.Center = in.CenterID
	}
	var bad problem.Invalid
	if !isConsultant(organization.Of(tx), in.ConsultantID, e.Center) {
		bad.Add("consultant_id", "not-consultant", in.ConsultantID)
	}
	if in.ConsultantID == e.Consultant {
		bad.Add("consultant_id", "same-owner", in.ConsultantID)
	}
	if !slices.Contains(AssignReasons, in.Reason) && (in.Reason != byLadder && in.Reason != byVisit || !tx.Viewer.System) {
		bad.Add("reason", "not-one-of", in.Reason, "list", strings.Join(AssignReasons, ", "))
	}
	if err := bad.Err("SAL-2"); err != nil {
		return Answer{}, err
	}
	from, columns := e.Consultant, []string{"consultant", "center", "owned_at", "pooled_at"}
	if from.IsNone() {
		e.remember(e.ID)
		e.Past.Unowned = &unowned{before.Center, before.Pooled}
		columns = append(columns, "past")
	}
	if e.Stage.Open() {
		if err := countOpen(ctx, tx, before, from, -1); err != nil {
			return Answer{}, err
		}
		if err := give(ctx, tx, e.Center, in.ConsultantID, tx.Now); err != nil {
			return Answer{}, err
		}
	}
	if from.IsNone() && e.Pooled.IsZero() {
		e.Pooled = e.Entered
	}
	f := facts.EnquiryAssigned{From: from, Reason: in.Reason}
	e.Consultant, e.Owned = in.ConsultantID, tx.Now
	if err := move(ctx, tx, &e, e.after(f), columns...); err != nil {
		return Answer{}, err
	}
	if err := handOver(ctx, tx, e); err != nil {
		return Answer{}, err
	}
	if from.IsNone() {
		tx.UndoableBy(WithdrawAssignment.Name, EnquiryInput{EnquiryID: e.ID})
	} else {
		tx.Undoable(AssignInput{EnquiryID: e.ID, ConsultantID: from, Reason: "by-hand"})
	}
	f.Matter = e.matter()
	tx.Record(e.ID, f)
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// handOver gives what is open of an enquiry to its owner: whoever has the matter has to be able to go on with it.
func handOver(ctx context.Context, tx *op.Tx, e Enquiry) error {
	for table, open := range map[string]string{"appointments": "state IN ('booked', 'confirmed')", "visits": "finished_at IS NULL", "quotes": "state IN ('open', 'waiting')"} {
		_, err := tx.Exec(ctx, "UPDATE "+table+" SET consultant = ?, version = version + 1 WHERE enquiry = ? AND "+open, e.Consultant, e.ID)
		if err != nil {
			return fmt.Errorf("hand over %s: %w", table, err)
		}
	}
	return nil
}

// Lose ends an enquiry without a contract, with a reason from the list, and cancels its open appointment. Refused: already-ended.
var Lose = op.Op[LoseInput, Answer]{
	Name: "sales.lose-enquiry", Rule: "SAL-6", Needs: "enquiry:update", Fact: facts.EnquiryLost{}, Do: lose,
	Subject: func(in LoseInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} }, Undo: "sales.reopen-enquiry",
}

// LoseInput says why.
type LoseInput struct {
	EnquiryID id.ID  `json:"enquiry_id" path:"id"`
	Reason    string `json:"reason" maxLength:"40" doc:"code of the list of loss reasons"`
}

func lose(ctx context.Context, tx *op.Tx, in LoseInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	if !e.Stage.Open() {
		return Answer{}, problem.Refuse("SAL-6", "already-ended", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	if err := lossReason(ctx, tx, "reason", in.Reason); err != nil {
		return Answer{}, err
	}
	f := facts.EnquiryLost{Matter: e.matter(), Reason: in.Reason}
	if f.Ends, err = endOpen(ctx, tx, e); err != nil {
		return Answer{}, err
	}
	e.remember(e.ID)
	e.LostReason, e.NextStep, e.NextDay = in.Reason, "", 0
	if err := move(ctx, tx, &e, Lost, "past", "lost_reason", "next_step", "next_day"); err != nil {
		return Answer{}, err
	}
	tx.Undoable(EnquiryInput{EnquiryID: e.ID})
	tx.Record(e.ID, f)
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}
