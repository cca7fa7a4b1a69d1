package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/pinyin"
	"zhike/internal/kernel/problem"
)

// RegisterOrganization enters a company customer (PPL-13). Refused: no name, a tax number that is none, a parent that is no organization;
// known-organization where a form asks for that (PPL-4): other callers are not refused for a duplicate.
var RegisterOrganization = op.Op[OrganizationInput, Answer]{
	Name: "people.register-organization", Rule: "PPL-13", Needs: "person:create", Fact: facts.OrganizationRegistered{}, Do: registerOrganization,
	Subjects: func(in OrganizationInput) []op.Ref {
		var refs []op.Ref
		if !in.CenterID.IsNone() {
			refs = append(refs, op.Ref{Kind: "center", ID: in.CenterID, Reached: true})
		}
		if !in.ParentID.IsNone() {
			refs = append(refs, op.Ref{Kind: "person", ID: in.ParentID, Reached: true})
		}
		return refs
	},
}

func registerOrganization(ctx context.Context, tx *op.Tx, in OrganizationInput) (Answer, error) {
	if in.CenterID.IsNone() {
		in.CenterID = tx.Viewer.Home("person:create")
	}
	in, err := in.normal()
	if err != nil {
		return Answer{}, err
	}
	if in.Ask {
		known, err := OrganizationDuplicates(ctx, tx, in.Name, in.TaxNumber)
		if err != nil {
			return Answer{}, err
		}
		if len(otherOrganizations(known, in.Others)) > 0 {
			return Answer{}, problem.Refuse("PPL-4", "known-organization", problem.Field{Location: "name", Code: "known-organization"})
		}
	}
	if err := checkParent(ctx, tx, id.None, in.ParentID); err != nil {
		return Answer{}, err
	}
	p := Person{
		ID: tx.NewID(), Name: in.Name, NameLatin: in.NameLatin, Pinyin: pinyin.Of(in.Name).Marked, ExternalKey: in.ExternalKey, Center: in.CenterID, Created: tx.Now,
		Organization: true,
	}
	if err := insertPerson(ctx, tx, p, in.contact()); err != nil {
		return Answer{}, err
	}
	if err := tx.Insert(ctx, in.row(p.ID)); err != nil {
		return Answer{}, err
	}
	if err := link(ctx, tx, Link{Person: p.ID, Kind: linkPerson, Ref: p.ID, Center: p.Center, Owner: tx.Viewer.Staff, State: LinkOpen}); err != nil {
		return Answer{}, err
	}
	if err := SetAttributes(ctx, tx, p.ID, in.Attributes); err != nil {
		return Answer{}, err
	}
	tx.Record(p.ID, facts.OrganizationRegistered{Organization: p.ID, Center: p.Center, Staff: tx.Viewer.Staff, Parent: in.ParentID})
	return Answer{ID: p.ID}, nil
}

// ChangeOrganization changes fields of an organization; those left out stay. It follows the rules of Change: a change that starts from an
// older version holds unless somebody changed the same fields since (ORG-10), and old values stay beside the event (TRU-24).
var ChangeOrganization = op.Op[ChangeOrganizationInput, Answer]{
	Name: "people.change-organization", Rule: "PPL-13", Needs: "person:update", Fact: facts.OrganizationChanged{}, Do: changeOrganization,
	Subject: func(in ChangeOrganizationInput) op.Ref { return op.Ref{Kind: "person", ID: in.OrganizationID} },
	Undo:    "people.revert-organization",
}

// ChangeOrganizationInput names what changes.
type ChangeOrganizationInput struct {
	OrganizationID id.ID           `json:"organization_id" path:"id"`
	Base           *int64          `json:"base_version,omitempty" doc:"version that the change starts from; the present one if left out"`
	Name           *string         `json:"name,omitempty" maxLength:"100"`
	NameLatin      *string         `json:"name_latin,omitempty" maxLength:"100"`
	Title          *string         `json:"title,omitempty" maxLength:"100"`
	TaxNumber      *string         `json:"tax_number,omitempty" maxLength:"30"`
	Address        *string         `json:"address,omitempty" maxLength:"200"`
	Bank           *string         `json:"bank,omitempty" maxLength:"100"`
	BankAccount    *string         `json:"bank_account,omitempty" maxLength:"40"`
	Industry       *string         `json:"industry,omitempty" maxLength:"100"`
	ParentID       *id.ID          `json:"subsidiary_of,omitempty" doc:"empty: none"`
	Phones         *[]ContactInput `json:"phones,omitempty" maxItems:"10"`
	Emails         *[]ContactInput `json:"emails,omitempty" maxItems:"10"`

	Attributes []Attribute `json:"-"` // custom values, of an import

	reverts id.ID // the change that this one takes back
}

// over gives what is known after a change: fields that it leaves out stay.
func (in ChangeOrganizationInput) over(was OrganizationInput) OrganizationInput {
	set(&was.Name, in.Name)
	set(&was.NameLatin, in.NameLatin)
	set(&was.Title, in.Title)
	set(&was.TaxNumber, in.TaxNumber)
	set(&was.Address, in.Address)
	set(&was.Bank, in.Bank)
	set(&was.BankAccount, in.BankAccount)
	set(&was.Industry, in.Industry)
	set(&was.ParentID, in.ParentID)
	set(&was.Phones, in.Phones)
	set(&was.Emails, in.Emails)
	return was
}

func changeOrganization(ctx context.Context, tx *op.Tx, in ChangeOrganizationInput) (Answer, error) {
	if err := tx.Lock(ctx, "persons", in.OrganizationID); err != nil {
		return Answer{}, fmt.Errorf("lock organization: %w", err)
	}
	p, o, was, err := loadOrganization(ctx, tx, in.OrganizationID)
	if err != nil {
		return Answer{}, err
	}
	if err := (ChangeInput{Base: in.Base}).base(p); err != nil {
		return Answer{}, err
	}
	now, err := in.over(was).normal()
	if err != nil {
		return Answer{}, err
	}
	fields, old := organizationDiffers(was, now)
	custom, err := changeAttributes(ctx, tx, p.ID, in.Attributes)
	if err != nil {
		return Answer{}, err
	}
	for _, a := range custom {
		fields, old[a.Field] = append(fields, a.Field), a.Text
	}
	if len(fields) == 0 {
		return Answer{}, problem.Refuse("ORG-10", "nothing-changed", problem.Field{Location: "organization_id", Value: p.ID})
	}
	if now.ParentID != was.ParentID {
		if err := checkParent(ctx, tx, p.ID, now.ParentID); err != nil {
			return Answer{}, err
		}
	}
	if in.Base != nil && *in.Base != p.Version {
		if err := meanwhile(ctx, tx, p, *in.Base, fields, was.values()); err != nil {
			return Answer{}, err
		}
	}
	if err := saveChange(ctx, tx, &p, version{RegisterInput: was.contact()}, version{RegisterInput: now.contact()}); err != nil {
		return Answer{}, err
	}
	if err := saveOrganization(ctx, tx, now.row(o.ID)); err != nil {
		return Answer{}, err
	}
	f := facts.OrganizationChanged{Organization: p.ID, Center: p.Center, Version: p.Version, Fields: fields, Reverts: in.reverts}
	if f.Before, f.Digests, err = sealBefore(ctx, tx, p.ID, old); err != nil {
		return Answer{}, err
	}
	tx.Undoable(RevertOrganizationInput{OrganizationID: p.ID})
	tx.Record(p.ID, f)
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// loadOrganization reads an organization in scope, and all that is known of it in full, to change it.
func loadOrganization(ctx context.Context, tx *op.Tx, key id.ID) (p Person, o Organization, was OrganizationInput, err error) {
	if o, err = organizationOf(ctx, tx, key); err != nil {
		return p, o, was, err
	}
	p, known, err := loadKnown(ctx, tx, key)
	return p, o, OrganizationInput{
		Name: p.Name, NameLatin: p.NameLatin, Title: o.Title, TaxNumber: o.TaxNumber, Address: o.Address, Bank: o.Bank, BankAccount: o.BankAccount, Industry: o.Industry, ParentID: o.Parent,
		ExternalKey: p.ExternalKey, Phones: known.Phones, Emails: known.Emails,
	}, err
}

// saveOrganization writes what an organization has beside its row of persons, whose version its changes count.
func saveOrganization(ctx context.Context, tx *op.Tx, o Organization) error {
	_, err := tx.Exec(ctx, "UPDATE organizations SET name_key = ?, title = ?, tax_number = ?, address = ?, bank = ?, bank_account = ?, industry = ?, parent = ? WHERE id = ?",
		o.NameKey, o.Title, o.TaxNumber, o.Address, o.Bank, o.BankAccount, o.Industry, o.Parent, o.ID)
	if err != nil {
		return fmt.Errorf("save organization: %w", err)
	}
	return nil
}

// RevertOrganization sets back what somebody has just changed of an organization (UI-B2), by the old values beside the change. Refused:
// undo-late, undo-changed.
var RevertOrganization = op.Op[RevertOrganizationInput, Answer]{
	Name: "people.revert-organization", Rule: "UI-B2", Needs: "person:update", Fact: facts.OrganizationChanged{}, Do: revertOrganization,
	Subject: func(in RevertOrganizationInput) op.Ref { return op.Ref{Kind: "person", ID: in.OrganizationID} },
}

// RevertOrganizationInput names the organization.
type RevertOrganizationInput struct {
	OrganizationID id.ID `json:"organization_id" path:"id"`
}

func revertOrganization(ctx context.Context, tx *op.Tx, in RevertOrganizationInput) (Answer, error) {
	last, err := tx.Latest(ctx, in.OrganizationID, facts.OrganizationChanged{}.Kind())
	if err != nil {
		return Answer{}, err
	}
	old, err := openBefore(ctx, tx, []id.ID{in.OrganizationID}, []id.ID{last.ID})
	if err != nil {
		return Answer{}, err
	}
	back := ChangeOrganizationInput{OrganizationID: in.OrganizationID, reverts: last.ID}
	texts := map[string]**string{
		"name": &back.Name, "name_latin": &back.NameLatin, "title": &back.Title, "tax_number": &back.TaxNumber, "address": &back.Address, "bank": &back.Bank, "bank_account": &back.BankAccount,
		"industry": &back.Industry,
	}
	for _, o := range old {
		switch to, isText := texts[o.Field]; {
		case o.Gone:
			return Answer{}, op.UndoChanged()
		case isText:
			*to = &o.Text
		case o.Field == "phones":
			back.Phones = contactsOf(o.Text)
		case o.Field == "emails":
			back.Emails = contactsOf(o.Text)
		case o.Field == "subsidiary_of":
			parent, err := id.Parse(o.Text)
			if err != nil && o.Text != "" {
				return Answer{}, fmt.Errorf("read old parent: %w", err)
			}
			back.ParentID = &parent
		default:
			back.Attributes = append(back.Attributes, Attribute{Field: o.Field, Text: o.Text})
		}
	}
	return changeOrganization(ctx, tx, back)
}
