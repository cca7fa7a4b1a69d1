package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/repoint"
)

// merges: who was merged into somebody stands for nobody, and every merge that was not undone says so of its persons.
var merges = []check.Query{
	{What: "merged person: its merge", Text: `SELECT p.id, 0 AS got, 1 AS want FROM persons p WHERE p.merged_into IS NOT NULL
		AND (SELECT COUNT(*) FROM merges m WHERE m.gone = p.id AND m.undone_at IS NULL) <> 1`},
	{What: "merge: its person stands for itself", Text: `SELECT m.id, 1 AS got, 0 AS want FROM merges m JOIN persons p ON p.id = m.gone WHERE m.undone_at IS NULL AND p.merged_into IS NULL`},
	{What: "merged person: who stands for it", Text: `SELECT p.id, 0 AS got, 1 AS want FROM persons p WHERE p.merged_into IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM persons k WHERE k.id = p.merged_into AND k.merged_into IS NULL)`},
	{What: "merged person: guardians and search terms", Text: `SELECT p.id, 1 AS got, 0 AS want FROM persons p WHERE p.merged_into IS NOT NULL
		AND (EXISTS (SELECT 1 FROM guardians g WHERE g.person = p.id OR g.guardian = p.id) OR EXISTS (SELECT 1 FROM search_all t WHERE t.person = p.id))`},
	{What: "merged person: links", Text: `SELECT l.ref AS id, 1 AS got, 0 AS want FROM person_links l JOIN persons p ON p.id = l.person WHERE p.merged_into IS NOT NULL`},
	{What: "merge: facts of it", Text: `SELECT m.id, CAST(COUNT(e.id) AS BIGINT) AS got, 1 AS want FROM merges m
		LEFT JOIN events e ON e.id = m.event AND e.subject = m.kept AND e.kind = 'people.persons-merged.1' GROUP BY m.id HAVING COUNT(e.id) <> 1`},
}

// CheckMerged is the invariant that nothing belongs to who was merged into somebody: columns are those of all domains (PPL-5).
func CheckMerged(columns []repoint.Column) check.Check {
	return check.Check{Name: "people.belongings", Rule: "PPL-5", Run: func(ctx context.Context, tx *op.Tx) (out []string, err error) {
		u := tx.Unscoped("an invariant is about every record; only ids are named")
		for _, c := range columns {
			list, err := op.AllOf[id.ID](ctx, u, "SELECT p.id FROM persons p WHERE p.merged_into IS NOT NULL AND EXISTS (SELECT 1 FROM "+c.Table+" x WHERE x."+c.Column+" = p.id) ORDER BY p.id LIMIT ?", check.AtMost)
			if err != nil {
				return nil, fmt.Errorf("look for rows of %s: %w", c.Table, err)
			}
			for _, key := range list {
				out = append(out, fmt.Sprintf("merged person %s still has rows of %s (%s)", key, c.Table, c.Column))
			}
		}
		return out, nil
	}}
}
