package people

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Organization is a company customer (PPL-13): what it has beside its row of persons, which holds its name, contact points, center and
// links. It pays, and its people are the students.
type Organization struct {
	ID          id.ID     `json:"id" db:"id"` // of its row of persons
	NameKey     string    `json:"-" db:"name_key"`
	Title       string    `json:"title" db:"title"`           // of its invoices
	TaxNumber   string    `json:"tax_number" db:"tax_number"` // folded
	Address     string    `json:"address" db:"address"`
	Bank        string    `json:"bank" db:"bank"`
	BankAccount string    `json:"bank_account" db:"bank_account"`
	Industry    string    `json:"industry" db:"industry"`
	Parent      id.ID     `json:"subsidiary_of" db:"parent"`
	Center      id.ID     `json:"center_id" db:"center"`                 // as its row of persons
	Archived    time.Time `json:"archived_at,omitzero" db:"archived_at"` // no customer any more
}

// TableName implements op.Record.
func (Organization) TableName() string { return "organizations" }

// InvoiceTitle is what its invoices say on top.
func (o Organization) InvoiceTitle(name string) string {
	if o.Title != "" {
		return o.Title
	}
	return name
}

const organizationColumns = "o.id, o.name_key, o.title, o.tax_number, o.address, o.bank, o.bank_account, o.industry, o.parent, o.center, o.archived_at"

// organizationOf gives what an organization has that was loaded in scope.
func organizationOf(ctx context.Context, tx *op.Tx, key id.ID) (o Organization, err error) {
	o, err = op.One[Organization](ctx, tx, "SELECT "+organizationColumns+" FROM organizations o JOIN persons p ON p.id = o.id WHERE {scope:person p} AND o.id = ?", key)
	return o, problem.Found(err, "organization")
}

// row is the organization's row of a table beside persons.
func (in OrganizationInput) row(key id.ID) Organization {
	return Organization{
		ID: key, NameKey: nameKey(in.Name), Title: in.Title, TaxNumber: in.TaxNumber, Address: in.Address, Bank: in.Bank, BankAccount: in.BankAccount, Industry: in.Industry,
		Parent: in.ParentID, Center: in.CenterID,
	}
}

// checkParent refuses a parent that is no organization, is itself, or is a subsidiary of it: such a chain would have no end.
func checkParent(ctx context.Context, tx *op.Tx, key, parent id.ID) error {
	if parent.IsNone() {
		return nil
	}
	refuse := func(code string) error {
		return problem.Refuse("PPL-13", "invalid", problem.Field{Location: "subsidiary_of", Code: code, Value: parent})
	}
	if _, err := organizationOf(ctx, tx, parent); err != nil {
		if p, ok := problem.As(err); ok && p.Status < 500 {
			return refuse("unknown")
		}
		return err
	}
	list, err := ancestors(ctx, tx, parent)
	if err == nil && slices.Contains(list, key) {
		return refuse("parent-circle")
	}
	return err
}

// ancestors are an organization and those of which it is a subsidiary, the nearest first.
func ancestors(ctx context.Context, tx *op.Tx, key id.ID) (out []id.ID, err error) {
	for at := key; !at.IsNone() && !slices.Contains(out, at); {
		out = append(out, at)
		next, err := op.AllOf[id.ID](ctx, tx.Unscoped("a chain of organizations has an end; only that is told"), "SELECT o.parent FROM organizations o WHERE o.id = ? AND o.parent IS NOT NULL", at)
		if err != nil {
			return nil, fmt.Errorf("read parent of organization: %w", err)
		}
		if at = id.None; len(next) > 0 {
			at = next[0]
		}
	}
	return out, nil
}

// Human refuses an organization where a human being is needed (PPL-1, PPL-13): a company customer pays for students and is none; and somebody
// who was anonymized, of whom nothing new is kept (PPL-11).
func Human(ctx context.Context, tx *op.Tx, field string, keys ...id.ID) error {
	if keys = slices.DeleteFunc(slices.Clone(keys), id.ID.IsNone); len(keys) == 0 {
		return nil
	}
	type other struct {
		ID           id.ID `db:"id"`
		Organization bool  `db:"organization"`
	}
	found, err := op.AllOf[other](ctx, tx.Unscoped("whether it is an organization, no more"),
		"SELECT p.id, p.organization FROM persons p WHERE p.id IN (?) AND (p.organization OR p.anonymized_at IS NOT NULL) ORDER BY p.id", keys)
	switch {
	case err != nil:
		return fmt.Errorf("look for organization: %w", err)
	case len(found) == 0:
		return nil
	case found[0].Organization:
		return problem.Refuse("PPL-13", "invalid", problem.Field{Location: field, Code: "an-organization", Value: found[0].ID})
	}
	return isAnonymous(found[0].ID)
}

// Payable refuses an archived organization as payer of something new (PPL-13).
func Payable(ctx context.Context, tx *op.Tx, payer id.ID) error {
	found, err := op.AllOf[id.ID](ctx, tx.Unscoped("whether the payer is archived, no more"), "SELECT o.id FROM organizations o WHERE o.id = ? AND o.archived_at IS NOT NULL", payer)
	if err != nil {
		return fmt.Errorf("look for organization: %w", err)
	}
	if len(found) > 0 {
		return problem.Refuse("PPL-13", "invalid", problem.Field{Location: "payer_id", Code: "organization-archived", Value: payer})
	}
	return nil
}
