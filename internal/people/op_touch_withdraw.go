package people

import (
	"context"
	"encoding/json"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// WithdrawTouch takes back a touch that one has just recorded (UI-B2): it counts no more. The enquiry is again what it was: sales sees to
// that, and refuses where something else happened to it since. Refused: not-own-touch, undo-late, undo-changed.
var WithdrawTouch = op.Op[WithdrawTouchInput, TouchAnswer]{
	Name: "people.withdraw-touch", Rule: "UI-B2", Needs: "touch:create", Fact: facts.TouchWithdrawn{}, Do: withdrawTouch,
	Subject: func(in WithdrawTouchInput) op.Ref { return op.Ref{Kind: "touch", ID: in.TouchID} },
}

// WithdrawTouchInput names the touch.
type WithdrawTouchInput struct {
	TouchID id.ID `json:"touch_id" path:"id"`
}

func withdrawTouch(ctx context.Context, tx *op.Tx, in WithdrawTouchInput) (TouchAnswer, error) {
	var t Touch
	if err := problem.Found(tx.Select(&t).Where("id = ?", in.TouchID).Scan(ctx), "touch"); err != nil {
		return TouchAnswer{}, err
	}
	if t.Staff != tx.Viewer.Staff {
		return TouchAnswer{}, problem.Refuse("UI-B2", "not-own-touch", problem.Field{Location: "touch_id", Value: t.ID})
	}
	last, err := tx.Latest(ctx, t.ID, facts.TouchRecorded{}.Kind())
	if err != nil {
		return TouchAnswer{}, err
	}
	var was facts.TouchRecorded
	if err := json.Unmarshal(last.Payload, &was); err != nil {
		return TouchAnswer{}, fmt.Errorf("read fact of touch: %w", err)
	}
	t.Withdrawn = tx.Now
	if err := tx.Save(ctx, &t, "withdrawn_at"); err != nil {
		return TouchAnswer{}, err
	}
	tx.Record(t.ID, facts.TouchWithdrawn{
		Touch: t.ID, Recorded: last.ID, Person: t.Person, Enquiry: t.Enquiry, Center: t.Center, Staff: t.Staff, Day: last.Day, First: was.First, Ended: was.Ends,
	})
	return TouchAnswer{ID: t.ID, PersonID: t.Person}, nil
}
