package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// OrganizationRef names an organization.
type OrganizationRef struct {
	OrganizationID id.ID `json:"organization_id" path:"id"`
}

func (in OrganizationRef) subject() op.Ref { return op.Ref{Kind: "person", ID: in.OrganizationID} }

// ArchiveOrganization says that an organization is no customer any more (PPL-13): its record, contracts and timeline stay, and it pays
// nothing new. Refused: organization-archived.
var ArchiveOrganization = op.Op[OrganizationRef, Answer]{
	Name: "people.archive-organization", Rule: "PPL-13", Needs: "person:update", Fact: facts.OrganizationArchived{}, Undo: "people.restore-organization",
	Subject: OrganizationRef.subject,
	Do: func(ctx context.Context, tx *op.Tx, in OrganizationRef) (Answer, error) {
		p, err := archive(ctx, tx, in, tx.Now, "organization-archived")
		if err != nil {
			return Answer{}, err
		}
		tx.Undoable(in)
		tx.Record(p.ID, facts.OrganizationArchived{Organization: p.ID, Center: p.Center})
		return Answer{ID: p.ID, Version: p.Version}, nil
	},
}

// RestoreOrganization says that an archived organization is a customer again. Refused: organization-active.
var RestoreOrganization = op.Op[OrganizationRef, Answer]{
	Name: "people.restore-organization", Rule: "PPL-13", Needs: "person:update", Fact: facts.OrganizationRestored{}, Undo: "people.archive-organization",
	Subject: OrganizationRef.subject,
	Do: func(ctx context.Context, tx *op.Tx, in OrganizationRef) (Answer, error) {
		p, err := archive(ctx, tx, in, time.Time{}, "organization-active")
		if err != nil {
			return Answer{}, err
		}
		tx.Undoable(in)
		tx.Record(p.ID, facts.OrganizationRestored{Organization: p.ID, Center: p.Center})
		return Answer{ID: p.ID, Version: p.Version}, nil
	},
}

// archive writes since when an organization is archived, zero for not at all; refused with a code where that is so already.
func archive(ctx context.Context, tx *op.Tx, in OrganizationRef, at time.Time, code string) (p Person, err error) {
	if err := tx.Lock(ctx, "persons", in.OrganizationID); err != nil {
		return p, fmt.Errorf("lock organization: %w", err)
	}
	o, err := organizationOf(ctx, tx, in.OrganizationID)
	if err != nil {
		return p, err
	}
	if o.Archived.IsZero() == at.IsZero() {
		return p, problem.Refuse("PPL-13", code, problem.Field{Location: "organization_id", Value: o.ID})
	}
	if p, err = ByID(ctx, tx, o.ID); err != nil {
		return p, err
	}
	if err := tx.Save(ctx, &p, "pinyin"); err != nil { // its version counts what happens to it
		return p, err
	}
	if _, err := tx.Exec(ctx, "UPDATE organizations SET archived_at = ? WHERE id = ?", at, o.ID); err != nil {
		return p, fmt.Errorf("archive organization: %w", err)
	}
	return p, nil
}

// AddOrganizationContact says that a person has a role at an organization; named again with another role, that one holds (PPL-13). Refused:
// an organization as contact, an unknown role, same-role.
var AddOrganizationContact = op.Op[OrganizationContactInput, Answer]{
	Name: "people.add-organization-contact", Rule: "PPL-13", Needs: "person:update", Fact: facts.OrganizationContactAdded{}, Do: addContact, Undo: "people.remove-organization-contact",
	Subject: func(in OrganizationContactInput) op.Ref { return op.Ref{Kind: "person", ID: in.OrganizationID} },
	Subjects: func(in OrganizationContactInput) []op.Ref {
		return []op.Ref{{Kind: "person", ID: in.PersonID, Reached: true}}
	},
}

// OrganizationContactInput names organization, person and role.
type OrganizationContactInput struct {
	OrganizationID id.ID  `json:"organization_id" path:"id"`
	PersonID       id.ID  `json:"person_id"`
	Role           string `json:"role" enum:"hr,training,purchasing,finance,management,other"`
}

func addContact(ctx context.Context, tx *op.Tx, in OrganizationContactInput) (Answer, error) {
	if !slices.Contains(ContactRoles, in.Role) {
		return Answer{}, problem.Refuse("PPL-13", "invalid", problem.Field{Location: "role", Code: "not-one-of", Value: in.Role, Args: map[string]any{"list": strings.Join(ContactRoles, ", ")}})
	}
	if err := Human(ctx, tx, "person_id", in.PersonID); err != nil {
		return Answer{}, err
	}
	p, was, err := loadContact(ctx, tx, in.OrganizationID, in.PersonID)
	switch {
	case err != nil:
		return Answer{}, err
	case was == in.Role:
		return Answer{}, problem.Refuse("PPL-13", "same-role", problem.Field{Location: "person_id", Value: in.PersonID})
	case was == "":
		err = tx.InsertRows(ctx, "organization_contacts (id, organization, person, role, since)", "", [][]any{{tx.NewID(), p.ID, in.PersonID, in.Role, tx.Now}})
		tx.Undoable(RemoveOrganizationContactInput{OrganizationID: p.ID, PersonID: in.PersonID})
	default:
		_, err = tx.Exec(ctx, "UPDATE organization_contacts SET role = ? WHERE organization = ? AND person = ?", in.Role, p.ID, in.PersonID)
	}
	if err != nil {
		return Answer{}, fmt.Errorf("save contact of organization: %w", err)
	}
	tx.Record(p.ID, facts.OrganizationContactAdded{Organization: p.ID, Center: p.Center, Contact: in.PersonID, Role: in.Role})
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// RemoveOrganizationContact says that a person has no role at an organization any more. Refused: no-contact.
var RemoveOrganizationContact = op.Op[RemoveOrganizationContactInput, Answer]{
	Name: "people.remove-organization-contact", Rule: "PPL-13", Needs: "person:update", Fact: facts.OrganizationContactRemoved{}, Do: removeContact, Undo: "people.add-organization-contact",
	Subject: func(in RemoveOrganizationContactInput) op.Ref { return op.Ref{Kind: "person", ID: in.OrganizationID} },
}

// RemoveOrganizationContactInput names organization and person; who sees the organization removes, also a person beyond one's scope.
type RemoveOrganizationContactInput struct {
	OrganizationID id.ID `json:"organization_id" path:"id"`
	PersonID       id.ID `json:"person_id"`
}

func removeContact(ctx context.Context, tx *op.Tx, in RemoveOrganizationContactInput) (Answer, error) {
	p, role, err := loadContact(ctx, tx, in.OrganizationID, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	if role == "" {
		return Answer{}, problem.Refuse("PPL-13", "no-contact", problem.Field{Location: "person_id", Value: in.PersonID})
	}
	if _, err := tx.Exec(ctx, "DELETE FROM organization_contacts WHERE organization = ? AND person = ?", p.ID, in.PersonID); err != nil {
		return Answer{}, fmt.Errorf("remove contact of organization: %w", err)
	}
	if _, err := ByID(ctx, tx, in.PersonID); err == nil { // only a person whom one sees can be named again
		tx.Undoable(OrganizationContactInput{OrganizationID: p.ID, PersonID: in.PersonID, Role: role})
	}
	tx.Record(p.ID, facts.OrganizationContactRemoved{Organization: p.ID, Center: p.Center, Contact: in.PersonID, Role: role})
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// loadContact locks an organization in scope, and gives the role that a person has there; "" for none.
func loadContact(ctx context.Context, tx *op.Tx, organization, person id.ID) (p Person, role string, err error) {
	if err := tx.Lock(ctx, "persons", organization); err != nil {
		return p, "", fmt.Errorf("lock organization: %w", err)
	}
	if _, err := organizationOf(ctx, tx, organization); err != nil {
		return p, "", err
	}
	if p, err = ByID(ctx, tx, organization); err != nil {
		return p, "", err
	}
	roles, err := op.AllOf[string](ctx, tx.Unscoped("whether the person has a role there"), "SELECT c.role FROM organization_contacts c WHERE c.organization = ? AND c.person = ? ORDER BY c.id", organization, person)
	if err != nil {
		return p, "", fmt.Errorf("look for contact of organization: %w", err)
	}
	if len(roles) > 0 {
		role = roles[0]
	}
	return p, role, nil
}
