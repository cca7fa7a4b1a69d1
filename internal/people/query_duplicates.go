package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/likeness"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
)

// Candidate is a person who is being entered.
type Candidate struct {
	Name   string
	Birth  bizdate.Date
	Phones []string // E.164
}

// Duplicate is somebody who may be the same person (PPL-4).
type Duplicate struct {
	Brief
	Center id.ID  `json:"center_id" db:"center"`
	Owner  id.ID  `json:"owner_id" db:"owner"` // staff member of the newest matter
	Seen   bool   `json:"in_scope" db:"seen"`  // beyond scope: masked, with the owner's name and "ask for access"
	Why    string `json:"why" db:"-"`          // phone, name-birth, similar
	Sure   bool   `json:"sure" db:"-"`         // same phone and compatible name
}

const mostDuplicates = 10

// Duplicates lists who may be the person that is being entered, the surest first. It looks beyond the viewer's scope, but only for
// an equal full phone or an equal name and birth date (a declared exception of TRU-16): these are masked.
func Duplicates(ctx context.Context, tx *op.Tx, c Candidate) ([]Duplicate, error) {
	if len(c.Phones) == 0 && (c.Name == "" || c.Birth == 0) {
		return nil, nil
	}
	seen := exists(tx.Viewer, "read", "p.id")
	m := mine(tx.Viewer, "p.id")
	list, err := op.AllOf[Duplicate](ctx, tx.Unscoped("duplicates beyond scope are shown masked (PPL-4)"), "SELECT "+briefColumns+", p.center, "+m.Text+` AS mine,
		(SELECT l.owner FROM person_links l WHERE l.person = p.id AND l.owner IS NOT NULL ORDER BY l.open DESC, l.ref DESC LIMIT 1) AS owner,
		CASE WHEN `+seen.Text+` THEN 1 ELSE 0 END AS seen
		FROM persons p WHERE p.id IN (SELECT c.person FROM contact_points c WHERE c.kind = 'phone' AND c.value IN (?))
		OR (p.name = ? AND p.birth = ? AND p.birth <> 0 AND p.name <> '') ORDER BY p.id DESC LIMIT 50`,
		append(append(append(m.Args, seen.Args...), any(c.Phones)), c.Name, int64(c.Birth))...)
	if err != nil {
		return nil, fmt.Errorf("look for duplicates: %w", err)
	}
	owners, err := phoneOwners(ctx, tx, c.Phones)
	if err != nil {
		return nil, err
	}
	var out []Duplicate
	for _, d := range list {
		samePhone := slices.Contains(owners, d.ID)
		switch {
		case samePhone:
			d.Why, d.Sure = "phone", likeness.Compatible(c.Name, d.Name)
		default:
			d.Why = "name-birth"
		}
		if !d.Seen {
			d.Phone = phone.Mask(d.Phone)
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b Duplicate) int { return rank(a) - rank(b) })
	return out[:min(len(out), mostDuplicates)], nil
}

func rank(d Duplicate) int {
	switch {
	case d.Sure:
		return 0
	case d.Why == "phone":
		return 1
	}
	return 2
}

func phoneOwners(ctx context.Context, tx *op.Tx, phones []string) ([]id.ID, error) {
	if len(phones) == 0 {
		return nil, nil
	}
	ids, err := op.AllOf[id.ID](ctx, tx.Unscoped("uniqueness of phones"), "SELECT DISTINCT person FROM contact_points WHERE kind = 'phone' AND value IN (?)", phones)
	if err != nil {
		return nil, fmt.Errorf("look for phones: %w", err)
	}
	return ids, nil
}

// Matcher finds sure duplicates for a whole import: it looks up the phones of a chunk in one query and remembers those of the rows
// before (contract.md, import "Merged").
type Matcher struct {
	byPhone map[string][]match
}

type match struct {
	person id.ID
	name   string
}

// NewMatcher makes a matcher that knows nobody.
func NewMatcher() *Matcher { return &Matcher{byPhone: map[string][]match{}} }

// Load reads who has the phones of a chunk.
func (m *Matcher) Load(ctx context.Context, tx *op.Tx, list []Candidate) error {
	var phones []string
	for _, c := range list {
		for _, p := range c.Phones {
			if _, known := m.byPhone[p]; !known {
				phones = append(phones, p)
				m.byPhone[p] = nil
			}
		}
	}
	if len(phones) == 0 {
		return nil
	}
	rows, err := op.AllOf[struct {
		Value  string `db:"value"`
		Person id.ID  `db:"person"`
		Name   string `db:"name"`
	}](ctx, tx.Unscoped("uniqueness of phones"), "SELECT c.value, c.person, p.name FROM contact_points c JOIN persons p ON p.id = c.person WHERE c.kind = 'phone' AND c.value IN (?) ORDER BY c.person", phones)
	if err != nil {
		return fmt.Errorf("look for phones: %w", err)
	}
	for _, r := range rows {
		m.byPhone[r.Value] = append(m.byPhone[r.Value], match{r.Person, r.Name})
	}
	return nil
}

// Sure gives the person who is the candidate for sure: the same phone and a compatible name. The id is none where the person is of
// an earlier row of a dry run.
func (m *Matcher) Sure(c Candidate) (id.ID, bool) {
	for _, p := range c.Phones {
		for _, known := range m.byPhone[p] {
			if likeness.Compatible(c.Name, known.name) {
				return known.person, true
			}
		}
	}
	return id.None, false
}

// Note remembers a row that became a person.
func (m *Matcher) Note(c Candidate, person id.ID) {
	for _, p := range c.Phones {
		m.byPhone[p] = append(m.byPhone[p], match{person, c.Name})
	}
}
