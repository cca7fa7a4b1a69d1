package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// What a person is, from its matters (PPL-1).
const (
	Prospect = "prospect" // has an open enquiry
	Student  = "student"  // has a contract that runs
	Former   = "former"   // had one
	Guardian = "guardian" // of somebody
)

// AllStates lists them in the order in which they are shown.
var AllStates = []string{Student, Former, Prospect, Guardian}

// States tells what persons that were seen are, as far as the viewer sees the matters that make it so. Nothing of it is stored.
func States(ctx context.Context, tx *op.Tx, persons []id.ID) (map[id.ID][]string, error) {
	out := map[id.ID][]string{}
	if len(persons) == 0 {
		return out, nil
	}
	type row struct {
		Person id.ID  `db:"person"`
		State  string `db:"state"`
	}
	list, err := op.All[row](ctx, tx, `SELECT DISTINCT l.person, CASE WHEN l.kind = 'enquiry' THEN 'prospect' WHEN l.state = 'open' THEN 'student' ELSE 'former' END AS state
		FROM person_links l WHERE l.person IN (?) AND {scope:person-link l} AND (l.kind = 'enquiry' AND l.state = 'open' OR l.kind = 'contract' AND l.state IN ('open', 'ended'))
		UNION ALL SELECT DISTINCT g.guardian AS person, 'guardian' AS state FROM guardians g JOIN persons w ON w.id = g.person WHERE g.guardian IN (?) AND {scope:person w}`,
		persons, persons)
	if err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	for _, r := range list {
		out[r.Person] = append(out[r.Person], r.State)
	}
	for key, list := range out {
		if slices.Contains(list, Student) {
			list = slices.DeleteFunc(list, func(s string) bool { return s == Former })
		}
		slices.SortFunc(list, func(a, b string) int { return slices.Index(AllStates, a) - slices.Index(AllStates, b) })
		out[key] = list
	}
	return out, nil
}
