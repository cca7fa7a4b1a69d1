package sales

import (
	"context"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
)

// mostValue is what a matter may be worth at most: 100 million yuan, as a payment.
const mostValue = money.Fen(10_000_000_000)

// forOrganization refuses an organization as the person of a matter, a person or an archived organization as that for which it is (PPL-13),
// and a value that is none.
func forOrganization(ctx context.Context, tx *op.Tx, person, organization id.ID, value money.Fen) error {
	var bad problem.Invalid
	if value < 0 || value > mostValue {
		bad.Add("value_fen", "amount-range", value, "max", mostValue)
	}
	if err := people.Human(ctx, tx, "person_id", person); err != nil {
		return err
	}
	if !organization.IsNone() {
		_, o, err := people.OrganizationByID(ctx, tx, organization)
		if p, ok := problem.As(err); ok && p.Status < 500 {
			bad.Add("organization_id", "unknown", organization)
		} else if err != nil {
			return err
		} else if !o.Archived.IsZero() {
			bad.Add("organization_id", "organization-archived", organization)
		}
	}
	return bad.Err("PPL-13")
}

// named says that the enquiry is for another organization from now on; nil where it is not.
func (e Enquiry) named(was Enquiry) *facts.Named {
	if e.Organization == was.Organization {
		return nil
	}
	return &facts.Named{Organization: e.Organization, Was: was.Organization}
}

// nameImported takes organization and value of a further row; what it leaves out stays.
func (e *Enquiry) nameImported(ctx context.Context, tx *op.Tx, in UpdateImportedInput) error {
	if in.Value != 0 {
		e.Value = in.Value
	}
	if in.OrganizationID.IsNone() || in.OrganizationID == e.Organization {
		return forOrganization(ctx, tx, id.None, id.None, in.Value)
	}
	e.Organization = in.OrganizationID
	return forOrganization(ctx, tx, id.None, in.OrganizationID, in.Value)
}

// OrganizationOf gives the organization for which an enquiry in scope is; none for nobody, and for an enquiry that the viewer does not see.
func OrganizationOf(ctx context.Context, tx *op.Tx, enquiry id.ID) (id.ID, error) {
	var list []Enquiry
	if err := tx.Select(&list).Where("id = ?", enquiry).Scan(ctx); err != nil || len(list) == 0 {
		return id.None, err
	}
	return list[0].Organization, nil
}
