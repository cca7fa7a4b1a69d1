package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// KnownOrganization is one that an import knows by its key or its name.
type KnownOrganization struct {
	ID  id.ID
	May bool // the viewer may change it

	was        OrganizationInput
	attributes map[string]string
}

// OrganizationsKnown finds organizations by external key and by name, wherever they lie (a declared exception of scope: uniqueness). Of
// several the oldest stands.
func OrganizationsKnown(ctx context.Context, tx *op.Tx, keys, names []string) (byKey, byName map[string]KnownOrganization, err error) {
	byKey, byName = map[string]KnownOrganization{}, map[string]KnownOrganization{}
	folded := make([]string, len(names))
	for i, n := range names {
		folded[i] = nameKey(n)
	}
	type row struct {
		Organization
		Name      string `db:"name"`
		NameLatin string `db:"name_latin"`
		Key       string `db:"external_key"`
		May       bool   `db:"may"`
	}
	list, err := op.AllOf[row](ctx, tx.Unscoped("uniqueness of organizations in an import"), "SELECT "+organizationColumns+`, p.name, p.name_latin, p.external_key,
		CASE WHEN {scope:person:update p} THEN TRUE ELSE FALSE END AS may FROM organizations o JOIN persons p ON p.id = o.id
		WHERE p.merged_into IS NULL AND (p.external_key IN (?) AND p.external_key <> '' OR o.name_key IN (?) AND o.name_key <> ''
			OR p.id IN (SELECT m.merged_into FROM persons m JOIN organizations n ON n.id = m.id WHERE m.external_key IN (?) AND m.external_key <> '' OR n.name_key IN (?) AND n.name_key <> ''))
		ORDER BY p.id DESC`, append(slices.Clone(keys), ""), append(slices.Clone(folded), ""), append(slices.Clone(keys), ""), append(slices.Clone(folded), ""))
	if err != nil {
		return nil, nil, fmt.Errorf("look for organizations: %w", err)
	}
	ids := make([]id.ID, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	points, err := pointsOf(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	custom, err := Attributes(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range list {
		o := r.Organization
		k := KnownOrganization{ID: o.ID, May: r.May, attributes: map[string]string{}, was: OrganizationInput{
			Name: r.Name, NameLatin: r.NameLatin, Title: o.Title, TaxNumber: o.TaxNumber, Address: o.Address, Bank: o.Bank, BankAccount: o.BankAccount, Industry: o.Industry, ParentID: o.Parent,
			ExternalKey: r.Key, Phones: points[o.ID].Phones, Emails: points[o.ID].Emails,
		}}
		for _, a := range custom[o.ID] {
			k.attributes[a.Field] = a.Text
		}
		if r.Key != "" {
			byKey[r.Key] = k
		}
		byName[o.NameKey] = k
	}
	return byKey, byName, mergedKnown(ctx, tx, ids, byKey, byName)
}

// mergedKnown leads keys and names of organizations that were merged into those of a list to these (PPL-13).
func mergedKnown(ctx context.Context, tx *op.Tx, into []id.ID, byKey, byName map[string]KnownOrganization) error {
	if len(into) == 0 {
		return nil
	}
	list, err := op.AllOf[struct {
		Into id.ID  `db:"merged_into"`
		Key  string `db:"external_key"`
		Name string `db:"name_key"`
	}](ctx, tx.Unscoped("uniqueness of organizations in an import"), "SELECT p.merged_into, p.external_key, o.name_key FROM persons p JOIN organizations o ON o.id = p.id WHERE p.merged_into IN (?) ORDER BY p.id", into)
	if err != nil {
		return fmt.Errorf("look for merged organizations: %w", err)
	}
	byID := map[id.ID]KnownOrganization{}
	for _, m := range []map[string]KnownOrganization{byKey, byName} {
		for _, k := range m {
			byID[k.ID] = k
		}
	}
	for _, r := range list {
		k, ok := byID[r.Into]
		if _, known := byKey[r.Key]; ok && !known && r.Key != "" {
			byKey[r.Key] = k
		}
		if _, known := byName[r.Name]; ok && !known {
			byName[r.Name] = k
		}
	}
	return nil
}

// NewOrganization is one that the import has just registered, so that a further row finds it.
func NewOrganization(key id.ID, in OrganizationInput) KnownOrganization {
	k := KnownOrganization{ID: key, May: true, was: in, attributes: map[string]string{}}
	for _, a := range in.Attributes {
		k.attributes[a.Field] = a.Text
	}
	return k
}

// NameKey is a name by which two organizations are the same.
func NameKey(name string) string { return nameKey(name) }

// Change is what a further row changes; false where it brings nothing new. What the row leaves out stays, and so do contact points that it
// does not name.
func (k KnownOrganization) Change(row OrganizationInput) (in ChangeOrganizationInput, differs bool) {
	in.OrganizationID = k.ID
	if nameKey(row.Name) == nameKey(k.was.Name) {
		row.Name = "" // written otherwise, it is the same name
	}
	for _, f := range []struct {
		to       **string
		was, now string
	}{
		{&in.Name, k.was.Name, row.Name},
		{&in.NameLatin, k.was.NameLatin, row.NameLatin},
		{&in.Title, k.was.Title, row.Title},
		{&in.TaxNumber, k.was.TaxNumber, row.TaxNumber},
		{&in.Address, k.was.Address, row.Address},
		{&in.Bank, k.was.Bank, row.Bank},
		{&in.BankAccount, k.was.BankAccount, row.BankAccount},
		{&in.Industry, k.was.Industry, row.Industry},
	} {
		if f.now != "" && f.now != f.was {
			*f.to, differs = &f.now, true
		}
	}
	if !row.ParentID.IsNone() && row.ParentID != k.was.ParentID {
		in.ParentID, differs = &row.ParentID, true
	}
	for _, l := range []struct {
		to       **[]ContactInput
		was, now []ContactInput
	}{{&in.Phones, k.was.Phones, row.Phones}, {&in.Emails, k.was.Emails, row.Emails}} {
		all := slices.Clone(l.was)
		for _, c := range l.now {
			if len(all) < mostPoints && !slices.ContainsFunc(all, func(o ContactInput) bool { return o.Value == c.Value }) {
				all = append(all, c)
			}
		}
		if len(all) > len(l.was) {
			*l.to, differs = &all, true
		}
	}
	for _, a := range row.Attributes {
		if k.attributes[a.Field] != a.Text {
			in.Attributes, differs = append(in.Attributes, a), true
		}
	}
	return in, differs
}
