package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// UnlinkGuardian says that somebody is no more the guardian of a person (PPL-3). Who sees the child unlinks, also a guardian beyond one's
// scope. Refused: no-guardian.
var UnlinkGuardian = op.Op[UnlinkGuardianInput, Answer]{
	Name: "people.unlink-guardian", Rule: "PPL-3", Needs: "person:update", Fact: facts.GuardianUnlinked{}, Do: unlinkGuardian, Undo: "people.link-guardian",
	Subject: func(in UnlinkGuardianInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
}

// UnlinkGuardianInput names child and guardian.
type UnlinkGuardianInput struct {
	PersonID   id.ID `json:"person_id" path:"id"`
	GuardianID id.ID `json:"guardian_id"`
}

func unlinkGuardian(ctx context.Context, tx *op.Tx, in UnlinkGuardianInput) (Answer, error) {
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	relation, err := relationOf(ctx, tx, in.PersonID, in.GuardianID)
	if err != nil {
		return Answer{}, err
	}
	if relation == "" {
		return Answer{}, problem.Refuse("PPL-3", "no-guardian", problem.Field{Location: "guardian_id", Value: in.GuardianID})
	}
	if _, err := tx.Exec(ctx, "DELETE FROM guardians WHERE person = ? AND guardian = ?", in.PersonID, in.GuardianID); err != nil {
		return Answer{}, fmt.Errorf("unlink guardian: %w", err)
	}
	if _, err := ByID(ctx, tx, in.GuardianID); err == nil { // only a guardian whom one sees can be linked again
		tx.Undoable(LinkGuardianInput{PersonID: p.ID, GuardianID: in.GuardianID, Relation: relation})
	}
	tx.Record(p.ID, facts.GuardianUnlinked{Person: p.ID, Guardian: in.GuardianID, Relation: relation, Center: p.Center})
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// relationOf is what a guardian is to a person; "" if it is none.
func relationOf(ctx context.Context, tx *op.Tx, person, guardian id.ID) (relation string, err error) {
	err = tx.QueryRow(ctx, "SELECT relation FROM guardians WHERE person = ? AND guardian = ?", []any{person, guardian}, &relation)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for guardian: %w", err)
	}
	return relation, nil
}
