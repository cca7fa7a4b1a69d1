package people

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/search"
)

// mostFound bounds a search.
const mostFound = 500

// Search finds persons in scope by what somebody types: name, pinyin, initials, digits of a phone (PPL-2). Digits find what the
// viewer sees in full; of a masked phone the last four or all. Newest first.
func Search(ctx context.Context, tx *op.Tx, text string, limit int) ([]Brief, error) {
	q := search.ParseQuery(text)
	if q.Text == "" || limit <= 0 {
		return nil, nil
	}
	var parts []string
	var args []any
	within := func(q search.Query, more policy.Frag) {
		cond := "p.id IN (SELECT s.person FROM search_terms s WHERE s.kind = ? AND s.text >= ? AND s.text < ?)"
		a := []any{int64(q.Kind), q.Low, q.High}
		if more.Text != "" {
			cond, a = "("+cond+" AND "+more.Text+")", append(a, more.Args...)
		}
		parts, args = append(parts, cond), append(args, a...)
	}
	rule := tx.Viewer.Field("phone")
	switch {
	case q.Kind != search.Phone || rule == policy.Full:
		within(q, policy.Frag{})
	case rule == policy.Hidden:
		return nil, nil // searching by a field is reading it (TRU-15)
	default:
		if rule == policy.FullOwn {
			within(q, mine(tx.Viewer, "p.id"))
		}
		if masked, ok := q.Masked(); ok {
			within(masked, policy.Frag{})
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	m := mine(tx.Viewer, "p.id")
	list, err := op.All[Brief](ctx, tx, "SELECT "+briefColumns+", "+m.Text+" AS mine FROM persons p WHERE ("+strings.Join(parts, " OR ")+") AND {scope:person p} ORDER BY p.id DESC LIMIT ?",
		append(append(m.Args, args...), min(limit, mostFound))...)
	if err != nil {
		return nil, fmt.Errorf("search people: %w", err)
	}
	return list, nil
}
