package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Brief is what lists show of a person.
type Brief struct {
	ID           id.ID        `json:"id" db:"id"`
	Name         string       `json:"name" db:"name"`
	NameLatin    string       `json:"name_latin" db:"name_latin"`
	Pinyin       string       `json:"pinyin" db:"pinyin"`
	Gender       string       `json:"gender" db:"gender"`
	Birth        bizdate.Date `json:"birth" db:"birth"`
	ExternalKey  string       `json:"external_key" db:"external_key"`
	Phone        string       `json:"phone" db:"phone" mask:"phone"` // the first one, masked by the field rule
	Organization bool         `json:"organization,omitzero" db:"organization"`
	Mine         bool         `json:"-" db:"mine"`
}

// Shown is the name that lists show.
func (b Brief) Shown() string { return b.Person().Shown() }

// Person is what a list knows of the person's record.
func (b Brief) Person() Person {
	return Person{ID: b.ID, Name: b.Name, NameLatin: b.NameLatin, Pinyin: b.Pinyin, Gender: b.Gender, Birth: b.Birth, ExternalKey: b.ExternalKey, Organization: b.Organization}
}

const briefColumns = `p.id, p.name, p.name_latin, p.pinyin, p.gender, p.birth, p.external_key, p.organization,
	(SELECT c.value FROM contact_points c WHERE c.person = p.id AND c.kind = 'phone' ORDER BY c.no LIMIT 1) AS phone`

// Briefs names the persons of matters that the viewer was shown, in one query. Phones are masked by the field rule.
func Briefs(ctx context.Context, tx *op.Tx, ids []id.ID) (map[id.ID]Brief, error) {
	out := make(map[id.ID]Brief, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	m := mine(tx.Viewer, "p.id")
	list, err := op.AllOf[Brief](ctx, tx.Unscoped("named on a matter that was seen"), "SELECT "+briefColumns+", "+m.Text+" AS mine FROM persons p WHERE p.id IN (?)", append(m.Args, ids)...)
	if err != nil {
		return nil, fmt.Errorf("read persons: %w", err)
	}
	for _, b := range list {
		out[b.ID] = b
	}
	return out, nil
}

// InScope names those of some persons that the viewer may see.
func InScope(ctx context.Context, tx *op.Tx, ids []id.ID) (map[id.ID]Brief, error) {
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // nobody is no error
	}
	var seen []Person
	if err := tx.Select(&seen).Where("id IN (?)", ids).Scan(ctx); err != nil {
		return nil, fmt.Errorf("look for persons in scope: %w", err)
	}
	keys := make([]id.ID, len(seen))
	for i, p := range seen {
		keys[i] = p.ID
	}
	return Briefs(ctx, tx, keys)
}

// ByID gives a person in scope.
func ByID(ctx context.Context, tx *op.Tx, key id.ID) (p Person, err error) {
	err = tx.Select(&p).Where("id = ?", key).Scan(ctx)
	return p, problem.Found(err, "person")
}

// Contacts lists the contact points of a person in scope, masked by the field rule.
func Contacts(ctx context.Context, tx *op.Tx, person id.ID) ([]Contact, error) {
	m := mine(tx.Viewer, "c.person")
	list, err := op.All[Contact](ctx, tx, "SELECT c.id, c.person, c.kind, c.value, c.relation, c.no, "+m.Text+" AS mine FROM contact_points c WHERE {scope:contact c} AND c.person = ? ORDER BY c.no",
		append(m.Args, person)...)
	if err != nil {
		return nil, fmt.Errorf("list contact points: %w", err)
	}
	for i := range list {
		list[i].Value = strings.ToValidUTF8(list[i].Value, "") // a masked name in Chinese may be cut within a character
	}
	return list, nil
}

// Relative is somebody related to a person.
type Relative struct {
	Brief
	Relation string `json:"relation" db:"relation"`        // household, or the guardian's relation
	Beyond   bool   `json:"beyond_scope,omitempty" db:"-"` // a guardian whose own record the viewer does not see: name and masked phone only
}

// Guards tells whether the relative is a guardian of the person.
func (r Relative) Guards() bool { return r.Relation != "household" && r.Relation != "ward" }

// WardsOf are the persons of whom somebody is guardian, and GuardiansOf who guards a person, for rules that act whoever asks.
func WardsOf(ctx context.Context, tx *op.Tx, guardian id.ID) ([]id.ID, error) {
	return family(ctx, tx, "SELECT person FROM guardians WHERE guardian = ? ORDER BY person", guardian)
}

// GuardiansOf are the guardians of a person.
func GuardiansOf(ctx context.Context, tx *op.Tx, person id.ID) ([]id.ID, error) {
	return family(ctx, tx, "SELECT guardian FROM guardians WHERE person = ? ORDER BY guardian", person)
}

func family(ctx context.Context, tx *op.Tx, text string, of id.ID) ([]id.ID, error) {
	list, err := op.AllOf[id.ID](ctx, tx.Unscoped("the rule decides, nobody reads it"), text, of)
	if err != nil {
		return nil, fmt.Errorf("read family: %w", err)
	}
	return list, nil
}

// Relatives lists household, guardians and wards of a person, as far as they are in scope. The guardians of who is seen are named also
// beyond it, with a masked phone: they are whom one talks to about the child (PPL-3, PPL-10).
func Relatives(ctx context.Context, tx *op.Tx, p Person) ([]Relative, error) {
	m := mine(tx.Viewer, "p.id")
	list, err := op.All[Relative](ctx, tx, "SELECT "+briefColumns+", "+m.Text+` AS mine,
		COALESCE((SELECT g.relation FROM guardians g WHERE g.person = ? AND g.guardian = p.id), (SELECT 'ward' FROM guardians g WHERE g.guardian = ? AND g.person = p.id), 'household') AS relation
		FROM persons p WHERE {scope:person p} AND p.id <> ? AND (p.household = ? OR p.id IN (SELECT g.guardian FROM guardians g WHERE g.person = ?)
		OR p.id IN (SELECT g.person FROM guardians g WHERE g.guardian = ?)) ORDER BY p.birth, p.id LIMIT 30`, append(m.Args, p.ID, p.ID, p.ID, p.Household, p.ID, p.ID)...)
	if err != nil {
		return nil, fmt.Errorf("list relatives: %w", err)
	}
	beyond, err := guardiansBeyond(ctx, tx, p.ID, list)
	return append(list, beyond...), err
}

// guardiansBeyond are the guardians of a person who was seen that are not among those in scope.
func guardiansBeyond(ctx context.Context, tx *op.Tx, person id.ID, seen []Relative) (out []Relative, err error) {
	list, err := op.AllOf[Relative](ctx, tx.Unscoped("a guardian of who was seen: name and masked phone"), "SELECT "+briefColumns+`, FALSE AS mine, g.relation
		FROM guardians g JOIN persons p ON p.id = g.guardian WHERE g.person = ? ORDER BY p.id LIMIT 10`, person)
	if err != nil {
		return nil, fmt.Errorf("list guardians: %w", err)
	}
	for _, r := range list {
		if slices.ContainsFunc(seen, func(s Relative) bool { return s.ID == r.ID }) {
			continue
		}
		number := r.Phone
		if !strings.Contains(number, "*") {
			number = maskContact(number)
		}
		card := Brief{ID: r.ID, Name: r.Name, NameLatin: r.NameLatin, Phone: number}
		out = append(out, Relative{Brief: card, Relation: r.Relation, Beyond: true})
	}
	return out, nil
}

// Links lists a person's matters that the viewer sees.
func Links(ctx context.Context, tx *op.Tx, person id.ID) ([]Link, error) {
	list, err := op.All[Link](ctx, tx, "SELECT l.person, l.kind, l.ref, l.center, l.owner, l.state FROM person_links l WHERE l.person = ? AND {scope:person-link l} ORDER BY l.kind, l.ref DESC", person)
	if err != nil {
		return nil, fmt.Errorf("list links of person: %w", err)
	}
	return list, nil
}

// ByKeys gives the persons of external keys, wherever they lie; of several with one key the first.
func ByKeys(ctx context.Context, tx *op.Tx, keys []string) (map[string]id.ID, error) {
	type row struct {
		ID  id.ID  `db:"id"`
		Key string `db:"external_key"`
	}
	list, err := op.AllOf[row](ctx, tx.Unscoped("uniqueness of external keys"), "SELECT COALESCE(merged_into, id) AS id, external_key FROM persons WHERE external_key IN (?) AND external_key <> '' AND NOT organization ORDER BY id DESC", keys)
	if err != nil {
		return nil, fmt.Errorf("look for external keys: %w", err)
	}
	out := make(map[string]id.ID, len(list))
	for _, r := range list {
		out[r.Key] = r.ID
	}
	return out, nil
}
