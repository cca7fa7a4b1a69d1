package people

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// What is revealed.
const (
	revealPhone     = "phone"
	revealDuplicate = "duplicate"
	revealPool      = "pool" // entries of the pool, which sales counts (PPL-8)
)

// refusedMark ends the field of a row that was not shown.
const refusedMark = "-refused"

// Reveal lets the viewer see the masked contact points, ID numbers and addresses of a person for some minutes (PPL-10): the answer holds none,
// Revealed and RevealedAttributes then read them. Refused: reveal-limit, beyond the day's number of the role, which is reported; a role that sees no phones at all.
var Reveal = op.Op[RevealInput, Answer]{
	Name: "people.reveal", Rule: "PPL-10", Needs: "person:reveal", Fact: facts.PhoneRevealed{}, Do: reveal,
	Subject: func(in RevealInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
	Refused: func(ctx context.Context, r *op.Runner, in RevealInput, p *problem.Problem) error {
		return reportLimit(ctx, r, p, in.PersonID, revealPhone)
	},
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
	if err := countReveal(ctx, tx, p.ID, revealPhone); err != nil {
		return Answer{}, err
	}
	private, err := withKinds(ctx, tx, p.ID)
	if err != nil {
		return Answer{}, err
	}
	f := facts.PhoneRevealed{Person: p.ID, Center: p.Center, Field: revealPhone}
	for _, a := range private {
		if a.Private != "" && !slices.Contains(f.Private, a.Private) {
			f.Private = append(f.Private, a.Private)
		}
	}
	tx.Record(p.ID, f)
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// countReveal notes that the viewer is shown something of a person now. The same thing of the same person counts once a day.
func countReveal(ctx context.Context, tx *op.Tx, person id.ID, field string) error {
	account, day := tx.Viewer.Account, int64(tx.Today(tx.Viewer.Center))
	again, err := tx.Exec(ctx, "UPDATE reveals SET at = ? WHERE account = ? AND day = ? AND person = ? AND field = ?", tx.Now, account[:], day, person, field)
	if err != nil {
		return fmt.Errorf("note reveal: %w", err)
	}
	if again > 0 {
		return nil
	}
	if err := noteReveal(ctx, tx, revealRow{account, tx.Viewer.Staff, tx.Viewer.Center, person, day, field}); err != nil {
		return err
	}
	if tx.Viewer.System {
		return nil
	}
	var used int64 // the row is locked by its change: two at a time cannot both be the last one
	err = tx.QueryRow(ctx, "INSERT INTO reveal_days (account, day, n) VALUES (?, ?, 1) ON CONFLICT (account, day) DO UPDATE SET n = reveal_days.n + 1 RETURNING n",
		[]any{account[:], day}, &used)
	if err != nil {
		return fmt.Errorf("count reveals: %w", err)
	}
	if most := organization.Of(tx).RevealsPerDay(tx.Viewer.Staff, "phone"); used > most {
		return problem.Refuse("PPL-10", "reveal-limit", problem.Field{Location: "person_id", Value: person}).With("most", most)
	}
	return nil
}

// revealRow is a row of the reveals: who was shown what of whom on a day.
type revealRow struct {
	account, staff, center, person id.ID
	day                            int64
	field                          string
}

func noteReveal(ctx context.Context, tx *op.Tx, r revealRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO reveals (account, staff, center, day, person, field, at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, day, person, field) DO UPDATE SET at = excluded.at`, r.account[:], r.staff, r.center, r.day, r.person, r.field, tx.Now)
	if err != nil {
		return fmt.Errorf("note reveal: %w", err)
	}
	return nil
}

// revealedFor is how long after a reveal what it showed may be read.
const revealedFor = 2 * time.Minute

// fresh is the condition that the viewer was shown something of the person in column just now; its values are freshArgs.
func fresh(column string) string {
	return "EXISTS (SELECT 1 FROM reveals r WHERE r.account = ? AND r.day >= ? AND r.person = " + column + " AND r.field = ? AND r.at > ?)"
}

func freshArgs(tx *op.Tx, field string) []any {
	account := tx.Viewer.Account
	return []any{account[:], int64(tx.Today(tx.Viewer.Center)) - 1, field, tx.Now.Add(-revealedFor)}
}

// Revealed reads the contact points of a person in scope that the viewer has just revealed; without a fresh reveal there is nothing
// to read. It is the one way past the mask.
func Revealed(ctx context.Context, tx *op.Tx, person id.ID) ([]Contact, error) {
	type open struct { // as Contact, without the mask
		ID       id.ID  `db:"id"`
		Kind     string `db:"kind"`
		Value    string `db:"value"`
		Relation string `db:"relation"`
		No       int64  `db:"no"`
	}
	list, err := op.All[open](ctx, tx, "SELECT c.id, c.kind, c.value, c.relation, c.no FROM contact_points c WHERE c.person = ? AND {scope:contact c} AND "+
		fresh("c.person")+" ORDER BY c.no", append([]any{person}, freshArgs(tx, revealPhone)...)...)
	if err != nil {
		return nil, fmt.Errorf("read revealed contact points: %w", err)
	}
	out := make([]Contact, len(list))
	for i, c := range list {
		out[i] = Contact{ID: c.ID, Person: person, Kind: c.Kind, Value: c.Value, Relation: c.Relation, No: c.No}
	}
	return out, nil
}
