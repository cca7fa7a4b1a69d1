package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Memory holds the phones and names of rows that a dry run accepted: they became nobody, and no look-up finds them.
type Memory interface {
	Add(phone, name string) error
	Names(phone string) ([]string, error)
}

// Matcher finds sure duplicates for a whole import: it looks up the phones of a chunk of rows in one query (contract.md, import
// "Merged"). Of rows that became persons it forgets all but those of the present chunk, as the next look-up finds them; rows of a
// dry run are in its memory.
type Matcher struct {
	byPhone map[string][]match // of the present chunk
	dry     Memory             // nil where rows become persons
}

type match struct {
	person id.ID
	name   string
}

// NewMatcher makes a matcher that knows nobody; a dry run gives it a memory.
func NewMatcher(dry Memory) *Matcher { return &Matcher{byPhone: map[string][]match{}, dry: dry} }

// Load reads who has the phones of a chunk, which are in E.164.
func (m *Matcher) Load(ctx context.Context, tx *op.Tx, list []Candidate) error {
	clear(m.byPhone)
	var phones []string
	for _, c := range list {
		for _, p := range c.Phones {
			if _, twice := m.byPhone[p]; !twice {
				phones, m.byPhone[p] = append(phones, p), nil
			}
		}
	}
	if len(phones) == 0 {
		return nil
	}
	type row struct {
		Value  string `db:"value"`
		Person id.ID  `db:"person"`
		Name   string `db:"name"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("uniqueness: a sure duplicate is merged wherever it lies"), `SELECT c.value, c.person, p.name
		FROM contact_points c JOIN persons p ON p.id = c.person WHERE c.kind = 'phone' AND c.value IN (?) AND p.merged_into IS NULL AND NOT p.organization ORDER BY c.person`, phones)
	if err != nil {
		return fmt.Errorf("look for phones: %w", err)
	}
	for _, r := range rows {
		m.byPhone[r.Value] = append(m.byPhone[r.Value], match{r.Person, r.Name})
	}
	return nil
}

// Sure gives the person who is the candidate for sure: the same phone and a compatible name, an equal one before others. The id is
// none where the person is of an earlier row of a dry run.
func (m *Matcher) Sure(c Candidate) (person id.ID, ok bool, err error) {
	name := oneLine(c.Name)
	for _, p := range c.Phones {
		known := m.byPhone[p]
		if m.dry != nil {
			names, err := m.dry.Names(p)
			if err != nil {
				return id.None, false, err
			}
			for _, n := range names {
				known = append(slices.Clip(known), match{id.None, n})
			}
		}
		for _, k := range known {
			switch {
			case k.name == name:
				return k.person, true, nil
			case !ok && SureDuplicate(name, k.name):
				person, ok = k.person, true
			}
		}
	}
	return person, ok, nil
}

// Note remembers a row that became a person; none in a dry run.
func (m *Matcher) Note(c Candidate, person id.ID) error {
	name := oneLine(c.Name)
	for _, p := range c.Phones {
		if person.IsNone() {
			if err := m.dry.Add(p, name); err != nil {
				return err
			}
			continue
		}
		m.byPhone[p] = append(m.byPhone[p], match{person, name})
	}
	return nil
}
