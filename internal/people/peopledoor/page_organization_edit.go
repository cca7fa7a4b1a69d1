package peopledoor

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

// mostParents is how many organizations the choice of a parent holds.
const mostParents = 200

// organizationForm is what the forms of an organization send: all of it, so that what was emptied is empty. Phone and e-mail address are
// sent where the form shows them in full.
type organizationForm struct {
	Name        string                `json:"name" maxLength:"100"`
	NameLatin   string                `json:"name_latin" maxLength:"100"`
	Title       string                `json:"title" maxLength:"100"`
	TaxNumber   string                `json:"tax_number" maxLength:"30"`
	Address     string                `json:"address" maxLength:"200"`
	Bank        string                `json:"bank" maxLength:"100"`
	BankAccount string                `json:"bank_account" maxLength:"40"`
	Industry    string                `json:"industry" maxLength:"100"`
	ParentID    id.ID                 `json:"subsidiary_of"`
	CenterID    id.ID                 `json:"center_id"`
	Phones      []people.ContactInput `json:"phones"`
	Emails      []people.ContactInput `json:"emails"`
}

func (f organizationForm) input() people.OrganizationInput {
	return people.OrganizationInput{
		Name: f.Name, NameLatin: f.NameLatin, Title: f.Title, TaxNumber: f.TaxNumber, Address: f.Address, Bank: f.Bank, BankAccount: f.BankAccount, Industry: f.Industry, ParentID: f.ParentID,
		CenterID: f.CenterID, Phones: f.Phones, Emails: f.Emails,
	}
}

// organizationEdit is the form of an organization that is entered or changed, with those that may be the same one beside it (PPL-4).
type organizationEdit struct {
	names
	Person     people.Person // of one that is changed
	Is         people.Organization
	Contacts   []people.Contact
	Full       bool // the form holds phone and e-mail address: the viewer sees them in full
	Others     []people.OrganizationBrief
	Industries []string
	Duplicates []people.OrganizationDuplicate
	Known      bool // the duplicates surely are what was typed: nothing was saved
}

func (v *organizationEdit) read(ctx context.Context, tx *op.Tx) (err error) {
	list, err := people.Organizations(ctx, tx, people.OrganizationFilter{Limit: mostParents})
	if err != nil {
		return err
	}
	v.Others = list.Items
	if v.Industries, err = people.Industries(ctx, tx); err != nil {
		return err
	}
	v.names, err = load(ctx, tx)
	return err
}

func (p pages) getOrganizationNew(w http.ResponseWriter, r *http.Request) error {
	return p.organizationKnowing(w, r, organizationEdit{Full: true})
}

func (p pages) organizationKnowing(w http.ResponseWriter, r *http.Request, v organizationEdit) error {
	ctx := r.Context()
	if !may(ctx, "person:create") {
		return problem.Forbidden("person:create")
	}
	if err := p.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) }); err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: o(ctx, "new"), H1: o(ctx, "new-title"), Lead: web.Text(o(ctx, "new-lead"))}, organizationNewPage(v)))
}

func (p pages) postOrganizationNew(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[organizationForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getOrganizationNew)
	}
	in := f.input()
	in.Ask, in.Others = true, web.OthersOf(r)
	out, err := people.RegisterOrganization.Run(r.Context(), p.run, in)
	if refused, ok := problem.As(err); ok && refused.Code == "known-organization" {
		v := organizationEdit{Full: true, Known: true}
		if v.Duplicates, err = p.same(r, in); err != nil {
			return err
		}
		return web.Typed(w, r, func(w http.ResponseWriter, r *http.Request) error { return p.organizationKnowing(w, r, v) })
	}
	if err != nil {
		return web.Again(w, r, placed(err), p.getOrganizationNew)
	}
	return web.Redirect(w, r, organizationPath(out.ID, ""), web.Status{Text: o(r.Context(), "registered"), Tone: web.Good})
}

func (p pages) same(r *http.Request, in people.OrganizationInput) (list []people.OrganizationDuplicate, err error) {
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = people.OrganizationDuplicates(ctx, tx, in.Name, in.TaxNumber)
		return err
	})
	return list, err
}

// postOrganizationDuplicates lists organizations that may be the one that is being typed (PPL-4): a part of the form.
func (p pages) postOrganizationDuplicates(w http.ResponseWriter, r *http.Request) error {
	if !may(r.Context(), "person:create") {
		return problem.Forbidden("person:create")
	}
	var v organizationEdit
	f, err := web.Decode[organizationForm](r)
	if err != nil { // half-typed values are no refusal
		return web.Render(w, r, v.list(r.Context()))
	}
	if v.Duplicates, err = p.same(r, f.input()); err != nil {
		return err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.names, err = load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.list(r.Context()))
}

// matches writes possible duplicates for the page; of one beyond scope it tells nothing but who has it.
func (v organizationEdit) matches(ctx context.Context) (out []web.Match) {
	for _, d := range v.Duplicates {
		owner := ""
		if name := v.dir.StaffName(d.Owner); name != "" {
			owner = o(ctx, "owned-by", "name", name)
		}
		m := web.Match{Name: d.Name, About: d.Industry, Why: dot(o(ctx, "same-"+d.Why), owner, v.center(ctx, d.Center))}
		if d.Seen {
			m.Do = []web.Button{{Label: o(ctx, "same-one"), Hidden: d.Name, Href: organizationPath(d.ID, ""), Small: true}}
		} else {
			m.Name, m.Note = o(ctx, "beyond"), t(ctx, "ask-access")
		}
		out = append(out, m)
	}
	return out
}

func (v organizationEdit) list(ctx context.Context) web.Matches {
	if v.Known {
		v.Duplicates = nil // they stand in the form
	}
	return web.Matches{List: v.matches(ctx), None: o(ctx, "no-duplicates"), Say: t(ctx, "duplicates", "count", len(v.Duplicates))}
}

// notice is what stands in the form instead of saving.
func (v organizationEdit) notice(ctx context.Context) (k web.Known) {
	if !v.Known {
		return web.Known{}
	}
	k = web.Known{Title: o(ctx, "known-title"), Text: o(ctx, "known-text"), List: v.matches(ctx), Another: o(ctx, "known-another")}
	for _, d := range v.Duplicates {
		k.IDs = append(k.IDs, d.ID)
	}
	return k
}

// parentOptions are the organizations of which it may be a subsidiary.
func (v organizationEdit) parentOptions() (out []web.Option) {
	for _, b := range v.Others {
		if b.ID != v.Person.ID {
			out = append(out, web.Option{Value: b.ID.String(), Label: b.Name, On: b.ID == v.Is.Parent})
		}
	}
	return out
}

// point is the first contact point of a kind.
func (v organizationEdit) point(ctx context.Context, kind string) string {
	for _, c := range v.Contacts {
		if c.Kind == kind {
			return pointText(ctx, c)
		}
	}
	return ""
}

func (v organizationEdit) base() string { return strconv.FormatInt(v.Person.Version, 10) }

// values are the fields as they stand and as the form writes them.
func (v organizationEdit) values(ctx context.Context) web.Values {
	parent := ""
	if !v.Is.Parent.IsNone() {
		parent = v.Is.Parent.String()
	}
	return web.Values{
		"name": v.Person.Name, "name_latin": v.Person.NameLatin, "title": v.Is.Title, "tax_number": v.Is.TaxNumber, "address": v.Is.Address, "bank": v.Is.Bank, "bank_account": v.Is.BankAccount,
		"industry": v.Is.Industry, "subsidiary_of": parent, "phone": v.point(ctx, "phone"), "email": v.point(ctx, "email"),
	}
}

func (p pages) getOrganizationEdit(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return err
	}
	var v organizationEdit
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Person, v.Is, err = people.OrganizationByID(ctx, tx, key); err != nil {
			return err
		}
		briefs, err := people.Briefs(ctx, tx, []id.ID{key})
		if err != nil {
			return err
		}
		if v.Contacts, err = people.Contacts(ctx, tx, key); err != nil {
			return err
		}
		if v.Full = len(v.Contacts) == 0 || inFull(tx.Viewer, briefs[key]); !v.Full {
			if v.Contacts, err = people.Revealed(ctx, tx, key); err != nil {
				return err
			}
			v.Full = len(v.Contacts) > 0
		}
		return v.read(ctx, tx)
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !may(ctx, "person:update") {
		return problem.Forbidden("person:update")
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "edit"), H1: t(ctx, "edit-title", "name", v.Person.Name)}, organizationEditPage(v)))
}

func (p pages) postOrganizationEdit(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "organization")
	if err != nil {
		return err
	}
	f, err := web.Decode[organizationForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getOrganizationEdit)
	}
	_, err = people.ChangeOrganization.Run(r.Context(), p.run, f.change(key, r))
	switch refused, ok := problem.As(err); {
	case err == nil:
		return web.Redirect(w, r, organizationPath(key, ""), web.Status{Text: t(r.Context(), "changed"), Tone: web.Good})
	case ok && refused.Code == "nothing-changed":
		return web.Redirect(w, r, organizationPath(key, ""), web.Status{Text: t(r.Context(), "unchanged")})
	}
	return web.Again(w, r, placed(err), p.getOrganizationEdit)
}

// change makes the operation's input of the fields that were changed since the form was opened, so that those of another stay (ORG-10).
func (f organizationForm) change(key id.ID, r *http.Request) people.ChangeOrganizationInput {
	in, was := people.ChangeOrganizationInput{OrganizationID: key}, web.WasOf(r)
	if base, err := strconv.ParseInt(web.Base(r), 10, 64); err == nil {
		in.Base = &base
	}
	changed := func(name, mine string) bool {
		before, known := was[name]
		return !known || before != mine
	}
	for _, field := range []struct {
		name string
		to   **string
		mine *string
	}{
		{"name", &in.Name, &f.Name},
		{"name_latin", &in.NameLatin, &f.NameLatin},
		{"title", &in.Title, &f.Title},
		{"tax_number", &in.TaxNumber, &f.TaxNumber},
		{"address", &in.Address, &f.Address},
		{"bank", &in.Bank, &f.Bank},
		{"bank_account", &in.BankAccount, &f.BankAccount},
		{"industry", &in.Industry, &f.Industry},
	} {
		keep(changed(field.name, *field.mine), field.to, field.mine)
	}
	parent := ""
	if !f.ParentID.IsNone() {
		parent = f.ParentID.String()
	}
	keep(changed("subsidiary_of", parent), &in.ParentID, &f.ParentID)
	if r.PostForm.Get("_contacts") == "all" {
		keep(changed("phone", firstOf(f.Phones)), &in.Phones, &f.Phones)
		keep(changed("email", firstOf(f.Emails)), &in.Emails, &f.Emails)
	}
	return in
}

func firstOf(list []people.ContactInput) string {
	if len(list) == 0 {
		return ""
	}
	return strings.TrimSpace(list[0].Value)
}

// tabs are the departments of the timeline with their counts, as on the page of a person.
func (v organizationView) organizationTabs(ctx context.Context) web.Tabs {
	out := v.tabs(ctx)
	for i := range out.Items {
		out.Items[i].Href = strings.Replace(out.Items[i].Href, personPath(v.Person.ID, ""), organizationPath(v.Person.ID, ""), 1)
	}
	return out
}

// earlierOf is the address of the part of the timeline before this one.
func (v organizationView) earlierOf() string {
	return strings.Replace(v.earlier(), personPath(v.Person.ID, ""), organizationPath(v.Person.ID, ""), 1)
}
