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
)

// byLadder is the reason with which the ladder gives an enquiry to another consultant.
const byLadder = "late"

// Escalate does the next step of the ladder for an enquiry whose first contact is late; the job DueWork runs it (SAL-2). Each step is done
// once an enquiry. Refused: no-breach, ladder-not-due.
var Escalate = op.Op[EnquiryInput, Answer]{
	Name: "sales.escalate-contact", Rule: "SAL-2", Needs: "enquiry:note-breach", Fact: facts.ContactEscalated{}, Do: escalate,
	Subject: func(in EnquiryInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

func escalate(ctx context.Context, tx *op.Tx, in EnquiryInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	if !e.Breached || !e.FirstTouch.IsZero() || e.Outcome != "open" {
		return Answer{}, problem.Refuse("SAL-2", "no-breach", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	r, ok, err := e.rung(ctx, tx)
	if err != nil {
		return Answer{}, err
	}
	if !ok || r.At.After(tx.Now) {
		return Answer{}, problem.Refuse("SAL-2", "ladder-not-due", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	if _, err := tx.Exec(ctx, "INSERT INTO ladder_steps (enquiry, step, at) VALUES (?, ?, ?)", e.ID, r.ID, tx.Now); err != nil {
		return Answer{}, fmt.Errorf("note step of ladder: %w", err)
	}
	f := facts.ContactEscalated{Matter: e.matter(), Step: r.ID, Action: r.Action, After: r.After, Unit: r.Unit}
	out := Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}
	if r.Action == giveAway {
		if f.To, err = next(ctx, tx, e); err != nil {
			return Answer{}, err
		}
		if !f.To.IsNone() {
			if out, err = Assign.In(ctx, tx, AssignInput{EnquiryID: e.ID, ConsultantID: f.To, Reason: byLadder}); err != nil {
				return Answer{}, err
			}
		}
	}
	if err := climb(ctx, tx, e); err != nil {
		return Answer{}, err
	}
	tx.Record(e.ID, f)
	return out, nil
}

// SetLadderStep makes or changes a step of the ladder (SAL-2); enquiries that wait already go on by it. Refused: not-one-of, ladder-after,
// a step of all centers from who sets those of some, stale (ORG-10).
var SetLadderStep = op.Op[SetLadderStepInput, RuleAnswer]{
	Name: "sales.set-ladder-step", Rule: "SAL-2", Needs: "assignment:update", Fact: facts.LadderStepSet{}, Do: setLadderStep,
	Subjects: func(in SetLadderStepInput) []op.Ref {
		var refs []op.Ref
		if !in.CenterID.IsNone() {
			refs = append(refs, op.Ref{Kind: "center", ID: in.CenterID, Reached: true})
		}
		if !in.StepID.IsNone() {
			refs = append(refs, op.Ref{Kind: "ladder-step", ID: in.StepID, Reached: true})
		}
		return refs
	},
}

// SetLadderStepInput is a step.
type SetLadderStepInput struct {
	StepID   id.ID  `json:"step_id,omitempty" doc:"to change one; a new one if left out"`
	CenterID id.ID  `json:"center_id,omitempty" doc:"the company's if left out; a center with steps of its own has no others"`
	After    int64  `json:"after" minimum:"1" maximum:"480" doc:"working days, at most 60, or opening hours since the entry"`
	Unit     string `json:"unit" enum:"days,hours"`
	Action   string `json:"action" enum:"tell-owner,tell-supervisor,reassign"`
	Active   bool   `json:"active"`
	Base     *int64 `json:"base_version,omitempty" doc:"version that the change starts from; the present one if left out"`
}

func setLadderStep(ctx context.Context, tx *op.Tx, in SetLadderStepInput) (RuleAnswer, error) {
	if err := in.check(tx.Viewer.Scope("assignment:update").All); err != nil {
		return RuleAnswer{}, err
	}
	s := LadderStep{ID: in.StepID, Center: in.CenterID, After: in.After, Unit: in.Unit, Action: in.Action, Active: in.Active}
	if s.ID.IsNone() {
		s.ID = tx.NewID()
		if err := tx.Insert(ctx, s); err != nil {
			return RuleAnswer{}, err
		}
	} else if err := in.change(ctx, tx, &s); err != nil {
		return RuleAnswer{}, err
	}
	if err := tx.Changed(ctx, "contact-ladder"); err != nil {
		return RuleAnswer{}, err
	}
	// Who waits is looked at again: the job finds the step that is next from now on.
	_, err := tx.Exec(ctx, "UPDATE enquiries SET ladder_at = ? WHERE first_touch_at IS NULL AND outcome = 'open' AND ladder_at IS NOT NULL", tx.Now)
	if err != nil {
		return RuleAnswer{}, fmt.Errorf("look at waiting enquiries again: %w", err)
	}
	tx.Record(s.ID, facts.LadderStepSet{Step: s.ID, Center: s.Center})
	return RuleAnswer{ID: s.ID, Version: s.Version}, nil
}

func (in SetLadderStepInput) change(ctx context.Context, tx *op.Tx, s *LadderStep) error {
	var old LadderStep
	if err := problem.Found(tx.Select(&old).Where("id = ?", s.ID).Scan(ctx), "ladder-step"); err != nil {
		return err
	}
	if old.Center.IsNone() && !tx.Viewer.Scope("assignment:update").All {
		return problem.Forbidden("assignment:update")
	}
	if s.Version = old.Version; in.Base != nil {
		s.Version = *in.Base
	}
	return tx.Save(ctx, s, "center", "after", "unit", "action", "active")
}

// check refuses what is no step, and one for all centers from who sets those of some.
func (in SetLadderStepInput) check(all bool) error {
	var bad problem.Invalid
	if !slices.Contains(LadderUnits, in.Unit) {
		bad.Add("unit", "not-one-of", in.Unit, "list", strings.Join(LadderUnits, ", "))
	}
	if !slices.Contains(LadderActions, in.Action) {
		bad.Add("action", "not-one-of", in.Action, "list", strings.Join(LadderActions, ", "))
	}
	most := mostDays
	if in.Unit == inHours {
		most = mostHours
	}
	if in.After < 1 || in.After > most {
		bad.Add("after", "ladder-after", in.After, "most", most)
	}
	if in.CenterID.IsNone() && !all {
		bad.Add("center_id", "required", nil)
	}
	return bad.Err("SAL-2")
}
