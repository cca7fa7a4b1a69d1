package people

import (
	"context"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/pinyin"
)

// Answer names the person that an operation was about.
type Answer struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
}

// Register enters a person (PPL-1). Refused: nobody (nothing names the person), unreadable phones, addresses and dates; known-person
// where a form asks for that (PPL-4): other callers are not refused for a duplicate.
var Register = op.Op[RegisterInput, Answer]{
	Name: "people.register", Rule: "PPL-1", Needs: "person:create", Fact: facts.PersonRegistered{}, Do: register,
	Subjects: func(in RegisterInput) []op.Ref {
		var refs []op.Ref
		if !in.CenterID.IsNone() {
			refs = append(refs, op.Ref{Kind: "center", ID: in.CenterID, Reached: true})
		}
		if !in.HouseholdOf.IsNone() {
			refs = append(refs, op.Ref{Kind: "person", ID: in.HouseholdOf})
		}
		return refs
	},
}

func register(ctx context.Context, tx *op.Tx, in RegisterInput) (Answer, error) {
	if in.CenterID.IsNone() {
		in.CenterID = tx.Viewer.Home("person:create")
	}
	in, err := in.normal(tx.Today(in.CenterID))
	if err != nil {
		return Answer{}, err
	}
	if err := in.ask(ctx, tx); err != nil {
		return Answer{}, err
	}
	p := Person{
		ID: tx.NewID(), Name: in.Name, NameLatin: in.NameLatin, Pinyin: pinyin.Of(in.Name).Marked, Gender: in.Gender, Birth: in.Birth, District: in.District,
		Lang: in.Lang, ExternalKey: in.ExternalKey, Center: in.CenterID, Created: tx.Now,
	}
	if !in.HouseholdOf.IsNone() {
		if p.Household, err = householdOf(ctx, tx, in.HouseholdOf); err != nil {
			return Answer{}, err
		}
	}
	if err := insertPerson(ctx, tx, p, in); err != nil {
		return Answer{}, err
	}
	registration := Link{Person: p.ID, Kind: linkPerson, Ref: p.ID, Center: p.Center, Owner: tx.Viewer.Staff, State: LinkOpen}
	if in.Matter {
		registration.Owner = id.None
		freeOf(tx)[p.ID] = true
	}
	if err := link(ctx, tx, registration); err != nil {
		return Answer{}, err
	}
	if err := SetAttributes(ctx, tx, p.ID, in.Attributes); err != nil {
		return Answer{}, err
	}
	tx.Record(p.ID, facts.PersonRegistered{Person: p.ID, Center: p.Center, Staff: tx.Viewer.Staff, Phones: len(in.Phones)})
	return Answer{ID: p.ID}, nil
}
