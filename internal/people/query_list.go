package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Filter chooses persons; empty fields hold for all.
type Filter struct {
	Query       string // as Search
	Center      id.ID  // where it was entered
	ExternalKey string
	After       string // cursor
	Limit       int
	Offset      int
}

// List is a page of persons, newest first, with their exact number.
type List struct {
	Items []Brief `json:"items"`
	Total int64   `json:"total"`
	Next  string  `json:"next_cursor,omitempty"`
}

// Persons lists persons in scope.
func Persons(ctx context.Context, tx *op.Tx, f Filter) (out List, err error) {
	where, args := "{scope:person p}", []any{}
	if f.Query != "" {
		found, err := Search(ctx, tx, f.Query, mostFound)
		if err != nil {
			return out, err
		}
		ids := []id.ID{}
		for _, b := range found {
			ids = append(ids, b.ID)
		}
		where, args = where+" AND p.id IN (?)", append(args, ids)
	}
	if !f.Center.IsNone() {
		where, args = where+" AND p.center = ?", append(args, f.Center)
	}
	if f.ExternalKey != "" {
		where, args = where+" AND p.external_key = ?", append(args, f.ExternalKey)
	}
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*) FROM persons p WHERE "+where, args...); err != nil {
		return out, fmt.Errorf("count people: %w", err)
	}
	if f.After != "" {
		after, err := id.Parse(f.After)
		if err != nil {
			return out, problem.Refuse("", "invalid", problem.Field{Location: "cursor", Code: "bad-id", Value: f.After})
		}
		where, args = where+" AND p.id < ?", append(args, after)
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	m := mine(tx.Viewer, "p.id")
	out.Items, err = op.All[Brief](ctx, tx, "SELECT "+briefColumns+", "+m.Text+" AS mine FROM persons p WHERE "+where+" ORDER BY p.id DESC LIMIT ? OFFSET ?",
		append(append(m.Args, args...), f.Limit, f.Offset)...)
	if err != nil {
		return out, fmt.Errorf("list people: %w", err)
	}
	if n := len(out.Items); n == f.Limit && int64(f.Offset+n) < out.Total {
		out.Next = out.Items[n-1].ID.String()
	}
	return out, nil
}
