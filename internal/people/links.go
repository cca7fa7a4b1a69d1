package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Link says through which matter a person is seen, where it lies and who owns it (ORG-3).
type Link struct {
	Person id.ID  `json:"person_id" db:"person"`
	Kind   string `json:"kind" db:"kind"`
	Ref    id.ID  `json:"ref" db:"ref"`
	Center id.ID  `json:"center_id" db:"center"`
	Owner  id.ID  `json:"owner_id" db:"owner"`
	State  string `json:"state" db:"state"`
}

// TableName implements op.Record.
func (Link) TableName() string { return "person_links" }

// Kinds of links.
const (
	linkPerson   = "person"   // the registration itself
	linkEnquiry  = "enquiry"  // an enquiry
	linkContract = "contract" // a contract, of its student
	linkPayer    = "payer"    // a contract, of who pays it
	linkPayment  = "payment"  // a payment, of who paid
	linkNamed    = "named"    // an enquiry, of the organization for which it is (PPL-13)
	linkVisit    = "visit"    // a visit at another center than the enquiry's
	linkTask     = "task"     // a task that was given to somebody else
)

// States of links.
const (
	LinkOpen    = "open"
	LinkEnded   = "ended"
	LinkWon     = "won"     // an enquiry that ended with a contract
	LinkPending = "pending" // a contract that is not signed
)

// link says that a matter of a person lies at a center with an owner, from now on.
func link(ctx context.Context, tx *op.Tx, l Link) error {
	if l.Person.IsNone() || l.Ref.IsNone() {
		return nil
	}
	err := tx.InsertRows(ctx, "person_links (person, kind, ref, center, owner, state)",
		" ON CONFLICT (person, kind, ref) DO UPDATE SET center = excluded.center, owner = excluded.owner, state = excluded.state",
		[][]any{{l.Person, l.Kind, l.Ref, l.Center, l.Owner, l.State}})
	if err != nil {
		return fmt.Errorf("link person to %s: %w", l.Kind, err)
	}
	return nil
}

// moveLink says where a matter lies from now on; its state stays.
func moveLink(ctx context.Context, tx *op.Tx, l Link) error {
	_, err := tx.Exec(ctx, "UPDATE person_links SET center = ?, owner = ? WHERE person = ? AND kind = ? AND ref = ?", l.Center, l.Owner, l.Person, l.Kind, l.Ref)
	if err != nil {
		return fmt.Errorf("move link of %s: %w", l.Kind, err)
	}
	return nil
}

// turnLink gives the link of a matter another state; won is for good.
func turnLink(ctx context.Context, tx *op.Tx, person id.ID, kind string, ref id.ID, state string) error {
	_, err := tx.Exec(ctx, "UPDATE person_links SET state = ? WHERE person = ? AND kind = ? AND ref = ? AND state <> ? AND state <> 'won'", state, person, kind, ref, state)
	if err != nil {
		return fmt.Errorf("turn link of %s: %w", kind, err)
	}
	return nil
}

type freeKey struct{}

// freeOf are the persons whom the transaction registered for a matter: nobody owns their registration.
func freeOf(tx *op.Tx) map[id.ID]bool {
	return tx.Value(freeKey{}, func() any { return map[id.ID]bool{} }).(map[id.ID]bool)
}

// freeRegistration takes a person from who registered it: from now on the owner of the matter has it.
func freeRegistration(ctx context.Context, tx *op.Tx, person id.ID) error {
	if freeOf(tx)[person] {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE person_links SET owner = NULL WHERE person = ? AND kind = 'person' AND owner IS NOT NULL", person)
	if err != nil {
		return fmt.Errorf("free registration: %w", err)
	}
	return nil
}
