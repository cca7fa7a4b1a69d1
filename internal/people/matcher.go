package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Matcher finds sure duplicates for a whole import: it looks up the phones of a chunk of rows in one query (contract.md, import
// "Merged"). Of rows that became persons it forgets all but those of the present chunk, as the next look-up finds them; rows of a
// dry run, which became nobody, it remembers.
type Matcher struct {
	byPhone map[string][]match // of the present chunk
	dry     map[string][]match // of earlier rows of a dry run
}

type match struct {
	person id.ID
	name   string
}

// NewMatcher makes a matcher that knows nobody.
func NewMatcher() *Matcher {
	return &Matcher{byPhone: map[string][]match{}, dry: map[string][]match{}}
}

// Load reads who has the phones of a chunk.
func (m *Matcher) Load(ctx context.Context, tx *op.Tx, list []Candidate) error {
	clear(m.byPhone)
	var phones []string
	for _, c := range list {
		for _, p := range c.read().Phones {
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
		FROM contact_points c JOIN persons p ON p.id = c.person WHERE c.kind = 'phone' AND c.value IN (?) ORDER BY c.person`, phones)
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
func (m *Matcher) Sure(c Candidate) (person id.ID, ok bool) {
	c = c.read()
	for _, p := range c.Phones {
		for _, list := range [][]match{m.byPhone[p], m.dry[p]} {
			for _, known := range list {
				switch {
				case known.name == c.Name:
					return known.person, true
				case !ok && SureDuplicate(c.Name, known.name):
					person, ok = known.person, true
				}
			}
		}
	}
	return person, ok
}

// Note remembers a row that became a person; none in a dry run.
func (m *Matcher) Note(c Candidate, person id.ID) {
	to := m.byPhone
	if person.IsNone() {
		to = m.dry
	}
	c = c.read()
	for _, p := range c.Phones {
		to[p] = append(to[p], match{person, c.Name})
	}
}
