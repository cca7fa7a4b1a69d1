package peopledoor

import (
	"context"
	"net/http"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// organizationView is everything that the viewer may see of a company customer.
type organizationView struct {
	personView // its name, contact points, timeline and money, as those of a person

	Is           people.Organization
	Parent       people.Brief
	Subsidiaries []people.OrganizationBrief
	Staff        []people.OrganizationContact // who has a role there
	For          sales.EnquiryList            // enquiries that are for it
	Students     map[id.ID]people.Brief       // of contracts and enquiries
	Search       string                       // for a person who is to be a contact
	Found        []people.Brief
}

func (p pages) getOrganization(w http.ResponseWriter, r *http.Request) error {
	v, err := p.organization(r)
	if err != nil {
		return err
	}
	if asked, err := web.PathID(r, "id", "organization"); err == nil && asked != v.Person.ID { // that of one that was merged into it
		return web.Redirect(w, r, organizationPath(v.Person.ID, ""), web.Status{Text: t(r.Context(), "merge-led")})
	}
	return web.Render(w, r, web.Shell(web.Page{Title: v.Person.Name, Own: true}, organizationPage(v)))
}

func (p pages) organization(r *http.Request) (v organizationView, err error) {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return v, err
	}
	if r.Method == http.MethodGet {
		if v.Query, err = web.Decode[personQuery](r); err != nil {
			return v, err
		}
	}
	return v, p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx, key) })
}

func (v *organizationView) read(ctx context.Context, tx *op.Tx, key id.ID) (err error) {
	if v.Person, v.Is, err = people.OpenedOrganization(ctx, tx, key); err != nil {
		return err
	}
	key = v.Person.ID
	if v.Merged, err = people.MergesOf(ctx, tx, key); err != nil {
		return err
	}
	if v.names, err = load(ctx, tx); err != nil {
		return err
	}
	if v.Contacts, err = people.Contacts(ctx, tx, key); err != nil {
		return err
	}
	if v.Attributes, err = people.ShownAttributes(ctx, tx, key); err != nil {
		return err
	}
	if v.Staff, err = people.ContactsAt(ctx, tx, key); err != nil {
		return err
	}
	list, err := people.Organizations(ctx, tx, people.OrganizationFilter{Parent: key, Archived: "all", Limit: fewRecords})
	if err != nil {
		return err
	}
	v.Subsidiaries = list.Items
	if v.Timeline, err = people.Timeline(ctx, tx, key, people.TimelineFilter{Department: v.Query.Department, Before: v.Query.Before, Limit: timelineRows}); err != nil {
		return err
	}
	return v.matters(ctx, tx)
}

// matters reads what the organization pays and what is for it.
func (v *organizationView) matters(ctx context.Context, tx *op.Tx) error {
	key := v.Person.ID
	paid, err := contracts.List(ctx, tx, contracts.Filter{Person: key, Request: page.Request{Limit: fewRecords}})
	if err != nil {
		return err
	}
	v.Contracts = paid.Items
	if v.Due, err = contracts.OpenInstalments(ctx, tx, contracts.InstalmentFilter{Person: key, Limit: 1}); err != nil {
		return err
	}
	if v.Balance, err = finance.Balance(ctx, tx, key); err != nil {
		return err
	}
	if v.For, err = sales.Enquiries(ctx, tx, sales.EnquiryFilter{Organization: key, Limit: fewRecords}); err != nil {
		return err
	}
	keys := []id.ID{}
	for _, c := range v.Contracts {
		keys = append(keys, c.Student)
	}
	for _, e := range v.For.Items {
		keys = append(keys, e.Person)
	}
	if !v.Is.Parent.IsNone() {
		keys = append(keys, v.Is.Parent)
	}
	if v.Students, err = people.Briefs(ctx, tx, keys); err != nil {
		return err
	}
	v.Parent = v.Students[v.Is.Parent]
	return nil
}

func (v organizationView) head(ctx context.Context) web.RecordHead {
	out := web.RecordHead{Name: v.Person.Name, Sub: dot(v.Person.NameLatin, v.Is.Industry), Owners: v.center(ctx, v.Person.Center), Actions: v.actions(ctx)}
	out.Chips = append(out.Chips, web.Chip{Text: o(ctx, "one"), Tone: web.Info})
	if !v.Is.Archived.IsZero() {
		out.Chips = append(out.Chips, web.Chip{Text: o(ctx, "archived"), Tone: web.Warn})
	}
	return out
}

func (v organizationView) actions(ctx context.Context) (out []web.Button) {
	key := v.Person.ID
	add := func(right string, b web.Button) {
		if may(ctx, right) {
			b.Small = true
			out = append(out, b)
		}
	}
	if v.Is.Archived.IsZero() {
		add("enquiry:create", web.Button{Label: o(ctx, "new-enquiry"), Href: query("/enquiries/new", "organization_id", key.String()), Key: "R"})
	}
	if len(v.Contracts) > 0 {
		add("payment:create", web.Button{Label: t(ctx, "take-payment"), Href: v.payment()})
	}
	add("person:update", web.Button{Label: t(ctx, "edit"), Href: organizationPath(key, "/edit"), Kind: web.Quiet})
	if v.Is.Archived.IsZero() {
		add("person:merge", web.Button{Label: t(ctx, "merge"), Href: organizationPath(key, "/merge"), Kind: web.Quiet})
	}
	return out
}

// invoice is what an invoice to the organization says.
func (v organizationView) invoice(ctx context.Context) web.FactList {
	var out web.FactList
	for _, f := range [][2]string{
		{"invoice-title", v.Is.InvoiceTitle(v.Person.Name)}, {"tax-number", v.Is.TaxNumber}, {"address", v.Is.Address}, {"bank", v.Is.Bank}, {"bank-account", v.Is.BankAccount},
	} {
		out.Facts = append(out.Facts, web.Fact{Term: o(ctx, f[0]), Value: web.Text(orNone(f[1]))})
	}
	return out
}

// sum is what an enquiry is worth by what is known of it.
func sum(ctx context.Context, f money.Fen) string {
	if f == 0 {
		return ""
	}
	return i18n.MoneyWhole(ctx, f)
}

// postOrganization runs an operation that needs nothing but the organization.
func (p pages) postOrganization(do op.Op[people.OrganizationRef, people.Answer], done string) web.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		key, err := web.PathID(r, "id", "organization")
		if err != nil {
			return err
		}
		if _, err := do.Run(r.Context(), p.run, people.OrganizationRef{OrganizationID: key}); err != nil {
			return web.Again(w, r, whole(err), p.getOrganization)
		}
		return web.Redirect(w, r, organizationPath(key, ""), web.Status{Text: o(r.Context(), done), Tone: web.Good})
	}
}

// postOrganizationReveal shows the phones of an organization in full, once, and leaves a fact (PPL-10).
func (p pages) postOrganizationReveal(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return err
	}
	if _, err := people.Reveal.Run(r.Context(), p.run, people.RevealInput{PersonID: key}); err != nil {
		return web.Again(w, r, whole(err), p.getOrganization)
	}
	if next := r.PostForm.Get("_next"); strings.HasPrefix(next, organizationPath(key, "/")) {
		return web.Redirect(w, r, web.LocalPath(next))
	}
	v, err := p.organization(r)
	if err != nil {
		return err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.Revealed, err = people.Revealed(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	if web.IsFragment(r) {
		return web.Render(w, r, organizationPhones(v))
	}
	return web.Render(w, r, web.Shell(web.Page{Title: v.Person.Name, Own: true}, organizationPage(v)))
}

// getContacts is who has a role at an organization, and who a search finds to have one.
func (p pages) getContacts(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return err
	}
	v := organizationView{Search: strings.TrimSpace(r.FormValue("q"))}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Person, v.Is, err = people.OrganizationByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Staff, err = people.ContactsAt(ctx, tx, key); err != nil {
			return err
		}
		if v.Search != "" {
			if v.Found, err = people.SearchHumans(ctx, tx, v.Search, fewFound); err != nil {
				return err
			}
		}
		v.names, err = load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !may(ctx, "person:update") {
		return problem.Forbidden("person:update")
	}
	return web.Render(w, r, web.Shell(web.Page{Title: o(ctx, "contacts"), H1: o(ctx, "contacts-of", "name", v.Person.Name)}, contactsPage(v)))
}

// contactForm is a contact who is known, or who is entered with name and phone.
type contactForm struct {
	PersonID id.ID                 `json:"person_id"`
	Role     string                `json:"role" maxLength:"20"`
	Person   *people.RegisterInput `json:"person"`
	Search   string                `json:"q" maxLength:"100"` // what was searched for, to show it again
}

// postContact gives a person a role at the organization; a new one is entered with it, both or none.
func (p pages) postContact(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return err
	}
	f, err := web.Decode[contactForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getContacts)
	}
	err = p.run.Batch(r.Context(), func(ctx context.Context) error {
		if f.PersonID.IsNone() {
			in := people.RegisterInput{Ask: true}
			if f.Person != nil {
				in.Name, in.Phones = f.Person.Name, f.Person.Phones
			}
			out, err := people.Register.Run(op.WithKey(ctx, partKey(r, "person")), p.run, in)
			if err != nil {
				return err
			}
			f.PersonID = out.ID
		}
		_, err := people.AddOrganizationContact.Run(op.WithKey(ctx, partKey(r, "contact")), p.run, people.OrganizationContactInput{OrganizationID: key, PersonID: f.PersonID, Role: f.Role})
		return err
	})
	if err != nil {
		return web.Again(w, r, inForm(err), p.getContacts)
	}
	return web.Redirect(w, r, organizationPath(key, ""), web.Status{Text: o(r.Context(), "contact-added"), Tone: web.Good})
}

func (p pages) postContactRemove(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.RemoveOrganizationContactInput](r)
	if err == nil {
		in.OrganizationID = key
		_, err = people.RemoveOrganizationContact.Run(r.Context(), p.run, in)
	}
	if err != nil {
		return web.Again(w, r, whole(err), p.getContacts)
	}
	return web.Redirect(w, r, organizationPath(key, ""), web.Status{Text: o(r.Context(), "contact-removed"), Tone: web.Good})
}
