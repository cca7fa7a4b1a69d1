package peopledoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/web"
)

const (
	timelineRows = 50
	fewRecords   = 20 // contracts beside the timeline
)

// personQuery is the part of the timeline that is shown (UI-S4).
type personQuery struct {
	Department string `json:"tab"`
	Before     id.ID  `json:"before"` // event: those before it
}

// personView is everything that the viewer may see of a person.
type personView struct {
	names
	Query      personQuery
	Person     people.Person
	Brief      people.Brief
	Contacts   []people.Contact
	Revealed   []people.Contact   // in full, once, after they were asked for
	Opened     []people.Attribute // private values in full, likewise
	Relatives  []people.Relative
	States     []string
	Attributes []people.Attribute
	Duplicates []people.Duplicate
	Merged     []people.Merged // into it
	Timeline   people.TimelinePage
	Tests      map[id.ID]sales.Placement // results of placement tests, by visit
	Enquiries  []sales.Enquiry
	Steps      []string          // done ones of the open enquiry
	Visit      sales.Appointment // its open appointment, if any
	Contracts  []contracts.Contract
	Accounts   []contracts.HourAccount
	Due        []contracts.InstalmentView
	Balance    money.Fen
	Consents   []people.Consent
	Roles      []people.Role   // at organizations (PPL-13)
	Brought    []sales.Enquiry // whom the person recommended us to (MKT-12)
	brought    map[id.ID]people.Brief
	Rewards    int // for them
}

func (p pages) getPerson(w http.ResponseWriter, r *http.Request) error {
	v, err := p.person(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if asked, err := web.PathID(r, "id", "person"); err == nil && asked != v.Person.ID { // that of one who was merged into it
		return web.Redirect(w, r, personPath(v.Person.ID, ""), web.Status{Text: t(ctx, "merge-led")})
	}
	if v.Person.Organization { // what names a payer leads here
		return web.Redirect(w, r, organizationPath(v.Person.ID, ""))
	}
	return web.Render(w, r, web.Shell(web.Page{Title: shown(ctx, v.Person.Shown()), Own: true}, personPage(v)))
}

func (p pages) person(r *http.Request) (v personView, err error) {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return v, err
	}
	if r.Method == http.MethodGet {
		if v.Query, err = web.Decode[personQuery](r); err != nil {
			return v, err
		}
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		if v.Person, err = people.Opened(ctx, tx, key); err != nil {
			return err
		}
		if err := v.known(ctx, tx); err != nil {
			return err
		}
		return v.matters(ctx, tx)
	})
	return v, err
}

// known reads what people knows of the person.
func (v *personView) known(ctx context.Context, tx *op.Tx) (err error) {
	key := v.Person.ID
	if v.names, err = load(ctx, tx); err != nil {
		return err
	}
	briefs, err := people.Briefs(ctx, tx, []id.ID{key})
	if err != nil {
		return err
	}
	v.Brief = briefs[key]
	if v.Contacts, err = people.Contacts(ctx, tx, key); err != nil {
		return err
	}
	if v.Relatives, err = people.Relatives(ctx, tx, v.Person); err != nil {
		return err
	}
	if v.Consents, err = people.Consents(ctx, tx, key); err != nil {
		return err
	}
	if v.Roles, err = people.RolesOf(ctx, tx, key); err != nil {
		return err
	}
	states, err := people.States(ctx, tx, []id.ID{key})
	if err != nil {
		return err
	}
	v.States = states[key]
	if v.Attributes, err = people.ShownAttributes(ctx, tx, key); err != nil {
		return err
	}
	if v.Duplicates, err = v.same(ctx, tx); err != nil {
		return err
	}
	if v.Merged, err = people.MergesOf(ctx, tx, key); err != nil {
		return err
	}
	if v.Tests, err = sales.Placements(ctx, tx, key); err != nil {
		return err
	}
	v.Timeline, err = people.Timeline(ctx, tx, key, people.TimelineFilter{Department: v.Query.Department, Before: v.Query.Before, Limit: timelineRows})
	return err
}

// same lists who, of those in scope, may be the same human being (PPL-4). It compares what the viewer sees in full, so that showing
// them is no reveal; the family is known to be others.
func (v *personView) same(ctx context.Context, tx *op.Tx) ([]people.Duplicate, error) {
	c := people.Candidate{Name: v.Person.Name, Birth: v.Person.Birth}
	for _, contact := range v.Contacts {
		if contact.Kind == "phone" && dial(contact.Value) != "" {
			c.Phones = append(c.Phones, contact.Value)
		}
	}
	list, err := people.Duplicates(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(d people.Duplicate) bool {
		return d.ID == v.Person.ID || !d.Seen || slices.ContainsFunc(v.Relatives, func(r people.Relative) bool { return r.ID == d.ID })
	}), nil
}

// matters reads the person's enquiries, contracts, hours and money.
func (v *personView) matters(ctx context.Context, tx *op.Tx) (err error) {
	key := v.Person.ID
	if v.Enquiries, err = sales.EnquiriesOf(ctx, tx, key); err != nil {
		return err
	}
	if err := v.referrals(ctx, tx); err != nil {
		return err
	}
	if e, ok := v.open(); ok {
		if v.Steps, err = process.StepsOf(ctx, tx, e.ID); err != nil {
			return err
		}
		list, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Enquiry: e.ID, Open: true, Limit: 1})
		if err != nil {
			return err
		}
		if len(list.Items) > 0 {
			v.Visit = list.Items[0]
		}
	}
	list, err := contracts.List(ctx, tx, contracts.Filter{Person: key, Request: page.Request{Limit: fewRecords}})
	if err != nil {
		return err
	}
	if v.Contracts = list.Items; len(v.Contracts) == 0 {
		return nil
	}
	if v.Accounts, err = contracts.HoursOf(ctx, tx, key); err != nil {
		return err
	}
	if v.Due, err = contracts.OpenInstalments(ctx, tx, contracts.InstalmentFilter{Person: key, Limit: 1}); err != nil {
		return err
	}
	v.Balance, err = finance.Balance(ctx, tx, key)
	return err
}

// referrals reads whom the person recommended us to, and how many rewards there are for them (MKT-12).
func (v *personView) referrals(ctx context.Context, tx *op.Tx) (err error) {
	if v.Brought, err = sales.Referred(ctx, tx, v.Person.ID, fewRecords); err != nil {
		return err
	}
	persons := make([]id.ID, len(v.Brought))
	for i, e := range v.Brought {
		persons[i] = e.Person
	}
	if v.brought, err = people.InScope(ctx, tx, persons); err != nil || !may(ctx, "reward:read") {
		return err
	}
	counts, err := sales.CountRewards(ctx, tx, v.Person.ID)
	for _, n := range counts {
		v.Rewards += n
	}
	return err
}

// open is the newest enquiry that can still sign.
func (v personView) open() (sales.Enquiry, bool) {
	for _, e := range v.Enquiries {
		if e.Stage.Open() {
			return e, true
		}
	}
	return sales.Enquiry{}, false
}

// steps are those of the way to a contract, in their order.
var steps = []string{"first-touch", "invitation", "visit", "needs-analysis", "quote", "contract", "signature"}

// missing is the first step of the open enquiry that is not done.
func (v personView) missing() string {
	done := map[string]bool{}
	for _, s := range v.Steps {
		done[s] = true
	}
	for _, s := range steps {
		if walkedIn := done["walk-in"] && (s == "first-touch" || s == "invitation" || s == "visit"); !done[s] && !walkedIn {
			return s
		}
	}
	return ""
}
