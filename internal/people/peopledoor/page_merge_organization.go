package peopledoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/web"
)

// recordPath is the page of a person or a company customer, or one beneath it.
func recordPath(p people.Person, more string) string {
	if p.Organization {
		return organizationPath(p.ID, more)
	}
	return personPath(p.ID, more)
}

// getOrganizationMerge compares two company customers (PPL-13).
func (p pages) getOrganizationMerge(w http.ResponseWriter, r *http.Request) error {
	return p.compare(w, r, "organization", (*mergeView).readOrganizations)
}

func (v *mergeView) readOrganizations(ctx context.Context, tx *op.Tx, key id.ID) (err error) {
	if v.Kept, err = organizationSide(ctx, tx, key); err != nil {
		return err
	}
	if !v.Query.With.IsNone() {
		v.Gone, err = organizationSide(ctx, tx, v.Query.With)
		return err
	}
	known, err := people.OrganizationDuplicates(ctx, tx, v.Kept.Person.Name, v.Kept.Is.TaxNumber)
	if err != nil {
		return err
	}
	for _, d := range known {
		if d.Seen && d.ID != key {
			v.Likely = append(v.Likely, people.Duplicate{Brief: people.Brief{ID: d.ID, Name: d.Name, Organization: true}, Why: d.Why})
		}
	}
	if v.Query.Search == "" {
		return nil
	}
	found, err := people.Organizations(ctx, tx, people.OrganizationFilter{Query: v.Query.Search, Archived: "all", Limit: fewFound})
	for _, b := range found.Items {
		if b.ID != key {
			v.Found = append(v.Found, people.Brief{ID: b.ID, Name: b.Name, NameLatin: b.NameLatin, Phone: b.Phone, Organization: true})
		}
	}
	return err
}

func organizationSide(ctx context.Context, tx *op.Tx, key id.ID) (s mergeSide, err error) {
	if s.Person, s.Is, err = people.OrganizationByID(ctx, tx, key); err != nil {
		return s, err
	}
	if err := s.read(ctx, tx); err != nil {
		return s, err
	}
	if s.Staff, err = people.ContactsAt(ctx, tx, key); err != nil || s.Is.Parent.IsNone() {
		return s, err
	}
	parents, err := people.Briefs(ctx, tx, []id.ID{s.Is.Parent})
	s.Parent = parents[s.Is.Parent]
	return s, err
}

// organizationFields are those of company customers that one of the two has.
func (v mergeView) organizationFields(ctx context.Context) (out []mergeField) {
	a, b := v.Kept, v.Gone
	for _, f := range []mergeField{
		{Name: "name", Label: o(ctx, "name"), Kept: a.Person.Name, Gone: b.Person.Name},
		{Name: "name_latin", Label: t(ctx, "name-latin"), Kept: a.Person.NameLatin, Gone: b.Person.NameLatin},
		{Name: "phones", Label: t(ctx, "contact-phone"), Kept: a.points(ctx, "phone"), Gone: b.points(ctx, "phone"), Both: true},
		{Name: "emails", Label: t(ctx, "contact-email"), Kept: a.points(ctx, "email"), Gone: b.points(ctx, "email"), Both: true},
		{Name: "title", Label: o(ctx, "invoice-title"), Kept: a.Is.Title, Gone: b.Is.Title},
		{Name: "tax_number", Label: o(ctx, "tax-number"), Kept: a.Is.TaxNumber, Gone: b.Is.TaxNumber},
		{Name: "address", Label: o(ctx, "address"), Kept: a.Is.Address, Gone: b.Is.Address},
		{Name: "bank", Label: o(ctx, "bank"), Kept: a.Is.Bank, Gone: b.Is.Bank},
		{Name: "bank_account", Label: o(ctx, "bank-account"), Kept: a.Is.BankAccount, Gone: b.Is.BankAccount},
		{Name: "industry", Label: o(ctx, "industry"), Kept: a.Is.Industry, Gone: b.Is.Industry},
		{Name: "subsidiary_of", Label: o(ctx, "parent"), Kept: a.Parent.Name, Gone: b.Parent.Name},
	} {
		if f.Kept+f.Gone != "" {
			f.Name, f.Value = "fields."+f.Name, people.FromMerged
			out = append(out, f)
		}
	}
	return append(out, v.custom()...)
}

// why says what makes it likely that a record is the same.
func (v mergeView) why(ctx context.Context, d people.Duplicate) string {
	if v.Kept.Person.Organization {
		return o(ctx, "same-"+d.Why)
	}
	return t(ctx, "same-"+d.Why)
}

// say is a sentence of the comparison, of persons or of company customers.
func (v mergeView) say(ctx context.Context, key string, pairs ...any) string {
	if v.Kept.Person.Organization {
		return o(ctx, key, pairs...)
	}
	return t(ctx, key, pairs...)
}

func (p pages) postOrganizationMerge(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.MergeOrganizationsInput](r)
	if err == nil {
		in.OrganizationID = key
		in.Custom = slices.DeleteFunc(in.Custom, func(s string) bool { return s == "" })
		_, err = people.MergeOrganizations.Run(r.Context(), p.run, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getOrganizationMerge)
	}
	return web.Redirect(w, r, organizationPath(key, ""), web.Status{Text: t(r.Context(), "merge-done"), Tone: web.Good})
}

func (p pages) postOrganizationUnmerge(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.UnmergeOrganizationsInput](r)
	if err == nil {
		in.OrganizationID = key
		_, err = people.UnmergeOrganizations.Run(r.Context(), p.run, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getOrganization)
	}
	return web.Redirect(w, r, organizationPath(key, ""), web.Status{Text: t(r.Context(), "merge-undone"), Tone: web.Good})
}
