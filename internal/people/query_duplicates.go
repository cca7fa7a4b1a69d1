package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
)

// Duplicate is somebody who may be the same person (PPL-4). One beyond scope that was not shown (ShowDuplicate) has nothing but its
// id and why; one that was shown is masked, with its center and owner, whom one may ask for access.
type Duplicate struct {
	Brief
	Center   id.ID  `json:"center_id" db:"center"`
	Owner    id.ID  `json:"owner_id" db:"owner"` // staff member of the newest open matter
	Seen     bool   `json:"in_scope" db:"seen"`
	Revealed bool   `json:"revealed" db:"shown"` // beyond scope, and shown just now
	Why      string `json:"why" db:"-"`          // see WhyPhone and the others
	Sure     bool   `json:"sure" db:"-"`

	Same string `json:"-" db:"same"` // the phone that both have, in full: the viewer typed it
}

const mostDuplicates = 10

// Duplicates lists who may be the person that is being entered, the surest first. It looks beyond the viewer's scope, but only for
// an equal full phone or an equal name and birth date, and for who may enter persons: a declared exception of TRU-16.
func Duplicates(ctx context.Context, tx *op.Tx, c Candidate) ([]Duplicate, error) {
	c = c.read()
	if c.empty() {
		return nil, nil
	}
	own := mine(tx.Viewer, "p.id")
	args := slices.Concat(own.Args, []any{c.Phones}, freshArgs(tx, revealDuplicate), []any{c.Phones, c.Name, int64(c.Birth)})
	list, err := op.AllOf[Duplicate](ctx, tx.Unscoped("duplicates beyond scope, covered (PPL-4)"), "SELECT "+briefColumns+", p.center, "+own.Text+` AS mine,
		(SELECT s.value FROM contact_points s WHERE s.person = p.id AND s.kind = 'phone' AND s.value IN (?) LIMIT 1) AS same,
		(SELECT l.owner FROM person_links l WHERE l.person = p.id AND l.owner IS NOT NULL AND l.kind <> 'task' ORDER BY CASE WHEN l.state = 'open' THEN 0 ELSE 1 END, l.ref DESC LIMIT 1) AS owner,
		CASE WHEN {scope:person p} THEN 1 ELSE 0 END AS seen, CASE WHEN `+fresh("p.id")+` THEN 1 ELSE 0 END AS shown
		FROM persons p WHERE p.merged_into IS NULL AND NOT p.organization AND p.id IN (SELECT c.person FROM contact_points c WHERE c.kind = 'phone' AND c.value IN (?)
			UNION SELECT COALESCE(q.merged_into, q.id) FROM persons q WHERE q.name = ? AND q.birth = ? AND q.birth <> 0 AND q.name <> '') ORDER BY p.id DESC LIMIT 50`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for duplicates: %w", err)
	}
	if !tx.Viewer.May("person:create") {
		list = slices.DeleteFunc(list, func(d Duplicate) bool { return !d.Seen })
	}
	for i := range list {
		d := &list[i]
		d.Why, d.Sure = c.why(d.Name, d.Same != "")
		d.cover()
	}
	slices.SortStableFunc(list, func(a, b Duplicate) int { return a.rank() - b.rank() })
	return list[:min(len(list), mostDuplicates)], nil
}

// rank orders duplicates, the surest first.
func (d Duplicate) rank() int {
	if d.Sure {
		return 0
	}
	return 1 + slices.Index([]string{WhySimilar, WhyNameBirth, WhyPhone}, d.Why)
}

// cover hides what is beyond the viewer's scope: masked once it was shown, before that everything.
func (d *Duplicate) cover() {
	same := d.Same
	d.Same = ""
	switch {
	case d.Seen:
		d.Revealed = false
	case d.Revealed:
		masked := d.Phone
		if same != "" {
			masked = phone.Mask(same)
		}
		d.Brief = Brief{ID: d.ID, Name: maskName(d.Name), NameLatin: maskName(d.NameLatin), Phone: masked}
	default:
		*d = Duplicate{Brief: Brief{ID: d.ID}, Why: d.Why, Sure: d.Sure}
	}
}

// DuplicatesOf lists who may be the same person as a registered one, in scope only; household, guardians and wards are left out: they
// share a phone for a reason (PPL-3).
func DuplicatesOf(ctx context.Context, tx *op.Tx, p Person) ([]Duplicate, error) {
	u := tx.Unscoped("compared with, shown to nobody; the person was seen")
	numbers, err := op.AllOf[string](ctx, u, "SELECT c.value FROM contact_points c WHERE c.person = ? AND c.kind = 'phone'", p.ID)
	if err != nil {
		return nil, fmt.Errorf("read phones of person: %w", err)
	}
	household := p.Household
	family, err := op.AllOf[id.ID](ctx, u, `SELECT g.guardian FROM guardians g WHERE g.person = ? UNION SELECT g.person FROM guardians g WHERE g.guardian = ?
		UNION SELECT q.id FROM persons q WHERE q.household = ? UNION SELECT a.other FROM told_apart a WHERE a.person = ? UNION SELECT a.person FROM told_apart a WHERE a.other = ?`, p.ID, p.ID, household[:], p.ID, p.ID)
	if err != nil {
		return nil, fmt.Errorf("read family of person: %w", err)
	}
	list, err := Duplicates(ctx, tx, Candidate{Name: p.Name, Birth: p.Birth, Phones: numbers})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(d Duplicate) bool { return !d.Seen || d.ID == p.ID || slices.Contains(family, d.ID) }), nil
}
