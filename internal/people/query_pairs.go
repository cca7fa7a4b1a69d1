package people

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/bizdate"
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

// mostPairs bounds what each look goes through; a list that reaches it says so.
const mostPairs = 20_000

// PairList is a page of likely duplicates with their number.
type PairList struct {
	Items []Pair
	Total int
	More  bool // there were more candidates than one look goes through
}

// candidates are two persons who share a phone, or name and birth date.
type candidates struct {
	First id.ID        `db:"first"`
	Then  id.ID        `db:"later"`
	Name  string       `db:"first_name"`
	Other string       `db:"later_name"`
	Birth bizdate.Date `db:"birth"`
	Later bizdate.Date `db:"later_birth"`
	Phone bool         `db:"by_phone"`
	Home  bool         `db:"home"` // members of one household
}

// childhood is up to what age nobody bears the title of a grown-up.
const childhood = 16 * 365

// apart tells that a grown-up and a child share the phone.
func (c candidates) apart(today bizdate.Date) bool {
	child := func(born bizdate.Date) bool { return !born.IsZero() && today-born < childhood }
	return likeness.Grown(c.Name) && child(c.Later) || likeness.Grown(c.Other) && child(c.Birth)
}

// pair judges two candidates; the phone of a family makes no pair, and neither does one without a name: a phone alone says too little.
func (c candidates) pair(today bizdate.Date) (p Pair, ok bool) {
	if c.Name == "" || c.Other == "" || c.apart(today) || c.Home && likeness.Name(c.Name, c.Other) < 1 {
		return p, false
	}
	p.First.ID, p.Then.ID = c.First, c.Then
	p.Why, p.Sure = Candidate{Name: c.Name, Birth: c.Birth}.why(c.Other, c.Phone)
	return p, p.Why != WhyPhone || p.Sure
}

// Pairs lists likely duplicates among the persons in scope, the surest first, then the latest: the same phone and a compatible or similar
// name, or the same name and birth date. Guardian and child are two; members of one household are two unless they bear one name.
func Pairs(ctx context.Context, tx *op.Tx, offset, limit int) (out PairList, err error) {
	var list []Pair
	met := map[[2]id.ID]bool{}
	for _, text := range pairTexts(tx.Viewer) {
		found, err := op.All[candidates](ctx, tx, text, mostPairs+1)
		if err != nil {
			return out, fmt.Errorf("look for likely duplicates: %w", err)
		}
		out.More = out.More || len(found) > mostPairs
		for _, c := range found[:min(len(found), mostPairs)] {
			if p, ok := c.pair(tx.Today(tx.Viewer.Center)); ok && !met[[2]id.ID{c.First, c.Then}] {
				met[[2]id.ID{c.First, c.Then}] = true
				list = append(list, p)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Pair) int {
		if a.Sure != b.Sure {
			return map[bool]int{true: -1, false: 1}[a.Sure]
		}
		return cmp.Or(slices.Compare(b.Then.ID[:], a.Then.ID[:]), slices.Compare(b.First.ID[:], a.First.ID[:]))
	})
	until := min(offset+limit, len(list))
	out.Items, out.Total = list[min(offset, until):until], len(list)
	return out, out.name(ctx, tx)
}

// name reads what the pairs of a page are called.
func (l PairList) name(ctx context.Context, tx *op.Tx) error {
	var keys []id.ID
	for _, p := range l.Items {
		keys = append(keys, p.First.ID, p.Then.ID)
	}
	names, err := Briefs(ctx, tx, keys)
	for i, p := range l.Items {
		l.Items[i].First, l.Items[i].Then = names[p.First.ID], names[p.Then.ID]
	}
	return err
}

// pairTexts are the queries of pairs: by phone, where the viewer is shown any of it, and by name and birth date. That two persons whom one
// sees share a phone tells no digit of it.
func pairTexts(v *policy.Viewer) []string {
	const rest = ` AND {scope:person p} AND {scope:person q} AND NOT p.organization AND NOT q.organization
		AND NOT EXISTS (SELECT 1 FROM told_apart a WHERE a.person = p.id AND a.other = q.id)
		AND NOT EXISTS (SELECT 1 FROM guardians g WHERE g.person = p.id AND g.guardian = q.id OR g.person = q.id AND g.guardian = p.id) ORDER BY q.id DESC, p.id DESC LIMIT ?`
	const told = `p.id AS first, q.id AS later, CASE WHEN p.name = '' THEN p.name_latin ELSE p.name END AS first_name, CASE WHEN q.name = '' THEN q.name_latin ELSE q.name END AS later_name, p.birth, q.birth AS later_birth, CASE WHEN p.household IS NOT NULL AND p.household = q.household THEN TRUE ELSE FALSE END AS home`
	names := `SELECT FALSE AS by_phone, ` + told + ` FROM (SELECT name, birth FROM persons WHERE birth <> 0 AND name <> '' AND merged_into IS NULL
		GROUP BY name, birth HAVING COUNT(*) > 1) AS twice JOIN persons p ON p.name = twice.name AND p.birth = twice.birth
		JOIN persons q ON q.name = twice.name AND q.birth = twice.birth AND q.id > p.id WHERE TRUE` + rest
	if v.Field("phone") == policy.Hidden {
		return []string{names}
	}
	return []string{`SELECT DISTINCT TRUE AS by_phone, ` + told + ` FROM (SELECT value FROM contact_points GROUP BY value HAVING COUNT(*) > 1) AS twice
		JOIN contact_points c ON c.value = twice.value AND c.kind = 'phone' JOIN contact_points d ON d.value = twice.value AND d.kind = 'phone' AND d.person > c.person
		JOIN persons p ON p.id = c.person JOIN persons q ON q.id = d.person WHERE TRUE` + rest, names}
}
