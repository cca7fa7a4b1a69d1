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

// MergeOrganizations says that two company customers are one (PPL-13), as Merge does for persons: the record of one stands, and contacts,
// contracts, payments, enquiries and subsidiaries of the other are its own from now on. Refused: with-itself, organization-archived where the
// one that stands is, subsidiary-of-the-other, and what ChangeOrganization refuses.
var MergeOrganizations = op.Op[MergeOrganizationsInput, MergeAnswer]{
	Name: "people.merge-organizations", Rule: "PPL-13", Needs: "person:merge", Fact: facts.PersonsMerged{}, Do: mergeOrganizations, Undo: "people.unmerge-organizations",
	Subject: func(in MergeOrganizationsInput) op.Ref { return op.Ref{Kind: "person", ID: in.OrganizationID} },
	Subjects: func(in MergeOrganizationsInput) []op.Ref {
		return []op.Ref{{Kind: "person", ID: in.WithID, Reached: true}}
	},
}

// MergeOrganizationsInput names both organizations, and whose value each field has.
type MergeOrganizationsInput struct {
	OrganizationID id.ID                   `json:"organization_id" path:"id" doc:"whose record stands"`
	WithID         id.ID                   `json:"with_id" doc:"which is merged into it"`
	Fields         OrganizationMergeFields `json:"fields,omitzero"`
	Custom         []string                `json:"custom,omitempty" maxItems:"200" doc:"custom fields whose value is that of the merged one"`
}

// OrganizationMergeFields says whose value a field has after a merge, as MergeFields does.
type OrganizationMergeFields struct {
	Name        string `json:"name,omitempty" enum:"kept,merged,"`
	NameLatin   string `json:"name_latin,omitempty" enum:"kept,merged,"`
	Title       string `json:"title,omitempty" enum:"kept,merged,"`
	TaxNumber   string `json:"tax_number,omitempty" enum:"kept,merged,"`
	Address     string `json:"address,omitempty" enum:"kept,merged,"`
	Bank        string `json:"bank,omitempty" enum:"kept,merged,"`
	BankAccount string `json:"bank_account,omitempty" enum:"kept,merged,"`
	Industry    string `json:"industry,omitempty" enum:"kept,merged,"`
	Parent      string `json:"subsidiary_of,omitempty" enum:"kept,merged,"`
	Phones      string `json:"phones,omitempty" enum:"kept,merged,"`
	Emails      string `json:"emails,omitempty" enum:"kept,merged,"`
}

// over gives what is known of the organization after a merge, and whose each known field is.
func (f OrganizationMergeFields) over(kept, merged OrganizationInput) (now OrganizationInput, from map[string]string) {
	contact, from := MergeFields{Name: f.Name, NameLatin: f.NameLatin, Phones: f.Phones, Emails: f.Emails}.over(kept.contact(), merged.contact())
	now = kept
	now.Name, now.NameLatin, now.Phones, now.Emails = contact.Name, contact.NameLatin, contact.Phones, contact.Emails
	one(from, "title", f.Title, &now.Title, merged.Title)
	one(from, "tax_number", f.TaxNumber, &now.TaxNumber, merged.TaxNumber)
	one(from, "address", f.Address, &now.Address, merged.Address)
	one(from, "bank", f.Bank, &now.Bank, merged.Bank)
	one(from, "bank_account", f.BankAccount, &now.BankAccount, merged.BankAccount)
	one(from, "industry", f.Industry, &now.Industry, merged.Industry)
	one(from, "subsidiary_of", f.Parent, &now.ParentID, merged.ParentID)
	return now, from
}

func mergeOrganizations(ctx context.Context, tx *op.Tx, in MergeOrganizationsInput) (MergeAnswer, error) {
	if in.OrganizationID == in.WithID {
		return MergeAnswer{}, problem.Refuse("PPL-13", "with-itself", problem.Field{Location: "with_id", Value: in.WithID})
	}
	if err := lockBoth(ctx, tx, in.OrganizationID, in.WithID); err != nil {
		return MergeAnswer{}, err
	}
	kept, is, was, err := loadOrganization(ctx, tx, in.OrganizationID)
	if err != nil {
		return MergeAnswer{}, err
	}
	gone, _, other, err := loadOrganization(ctx, tx, in.WithID)
	if err != nil {
		return MergeAnswer{}, err
	}
	if !is.Archived.IsZero() {
		return MergeAnswer{}, problem.Refuse("PPL-13", "organization-archived", problem.Field{Location: "organization_id", Value: is.ID})
	}
	if err := notGroup(ctx, tx, kept.ID, gone.ID); err != nil {
		return MergeAnswer{}, err
	}
	now, from := in.Fields.over(was, other)
	if now, err = now.normal(); err != nil {
		return MergeAnswer{}, err
	}
	if err := saveOrganization(ctx, tx, now.row(kept.ID)); err != nil {
		return MergeAnswer{}, err
	}
	fields, old := organizationDiffers(was, now)
	p := pair{kept: kept, gone: gone, was: was.contact(), now: now.contact(), other: other.contact(), fields: fields, old: old, from: from}
	out, err := p.merge(ctx, tx, in.Custom)
	tx.Undoable(UnmergeOrganizationsInput{OrganizationID: kept.ID, MergeID: out.MergeID})
	return out, err
}

// notGroup refuses to merge an organization with one that it belongs to, over however many others: they are two, or the link is wrong.
func notGroup(ctx context.Context, tx *op.Tx, a, b id.ID) error {
	for _, way := range [][2]id.ID{{a, b}, {b, a}} {
		list, err := ancestors(ctx, tx, way[0])
		if err != nil {
			return err
		}
		if slices.Contains(list, way[1]) {
			return problem.Refuse("PPL-13", "subsidiary-of-the-other", problem.Field{Location: "with_id", Value: b})
		}
	}
	return nil
}

// UnmergeOrganizations undoes a merge of company customers within 30 days, as Unmerge does for persons (PPL-13). Refused: as there.
var UnmergeOrganizations = op.Op[UnmergeOrganizationsInput, MergeAnswer]{
	Name: "people.unmerge-organizations", Rule: "PPL-13", Needs: "person:merge", Fact: facts.PersonsUnmerged{},
	Subject: func(in UnmergeOrganizationsInput) op.Ref { return op.Ref{Kind: "person", ID: in.OrganizationID} },
	Do: func(ctx context.Context, tx *op.Tx, in UnmergeOrganizationsInput) (MergeAnswer, error) {
		return unmerge(ctx, tx, UnmergeInput{PersonID: in.OrganizationID, MergeID: in.MergeID})
	},
}

// UnmergeOrganizationsInput names the organization that stands, and the merge.
type UnmergeOrganizationsInput struct {
	OrganizationID id.ID `json:"organization_id" path:"id"`
	MergeID        id.ID `json:"merge_id"`
}

// organizationBack sets what an organization has beside its row of persons back where it came from the merged one and was not changed since;
// it names those fields, and adds to before what they were.
func (m *merging) organizationBack(ctx context.Context, tx *op.Tx, name string, old, before map[string]string) (fields []string, err error) {
	var is, theirs Organization
	u := tx.Unscoped("of a merge of a person that was seen")
	for key, to := range map[id.ID]*Organization{m.Kept: &is, m.Gone: &theirs} {
		if err := u.Select(to).Where("id = ?", key).Scan(ctx); err != nil {
			return nil, fmt.Errorf("load merged organization: %w", err)
		}
	}
	back := func(field, now, other string) (string, bool) {
		text, changed := old[field]
		if !changed || m.Sources[field] != FromMerged || now != other {
			return "", false
		}
		fields, before[field] = append(fields, field), now
		return text, true
	}
	for _, f := range []struct {
		name   string
		is     *string
		theirs string
	}{
		{"title", &is.Title, theirs.Title},
		{"tax_number", &is.TaxNumber, theirs.TaxNumber},
		{"address", &is.Address, theirs.Address},
		{"bank", &is.Bank, theirs.Bank},
		{"bank_account", &is.BankAccount, theirs.BankAccount},
		{"industry", &is.Industry, theirs.Industry},
	} {
		if text, ok := back(f.name, *f.is, f.theirs); ok {
			*f.is = text
		}
	}
	if text, ok := back("subsidiary_of", is.Parent.String(), theirs.Parent.String()); ok {
		var parent id.ID
		if text != "" {
			if parent, err = id.Parse(text); err != nil {
				return nil, fmt.Errorf("read old parent: %w", err)
			}
		}
		switch err := checkParent(ctx, tx, is.ID, parent); {
		case problem.Refused(err): // that one belongs to this one since
			delete(before, "subsidiary_of")
			fields = fields[:len(fields)-1]
		case err != nil:
			return nil, err
		default:
			is.Parent = parent
		}
	}
	is.NameKey = nameKey(name)
	return fields, saveOrganization(ctx, tx, is)
}
