package people

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

// JoinHousehold says that two persons live together (PPL-3); a household begins with the first two. Refused: with-oneself,
// same-household.
var JoinHousehold = op.Op[JoinHouseholdInput, Answer]{
	Name: "people.join-household", Rule: "PPL-3", Needs: "person:update", Fact: facts.HouseholdJoined{}, Do: joinHousehold, Undo: "people.leave-household",
	Subject:  func(in JoinHouseholdInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
	Subjects: func(in JoinHouseholdInput) []op.Ref { return []op.Ref{{Kind: "person", ID: in.WithID}} },
}

// JoinHouseholdInput names both.
type JoinHouseholdInput struct {
	PersonID id.ID `json:"person_id" path:"id"`
	WithID   id.ID `json:"with_id" doc:"a member of the household"`
}

func joinHousehold(ctx context.Context, tx *op.Tx, in JoinHouseholdInput) (Answer, error) {
	if in.PersonID == in.WithID {
		return Answer{}, problem.Refuse("PPL-3", "with-oneself", problem.Field{Location: "with_id", Value: in.WithID})
	}
	if err := Human(ctx, tx, "with_id", in.WithID, in.PersonID); err != nil {
		return Answer{}, err
	}
	household, err := householdOf(ctx, tx, in.WithID)
	if err != nil {
		return Answer{}, err
	}
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	if p.Household == household {
		return Answer{}, problem.Refuse("PPL-3", "same-household", problem.Field{Location: "with_id", Value: in.WithID})
	}
	if p.Household.IsNone() { // who comes from another household is not led back to it
		tx.Undoable(LeaveHouseholdInput{PersonID: p.ID})
	}
	p.Household = household
	if err := tx.Save(ctx, &p, "household"); err != nil {
		return Answer{}, err
	}
	tx.Record(p.ID, facts.HouseholdJoined{Person: p.ID, Household: p.Household, Center: p.Center})
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// LeaveHousehold says that a person lives with the household no more (PPL-3); guardians stay. Refused: no-household.
var LeaveHousehold = op.Op[LeaveHouseholdInput, Answer]{
	Name: "people.leave-household", Rule: "PPL-3", Needs: "person:update", Fact: facts.HouseholdLeft{}, Do: leaveHousehold, Undo: "people.join-household",
	Subject: func(in LeaveHouseholdInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
}

// LeaveHouseholdInput names who leaves.
type LeaveHouseholdInput struct {
	PersonID id.ID `json:"person_id" path:"id"`
}

func leaveHousehold(ctx context.Context, tx *op.Tx, in LeaveHouseholdInput) (Answer, error) {
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	left := p.Household
	if left.IsNone() {
		return Answer{}, problem.Refuse("PPL-3", "no-household", problem.Field{Location: "person_id", Value: p.ID})
	}
	p.Household = id.None
	if err := tx.Save(ctx, &p, "household"); err != nil {
		return Answer{}, err
	}
	stays, err := memberOf(ctx, tx, left)
	if err != nil {
		return Answer{}, err
	}
	if !stays.IsNone() {
		tx.Undoable(JoinHouseholdInput{PersonID: p.ID, WithID: stays})
	}
	tx.Record(p.ID, facts.HouseholdLeft{Person: p.ID, Household: left, Center: p.Center})
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// memberOf gives a member of a household that the viewer sees; none if there is none.
func memberOf(ctx context.Context, tx *op.Tx, household id.ID) (id.ID, error) {
	var list []Person
	if err := tx.Select(&list).Where("household = ?", household).Order("id").Limit(1).Scan(ctx); err != nil {
		return id.None, fmt.Errorf("look for household: %w", err)
	}
	if len(list) == 0 {
		return id.None, nil
	}
	return list[0].ID, nil
}

// LinkGuardian says who is the guardian of a person. Refused: with oneself, both ways, an unknown relation.
var LinkGuardian = op.Op[LinkGuardianInput, Answer]{
	Name: "people.link-guardian", Rule: "PPL-3", Needs: "person:update", Fact: facts.GuardianLinked{}, Do: linkGuardian, Undo: "people.unlink-guardian",
	Subject:  func(in LinkGuardianInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
	Subjects: func(in LinkGuardianInput) []op.Ref { return []op.Ref{{Kind: "person", ID: in.GuardianID}} },
}

// LinkGuardianInput names child and guardian.
type LinkGuardianInput struct {
	PersonID   id.ID  `json:"person_id" path:"id"`
	GuardianID id.ID  `json:"guardian_id"`
	Relation   string `json:"relation" enum:"mother,father,grandparent,other"`
}

func linkGuardian(ctx context.Context, tx *op.Tx, in LinkGuardianInput) (Answer, error) {
	var bad problem.Invalid
	if in.PersonID == in.GuardianID {
		bad.Add("guardian_id", "with-oneself", in.GuardianID)
	}
	if !slices.Contains(Relations, in.Relation) || in.Relation == "self" {
		bad.Add("relation", "not-one-of", in.Relation, "list", strings.Join(Relations[1:], ", "))
	}
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM guardians WHERE person = ? AND guardian = ?", []any{in.GuardianID, in.PersonID}, &n); err != nil {
		return Answer{}, fmt.Errorf("look for guardian: %w", err)
	}
	if n > 0 {
		bad.Add("guardian_id", "both-ways", in.GuardianID)
	}
	if err := bad.Err("PPL-3"); err != nil {
		return Answer{}, err
	}
	if err := Human(ctx, tx, "guardian_id", in.GuardianID, in.PersonID); err != nil {
		return Answer{}, err
	}
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	was, err := relationOf(ctx, tx, in.PersonID, in.GuardianID)
	if err != nil {
		return Answer{}, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO guardians (person, guardian, relation) VALUES (?, ?, ?) ON CONFLICT (person, guardian) DO UPDATE SET relation = excluded.relation",
		in.PersonID, in.GuardianID, in.Relation)
	if err != nil {
		return Answer{}, fmt.Errorf("link guardian: %w", err)
	}
	if was == "" {
		tx.Undoable(UnlinkGuardianInput{PersonID: p.ID, GuardianID: in.GuardianID})
	}
	tx.Record(p.ID, facts.GuardianLinked{Person: p.ID, Guardian: in.GuardianID, Relation: in.Relation, Center: p.Center})
	return Answer{ID: p.ID, Version: p.Version}, nil
}
