package people

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// Reveal shows the masked phones of a person once (PPL-10). Refused: reveal-limit, beyond the day's number of the role; a role that
// sees no phones at all.
var Reveal = op.Op[RevealInput, Answer]{
	Name: "people.reveal", Rule: "PPL-10", Needs: "person:reveal", Fact: facts.PhoneRevealed{}, Do: reveal,
	Subject: func(in RevealInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
}

// RevealInput names the person.
type RevealInput struct {
	PersonID id.ID `json:"person_id" path:"id"`
}

func reveal(ctx context.Context, tx *op.Tx, in RevealInput) (Answer, error) {
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	if rule := tx.Viewer.Field("phone"); rule == policy.Hidden || rule == policy.Masked {
		return Answer{}, problem.Forbidden("person:reveal")
	}
	day := tx.Today(tx.Viewer.Center)
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(DISTINCT person) FROM reveals WHERE account = ? AND day = ? AND person <> ?", []any{tx.Viewer.Account, int64(day), p.ID}, &n); err != nil {
		return Answer{}, fmt.Errorf("count reveals: %w", err)
	}
	if most := organization.Of(tx).RevealsPerDay(tx.Viewer, "phone"); !tx.Viewer.System && n >= most {
		return Answer{}, problem.Refuse("PPL-10", "reveal-limit", problem.Field{Location: "person_id", Value: p.ID}).With("most", most)
	}
	_, err = tx.Exec(ctx, "INSERT INTO reveals (id, person, account, day, field) VALUES (?, ?, ?, ?, 'phone')", tx.NewID(), p.ID, tx.Viewer.Account, int64(day))
	if err != nil {
		return Answer{}, fmt.Errorf("note reveal: %w", err)
	}
	tx.Record(p.ID, facts.PhoneRevealed{Person: p.ID, Center: p.Center, Field: "phone"})
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// revealedFor is how long after a reveal its phones may be read.
const revealedFor = 2 * time.Minute

// Revealed reads the phones that the viewer has just revealed; without a fresh reveal there is nothing to read.
func Revealed(ctx context.Context, tx *op.Tx, person id.ID) ([]Contact, error) {
	list, err := op.AllOf[Contact](ctx, tx.Unscoped("the reveal was allowed and is in the log"), `SELECT c.id, c.person, c.kind, c.relation, c.no, TRUE AS mine FROM contact_points c
		WHERE c.person = ? AND c.kind = 'phone' AND EXISTS (SELECT 1 FROM events e WHERE e.person = c.person AND e.kind = 'people.phone-revealed.1' AND e.actor = ? AND e.at > ?) ORDER BY c.no`,
		person, tx.Viewer.Account, tx.Now.Add(-revealedFor))
	if err != nil {
		return nil, fmt.Errorf("read revealed phones: %w", err)
	}
	for i := range list { // past the mask, which scanning applies
		if list[i].Value, err = op.OneOf[string](ctx, tx.Unscoped("as above"), "SELECT value FROM contact_points WHERE id = ?", list[i].ID); err != nil {
			return nil, fmt.Errorf("read revealed phone: %w", err)
		}
	}
	return list, nil
}
