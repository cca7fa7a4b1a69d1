package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// NoteRevealLimit records that an account was refused a reveal beyond the day's number of its role (PPL-10), or an entry of the pool
// beyond that of its center (PPL-8); process tells who watches the center. The program runs it itself after the refusal. Refused: limit-noted, on the same day already.
var NoteRevealLimit = op.Op[NoteRevealLimitInput, Answer]{
	Name: "people.note-reveal-limit", Rule: "PPL-10", Needs: "account:note-breach", Fact: facts.RevealLimitReached{}, Do: noteRevealLimit,
	Subject: func(in NoteRevealLimitInput) op.Ref { return op.Ref{Kind: "account", ID: in.AccountID} },
}

// NoteRevealLimitInput says who asked for what.
type NoteRevealLimitInput struct {
	AccountID id.ID  `json:"account_id" path:"id"`
	StaffID   id.ID  `json:"staff_id"`
	CenterID  id.ID  `json:"center_id,omitempty" doc:"of the main position; none for a post of the company"`
	PersonID  id.ID  `json:"person_id" doc:"who was not shown"`
	Field     string `json:"field" enum:"phone,duplicate,pool"`
}

func noteRevealLimit(ctx context.Context, tx *op.Tx, in NoteRevealLimitInput) (Answer, error) {
	if err := tx.Lock(ctx, "accounts", in.AccountID); err != nil {
		return Answer{}, fmt.Errorf("lock account: %w", err)
	}
	f := facts.RevealLimitReached{Account: in.AccountID, Staff: in.StaffID, Center: in.CenterID, Person: in.PersonID, Field: in.Field}
	day, field := int64(tx.Today(in.CenterID)), in.Field+refusedMark
	var noted int64
	err := tx.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM reveals WHERE account = ? AND day = ? AND field = ?),
		COALESCE((SELECT n FROM reveal_days WHERE account = ? AND day = ?), 0)`, []any{in.AccountID, day, field, in.AccountID, day}, &noted, &f.Shown)
	if err != nil {
		return Answer{}, fmt.Errorf("look for reports of the day: %w", err)
	}
	if in.Field == revealPool {
		f.Shown = 0
	}
	if noted > 0 {
		return Answer{}, problem.Refuse("PPL-10", "limit-noted", problem.Field{Location: "account_id", Value: in.AccountID})
	}
	if err := noteReveal(ctx, tx, revealRow{in.AccountID, in.StaffID, in.CenterID, in.PersonID, day, field}); err != nil {
		return Answer{}, err
	}
	tx.Record(in.AccountID, f)
	return Answer{ID: in.AccountID}, nil
}

// reportLimit reports a refused reveal, where it is that of the day's limit.
func reportLimit(ctx context.Context, r *op.Runner, p *problem.Problem, person id.ID, field string) error {
	if p.Code != "reveal-limit" {
		return nil
	}
	return ReportLimit(ctx, r, person, field)
}

// ReportLimit reports that the viewer was refused beyond the day's limit; one report a day is enough (PPL-10).
func ReportLimit(ctx context.Context, r *op.Runner, person id.ID, field string) error {
	v, ok := op.ViewerOf(ctx)
	if !ok {
		return nil
	}
	_, err := NoteRevealLimit.Run(op.WithViewer(ctx, policy.System()), r, NoteRevealLimitInput{
		AccountID: v.Account, StaffID: v.Staff, CenterID: v.Center, PersonID: person, Field: field,
	})
	if again, ok := problem.As(err); ok && again.Code == "limit-noted" {
		return nil
	}
	return err
}
