package people

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/search"
)

// OrganizationBrief is what lists show of an organization.
type OrganizationBrief struct {
	ID          id.ID     `json:"id" db:"id"`
	Name        string    `json:"name" db:"name"`
	NameLatin   string    `json:"name_latin" db:"name_latin"`
	Pinyin      string    `json:"pinyin" db:"pinyin"`
	ExternalKey string    `json:"external_key" db:"external_key"`
	Industry    string    `json:"industry" db:"industry"`
	TaxNumber   string    `json:"tax_number" db:"tax_number"`
	Phone       string    `json:"phone" db:"phone" mask:"phone"` // the first one, masked by the field rule
	Parent      id.ID     `json:"subsidiary_of" db:"parent"`
	Center      id.ID     `json:"center_id" db:"center"`
	Owner       id.ID     `json:"owner_id" db:"owner"` // who registered it
	Contacts    int64     `json:"contacts" db:"contacts"`
	Archived    time.Time `json:"archived_at,omitzero" db:"archived_at"`
	Mine        bool      `json:"-" db:"mine"`
}

// OrganizationFilter chooses organizations; empty fields hold for all.
type OrganizationFilter struct {
	Query    string // as Search
	Center   id.ID  // has a matter there
	Owner    id.ID  // has a matter of this staff member
	Industry string
	Parent   id.ID
	Archived string // "" those that are customers, "archived", "all"
	After    string // cursor
	Limit    int
	Offset   int
}

// OrganizationList is a page of organizations, newest first, with their exact number.
type OrganizationList struct {
	Items []OrganizationBrief `json:"items"`
	Total int64               `json:"total"`
	Next  string              `json:"next_cursor,omitempty"`
}

// ArchivedStates lists the values of OrganizationFilter.Archived besides that of those who are customers.
var ArchivedStates = []string{"archived", "all"}

const fromOrganizations = " FROM organizations o JOIN persons p ON p.id = o.id WHERE "

// organizationBriefColumns are those of OrganizationBrief without mine.
const organizationBriefColumns = `p.id, p.name, p.name_latin, p.pinyin, p.external_key, p.center, o.industry, o.tax_number, o.parent, o.archived_at,
	(SELECT c.value FROM contact_points c WHERE c.person = p.id AND c.kind = 'phone' ORDER BY c.no LIMIT 1) AS phone,
	(SELECT COUNT(DISTINCT k.person) FROM organization_contacts k WHERE k.organization = p.id) AS contacts,
	(SELECT l.owner FROM person_links l WHERE l.person = p.id AND l.kind = 'person' AND l.ref = p.id) AS owner`

// Organizations lists organizations in scope. Refused: an unknown state, a cursor of another list.
func Organizations(ctx context.Context, tx *op.Tx, f OrganizationFilter) (out OrganizationList, err error) {
	w := &conditions{all: true}
	if f.Query != "" {
		w.query(tx.Viewer, search.ParseQuery(f.Query))
	}
	if err := f.more(w); err != nil {
		return out, err
	}
	counted, of := "SELECT COUNT(*)"+fromOrganizations+w.text(), slices.Clone(w.args)
	if f.After != "" {
		after, err := Filter{After: f.After}.after()
		if err != nil {
			return out, err
		}
		w.and("p.id < ?", after)
	}
	limit := min(max(f.Limit, 0), mostRowsOfPage)
	if limit == 0 {
		limit = usualRows
	}
	own := mine(tx.Viewer, "p.id")
	out.Items, err = op.All[OrganizationBrief](ctx, tx, "SELECT "+organizationBriefColumns+", "+own.Text+" AS mine"+fromOrganizations+w.text()+" ORDER BY p.id DESC LIMIT ? OFFSET ?",
		slices.Concat(own.Args, w.args, []any{limit + 1, f.Offset})...)
	if err != nil {
		return out, fmt.Errorf("list organizations: %w", err)
	}
	if len(out.Items) > limit {
		out.Items = out.Items[:limit]
		last := out.Items[limit-1].ID
		out.Next = base64.RawURLEncoding.EncodeToString(last[:])
	}
	if out.Total, err = op.One[int64](ctx, tx, counted, of...); err != nil {
		return out, fmt.Errorf("count organizations: %w", err)
	}
	return out, nil
}

// more adds what only organizations are chosen by.
func (f OrganizationFilter) more(w *conditions) error {
	switch f.Archived {
	case "":
		w.and("o.archived_at IS NULL")
	case "archived":
		w.and("o.archived_at IS NOT NULL")
	case "all":
	default:
		var bad problem.Invalid
		bad.Add("archived", "not-one-of", f.Archived, "value", f.Archived, "list", strings.Join(ArchivedStates, ", "))
		return bad.Err("")
	}
	if !f.Center.IsNone() {
		w.and("EXISTS (SELECT 1 FROM person_links l WHERE l.person = p.id AND l.center = ?)", f.Center)
	}
	if !f.Owner.IsNone() {
		w.and("EXISTS (SELECT 1 FROM person_links l WHERE l.person = p.id AND l.owner = ?)", f.Owner)
	}
	if f.Industry != "" {
		w.and("o.industry = ?", f.Industry)
	}
	if !f.Parent.IsNone() {
		w.and("o.parent = ?", f.Parent)
	}
	return nil
}

// Industries lists the industries of organizations in scope, as they are written.
func Industries(ctx context.Context, tx *op.Tx) ([]string, error) {
	list, err := op.All[string](ctx, tx, "SELECT DISTINCT o.industry"+fromOrganizations+"{scope:person p} AND o.industry <> '' ORDER BY o.industry LIMIT 200")
	if err != nil {
		return nil, fmt.Errorf("list industries: %w", err)
	}
	return list, nil
}

// OrganizationByID gives an organization in scope, and its row of persons.
func OrganizationByID(ctx context.Context, tx *op.Tx, key id.ID) (p Person, o Organization, err error) {
	if o, err = organizationOf(ctx, tx, key); err != nil {
		return p, o, err
	}
	p, err = ByID(ctx, tx, key)
	return p, o, err
}

// OpenedOrganization gives an organization in scope by its id, or by that of one that was merged into it (PPL-13).
func OpenedOrganization(ctx context.Context, tx *op.Tx, key id.ID) (Person, Organization, error) {
	p, err := Opened(ctx, tx, key)
	if refused, ok := problem.As(err); err == nil && !p.Organization || ok && refused.Status == 404 {
		return p, Organization{}, problem.NotFound("organization")
	} else if err != nil {
		return p, Organization{}, err
	}
	return OrganizationByID(ctx, tx, p.ID)
}

// OrganizationContact is a person with a role at an organization.
type OrganizationContact struct {
	Brief
	Role   string    `json:"role" db:"role"`
	Since  time.Time `json:"since" db:"since"`
	Beyond bool      `json:"beyond_scope,omitempty" db:"-"` // the viewer does not see the person's own record: name and masked phone only
}

// ContactsAt lists the contacts of an organization that was seen, those whose record the viewer does not see with a masked phone: they are
// whom one talks to about it.
func ContactsAt(ctx context.Context, tx *op.Tx, organization id.ID) ([]OrganizationContact, error) {
	own := mine(tx.Viewer, "p.id")
	list, err := op.AllOf[OrganizationContact](ctx, tx.Unscoped("a contact of an organization that was seen: name and masked phone"), "SELECT "+briefColumns+", "+own.Text+` AS mine, k.role, k.since
		FROM organization_contacts k JOIN persons p ON p.id = k.person WHERE k.organization = ? ORDER BY k.since, k.id LIMIT 100`, append(slices.Clone(own.Args), organization)...)
	if err != nil {
		return nil, fmt.Errorf("list contacts of organization: %w", err)
	}
	said := map[string]bool{} // a merge may bring a contact twice
	list = slices.DeleteFunc(list, func(c OrganizationContact) bool {
		key := c.ID.String() + c.Role
		again := said[key]
		said[key] = true
		return again
	})
	keys := make([]id.ID, len(list))
	for i, c := range list {
		keys[i] = c.ID
	}
	seen, err := InScope(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	for i, c := range list {
		if _, ok := seen[c.ID]; ok {
			continue
		}
		number := c.Phone
		if !strings.Contains(number, "*") {
			number = maskContact(number)
		}
		list[i].Brief, list[i].Beyond = Brief{ID: c.ID, Name: c.Name, NameLatin: c.NameLatin, Phone: number}, true
	}
	return list, nil
}

// Role is what a person is at an organization.
type Role struct {
	Organization id.ID  `json:"organization_id" db:"organization"`
	Name         string `json:"name" db:"name"`
	Role         string `json:"role" db:"role"`
}

// RolesOf lists the organizations in scope at which a person who was seen has a role.
func RolesOf(ctx context.Context, tx *op.Tx, person id.ID) ([]Role, error) {
	list, err := op.All[Role](ctx, tx, `SELECT k.organization, p.name, k.role FROM organization_contacts k JOIN persons p ON p.id = k.organization
		WHERE k.person = ? AND {scope:person p} ORDER BY k.id LIMIT 50`, person)
	if err != nil {
		return nil, fmt.Errorf("list roles of person: %w", err)
	}
	return list, nil
}

// Why two organizations may be the same.
const (
	WhyName = "name"
	WhyTax  = "tax-number"
)

// OrganizationDuplicate is an organization that may be the one that is entered (PPL-4). Of one beyond the viewer's scope nothing is told but
// center and owner, whom one may ask for access: its name or number is what the viewer typed.
type OrganizationDuplicate struct {
	ID       id.ID  `json:"id" db:"id"`
	Name     string `json:"name" db:"name"`
	Industry string `json:"industry" db:"industry"`
	Tax      string `json:"-" db:"tax_number"`
	Key      string `json:"-" db:"name_key"`
	Center   id.ID  `json:"center_id" db:"center"`
	Owner    id.ID  `json:"owner_id" db:"owner"`
	Seen     bool   `json:"in_scope" db:"seen"`
	Why      string `json:"why" db:"-"` // name, tax-number
}

// OrganizationDuplicates lists organizations of an equal name or tax number, also beyond scope, for who may enter some: a declared exception
// of TRU-16.
func OrganizationDuplicates(ctx context.Context, tx *op.Tx, name, tax string) ([]OrganizationDuplicate, error) {
	key := nameKey(name)
	tax, _ = taxNumber(tax)
	if key == "" && tax == "" {
		return nil, nil
	}
	list, err := op.AllOf[OrganizationDuplicate](ctx, tx.Unscoped("duplicates beyond scope: center and owner only (PPL-4)"), `SELECT p.id, p.name, o.industry, o.tax_number, o.name_key, p.center,
		(SELECT l.owner FROM person_links l WHERE l.person = p.id AND l.owner IS NOT NULL AND l.kind <> 'task' ORDER BY CASE WHEN l.state = 'open' THEN 0 ELSE 1 END, l.ref DESC LIMIT 1) AS owner,
		CASE WHEN {scope:person p} THEN TRUE ELSE FALSE END AS seen
		FROM organizations o JOIN persons p ON p.id = o.id WHERE p.merged_into IS NULL AND (o.name_key = ? AND o.name_key <> '' OR o.tax_number = ? AND o.tax_number <> '') ORDER BY p.id LIMIT ?`, key, tax, mostDuplicates)
	if err != nil {
		return nil, fmt.Errorf("look for organizations: %w", err)
	}
	if !tx.Viewer.May("person:create") {
		list = slices.DeleteFunc(list, func(d OrganizationDuplicate) bool { return !d.Seen })
	}
	for i := range list {
		d := &list[i]
		d.Why = WhyName
		if tax != "" && d.Tax == tax {
			d.Why = WhyTax
		}
		if !d.Seen {
			*d = OrganizationDuplicate{ID: d.ID, Center: d.Center, Owner: d.Owner, Why: d.Why}
		}
	}
	return list, nil
}

// otherOrganizations leaves those that were not said to be another one.
func otherOrganizations(list []OrganizationDuplicate, others []id.ID) []OrganizationDuplicate {
	return slices.DeleteFunc(slices.Clone(list), func(d OrganizationDuplicate) bool { return slices.Contains(others, d.ID) })
}
