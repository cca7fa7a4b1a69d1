package people

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/likeness"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// Pair is two persons who may be one human being: the one entered first, the later one, and why (PPL-4, PPL-5).
type Pair struct {
	First Brief  `json:"first"`
	Then  Brief  `json:"then"`
	Why   string `json:"why"`
	Sure  bool   `json:"sure"`
}

// mostPairs bounds what is looked through; a list that reaches it says so.
const mostPairs = 2000

// Pairs lists likely duplicates among the persons in scope, the surest first, then the latest: the same phone and a compatible or similar
// name, or the same name and birth date. Guardian and child are two; members of one household are two unless they bear one name. Beyond
// 2,000 candidates, more tells that the list is not all.
func Pairs(ctx context.Context, tx *op.Tx) (list []Pair, more bool, err error) {
	type row struct {
		First id.ID `db:"first"`
		Then  id.ID `db:"later"`
		Phone bool  `db:"phone"`
		Home  bool  `db:"home"`
	}
	var rows []row
	for _, text := range pairTexts(tx.Viewer) {
		found, err := op.All[row](ctx, tx, text, mostPairs+1)
		if err != nil {
			return nil, false, fmt.Errorf("look for likely duplicates: %w", err)
		}
		more = more || len(found) > mostPairs
		rows = append(rows, found[:min(len(found), mostPairs)]...)
	}
	met, keys := map[[2]id.ID]bool{}, []id.ID{}
	for _, r := range rows {
		keys = append(keys, r.First, r.Then)
	}
	names, err := briefsOf(ctx, tx, keys)
	if err != nil {
		return nil, false, err
	}
	for _, r := range rows {
		p := Pair{First: names[r.First], Then: names[r.Then]}
		p.Why, p.Sure = Candidate{Name: p.First.Name, Birth: p.First.Birth}.why(p.Then.Name, r.Phone)
		switch {
		case met[[2]id.ID{r.First, r.Then}], r.Home && likeness.Name(p.First.Name, p.Then.Name) < 1, p.Why == WhyPhone && !p.Sure, nameless(p):
			continue // the phone of a family
		}
		met[[2]id.ID{r.First, r.Then}] = true
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b Pair) int {
		if a.Sure != b.Sure {
			return map[bool]int{true: -1, false: 1}[a.Sure]
		}
		return cmp.Or(slices.Compare(b.Then.ID[:], a.Then.ID[:]), slices.Compare(b.First.ID[:], a.First.ID[:]))
	})
	return list, more, nil
}

// nameless tells that one of two has no name: a phone alone says too little to merge by.
func nameless(p Pair) bool {
	return p.First.Name+p.First.NameLatin == "" || p.Then.Name+p.Then.NameLatin == ""
}

// briefsOf is Briefs in parts.
func briefsOf(ctx context.Context, tx *op.Tx, keys []id.ID) (map[id.ID]Brief, error) {
	out := map[id.ID]Brief{}
	for part := range slices.Chunk(keys, 500) {
		some, err := Briefs(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		for key, b := range some {
			out[key] = b
		}
	}
	return out, nil
}

// pairTexts are the queries of pairs: by phone, where the viewer is shown any of it, and by name and birth date. That two persons whom one
// sees share a phone tells no digit of it.
func pairTexts(v *policy.Viewer) []string {
	const rest = ` AND {scope:person p} AND {scope:person q}
		AND NOT EXISTS (SELECT 1 FROM guardians g WHERE g.person = p.id AND g.guardian = q.id OR g.person = q.id AND g.guardian = p.id) ORDER BY q.id DESC, p.id DESC LIMIT ?`
	const home = `CASE WHEN p.household IS NOT NULL AND p.household = q.household THEN TRUE ELSE FALSE END AS home`
	names := `SELECT p.id AS first, q.id AS later, FALSE AS phone, ` + home + ` FROM (SELECT name, birth FROM persons WHERE birth <> 0 AND name <> '' AND merged_into IS NULL
		GROUP BY name, birth HAVING COUNT(*) > 1) AS twice JOIN persons p ON p.name = twice.name AND p.birth = twice.birth
		JOIN persons q ON q.name = twice.name AND q.birth = twice.birth AND q.id > p.id WHERE TRUE` + rest
	if v.Field("phone") == policy.Hidden {
		return []string{names}
	}
	return []string{`SELECT DISTINCT p.id AS first, q.id AS later, TRUE AS phone, ` + home + ` FROM (SELECT value FROM contact_points GROUP BY value HAVING COUNT(*) > 1) AS twice
		JOIN contact_points c ON c.value = twice.value AND c.kind = 'phone' JOIN contact_points d ON d.value = twice.value AND d.kind = 'phone' AND d.person > c.person
		JOIN persons p ON p.id = c.person JOIN persons q ON q.id = d.person WHERE TRUE` + rest, names}
}
