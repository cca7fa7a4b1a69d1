package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/search"
)

const (
	// mostFound bounds a search.
	mostFound = 500
	// fewTerms is up to how many terms of the range are looked at one by one. Beyond that the newest persons in scope are looked
	// through instead: of 500,000 persons, some 5,000 must be seen until 20 are found that more than 2,000 have. Both take some
	// 10 ms at the most.
	fewTerms = 2000
	// mostParts is how many centers and owners of a scope are each looked through; a viewer who sees more sees a good part of all.
	mostParts = 40
)

// Search finds persons in scope by what somebody types: name, pinyin, initials, digits of a phone (PPL-2). Digits find what the
// viewer sees in full; of a masked phone the last four or all (TRU-15). Newest first.
func Search(ctx context.Context, tx *op.Tx, text string, limit int) ([]Brief, error) {
	return find(ctx, tx, text, limit, fewTerms, false)
}

// SearchHumans is Search without organizations (PPL-13): where a human being is chosen.
func SearchHumans(ctx context.Context, tx *op.Tx, text string, limit int) ([]Brief, error) {
	return find(ctx, tx, text, limit, fewTerms, true)
}

func find(ctx context.Context, tx *op.Tx, text string, limit int, few int64, humans bool) ([]Brief, error) {
	s := &searching{limit: min(limit, mostFound), humans: humans}
	if err := s.choose(ctx, tx, text, few); err != nil {
		return nil, err
	}
	if limit <= 0 || len(s.parts) == 0 {
		return nil, nil
	}
	own := mine(tx.Viewer, "p.id")
	list, err := op.All[Brief](ctx, tx, "SELECT "+briefColumns+", "+own.Text+" AS mine FROM persons p WHERE p.id IN ("+strings.Join(s.parts, " UNION ALL ")+
		") AND {scope:person p} ORDER BY p.id DESC LIMIT ?", slices.Concat(own.Args, s.args, []any{s.limit})...)
	if err != nil {
		return nil, fmt.Errorf("search people: %w", err)
	}
	return list, nil
}

// searching collects queries that each give the newest persons who match, at most limit of them; together they hold the newest of
// all.
type searching struct {
	limit  int
	humans bool // no organizations
	parts  []string
	args   []any
}

// human leaves organizations out of a part, before its limit.
func (s *searching) human(person string) string {
	if !s.humans {
		return ""
	}
	return " AND NOT EXISTS (SELECT 1 FROM organizations o WHERE o.id = " + person + ")"
}

func (s *searching) add(text string, args ...any) {
	s.parts = append(s.parts, "SELECT person FROM ("+text+" LIMIT ?) AS part")
	s.args = append(append(s.args, args...), s.limit)
}

// choose chooses how to search. A name is found by everybody who sees the person. A phone is found by its digits where it is seen
// in full, by the last four or all where it is masked, and never where it is hidden.
func (s *searching) choose(ctx context.Context, tx *op.Tx, text string, few int64) error {
	q := search.ParseQuery(text)
	if q.Kind == search.None || s.limit <= 0 {
		return nil
	}
	rule := tx.Viewer.Field("phone")
	if q.Kind != search.Phone || rule == policy.Full {
		n, err := countTerms(ctx, tx, q, few+1)
		if err != nil {
			return err
		}
		if n <= few {
			s.byTerms(q)
		} else {
			s.byScope(tx.Viewer, q)
		}
		return nil
	}
	if rule == policy.Hidden {
		return nil
	}
	if rule == policy.FullOwn && !tx.Viewer.Staff.IsNone() {
		s.byLinks("l.owner = ?", tx.Viewer.Staff, q)
	}
	if masked, ok := q.Masked(); ok {
		s.byTerms(masked)
	}
	return nil
}

// countTerms counts the terms in the range of a query, up to a number. It decides the plan, and nothing of it is told.
func countTerms(ctx context.Context, tx *op.Tx, q search.Query, most int64) (int64, error) {
	n, err := op.OneOf[int64](ctx, tx.Unscoped("how many terms there are decides the plan"),
		"SELECT COUNT(*) FROM (SELECT 1 FROM search_all t WHERE t.kind = ? AND t.text >= ? AND t.text < ? LIMIT ?) AS part", int64(q.Kind), q.Low, q.High, most)
	if err != nil {
		return 0, fmt.Errorf("count search terms: %w", err)
	}
	return n, nil
}

// byTerms looks at every term of the range and keeps the persons in scope.
func (s *searching) byTerms(q search.Query) {
	s.add("SELECT DISTINCT t.person FROM search_all t WHERE t.kind = ? AND t.text >= ? AND t.text < ? AND {scope:contact t}"+s.human("t.person")+" ORDER BY t.person DESC", int64(q.Kind), q.Low, q.High)
}

// byScope looks through the newest persons in scope until enough match.
func (s *searching) byScope(v *policy.Viewer, q search.Query) {
	like, pattern := matching(q)
	people := v.Scope("person:read")
	groups := scopesOfLinks(v)
	n := 0
	for _, g := range groups {
		n += len(g.scope.Centers) + len(g.scope.Staff)
		people.All = people.All || g.scope.All
	}
	if people.All || n > mostParts {
		s.add("SELECT p.id AS person FROM persons p WHERE "+like+" AND {scope:person p}"+s.human("p.id")+" ORDER BY p.id DESC", pattern)
		return
	}
	for _, g := range groups {
		kinds := ""
		if len(g.kinds) < len(linkRights) {
			kinds = " AND l.kind IN (" + quoted(g.kinds) + ")"
		}
		for _, center := range g.scope.Centers {
			s.byLinks("l.center = ?"+kinds, center, q)
		}
		for _, staff := range g.scope.Staff {
			s.byLinks("l.owner = ?"+kinds, staff, q)
		}
	}
}

// byLinks looks through the newest persons of a center or an owner. CROSS JOIN keeps SQLite to this order.
func (s *searching) byLinks(where string, value any, q search.Query) {
	like, pattern := matching(q)
	s.add("SELECT DISTINCT l.person FROM person_links l CROSS JOIN persons p WHERE "+where+" AND p.id = l.person AND "+like+s.human("p.id")+" ORDER BY l.person DESC", value, pattern)
}

// matching is the condition that the term table answers, asked of a person: a term of the name begins so, or the digits stand in a
// phone.
func matching(q search.Query) (text, pattern string) {
	if q.Kind == search.Phone {
		return "p.phone_digits LIKE ?", "%" + q.Text + "%"
	}
	return "p.name_terms LIKE ?", "% " + q.Text + "%"
}
