package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// TellApart says that two persons who look alike are two human beings: they are no likely duplicates any more (PPL-4). They can be merged
// all the same. Refused: with-oneself, told-apart where that was said before.
var TellApart = op.Op[TellApartInput, Answer]{
	Name: "people.tell-apart", Rule: "PPL-4", Needs: "person:merge", Fact: facts.PersonsToldApart{}, Do: tellApart,
	Subject:  func(in TellApartInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
	Subjects: func(in TellApartInput) []op.Ref { return []op.Ref{{Kind: "person", ID: in.WithID, Reached: true}} },
}

// TellApartInput names both.
type TellApartInput struct {
	PersonID id.ID `json:"person_id" path:"id"`
	WithID   id.ID `json:"with_id"`
}

func tellApart(ctx context.Context, tx *op.Tx, in TellApartInput) (Answer, error) {
	if in.PersonID == in.WithID {
		return Answer{}, problem.Refuse("PPL-4", "with-oneself", problem.Field{Location: "with_id", Value: in.WithID})
	}
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	pair := []id.ID{in.PersonID, in.WithID}
	slices.SortFunc(pair, func(a, b id.ID) int { return slices.Compare(a[:], b[:]) })
	n, err := tx.Exec(ctx, "INSERT INTO told_apart (person, other) VALUES (?, ?) ON CONFLICT (person, other) DO NOTHING", pair[0], pair[1])
	if err != nil {
		return Answer{}, fmt.Errorf("tell persons apart: %w", err)
	}
	if n == 0 {
		return Answer{}, problem.Refuse("PPL-4", "told-apart", problem.Field{Location: "with_id", Value: in.WithID})
	}
	tx.Record(p.ID, facts.PersonsToldApart{Person: p.ID, Other: in.WithID, Center: p.Center})
	return Answer{ID: p.ID, Version: p.Version}, nil
}
