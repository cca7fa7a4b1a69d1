package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// pagedParams are params that embed Paging.
type pagedParams interface{ asked() Paging }

func (p Paging) asked() Paging { return p }

// Whole registers a list so short that its query reads all of it: settings, roles, courses. It is searched, sorted and cut to a page here:
// q is a part of any text of an item, sort the name of a field that is a text, number or truth, as the query gives them if left out, and
// the cursor is a place in the list.
func Whole[Params pagedParams, T any](a *API, path, name, needs string, query func(ctx context.Context, tx *op.Tx, p Params) ([]T, error), options ...Option) {
	List(a, path, name, needs, func(ctx context.Context, tx *op.Tx, p Params) (page.Page[T], error) {
		list, err := query(ctx, tx, p)
		if err != nil {
			return page.Page[T]{}, err
		}
		return cut(list, p.asked())
	}, options...)
}

// rowOf is an item with its fields as the caller sees them.
type rowOf[T any] struct {
	item   T
	fields map[string]any
	text   string // of an item that is one
}

func (s rowOf[T]) contains(part string) bool {
	if s.fields == nil {
		return strings.Contains(strings.ToLower(s.text), part)
	}
	for _, v := range s.fields {
		if text, ok := v.(string); ok && strings.Contains(strings.ToLower(text), part) {
			return true
		}
	}
	return false
}

func cut[T any](list []T, p Paging) (out page.Page[T], err error) {
	all := make([]rowOf[T], len(list))
	for i, item := range list {
		if all[i], err = show(item); err != nil {
			return out, err
		}
	}
	if part := strings.ToLower(strings.TrimSpace(p.Q)); part != "" {
		all = slices.DeleteFunc(all, func(s rowOf[T]) bool { return !s.contains(part) })
	}
	var bad problem.Invalid
	sorted(all, p.Sort, &bad)
	from := 0
	if p.Cursor != "" {
		if from, err = strconv.Atoi(p.Cursor); err != nil || from < 0 {
			bad.Add("cursor", "invalid", p.Cursor)
		}
	}
	if err := bad.Err(""); err != nil {
		return out, err
	}
	out.Total = int64(len(all))
	from = min(from, len(all))
	until := min(from+p.Request().Limit, len(all))
	for _, s := range all[from:until] {
		out.Items = append(out.Items, s.item)
	}
	if until < len(all) {
		out.Next = strconv.Itoa(until)
	}
	return out, nil
}

func show[T any](item T) (s rowOf[T], err error) {
	b, err := json.Marshal(item)
	if err != nil {
		return s, fmt.Errorf("encode item of list: %w", err)
	}
	s.item = item
	if json.Unmarshal(b, &s.text) == nil {
		return s, nil
	}
	if err := json.Unmarshal(b, &s.fields); err != nil {
		return s, fmt.Errorf("read item of list: %w", err)
	}
	return s, nil
}

// sorted sorts by a field, the other way where it has a leading -. Refused: a field that no item has, or that has no order.
func sorted[T any](all []rowOf[T], by string, bad *problem.Invalid) {
	if by == "" || len(all) == 0 {
		return
	}
	name, down := strings.CutPrefix(by, "-")
	columns := map[string]bool{}
	for _, s := range all {
		for field, v := range s.fields {
			switch v.(type) {
			case string, float64, bool:
				columns[field] = true
			}
		}
	}
	if !columns[name] {
		bad.Add("sort", "not-one-of", by, "list", strings.Join(slices.Sorted(maps.Keys(columns)), ", "))
		return
	}
	slices.SortStableFunc(all, func(a, b rowOf[T]) int {
		n := compare(a.fields[name], b.fields[name])
		if down {
			return -n
		}
		return n
	})
}

// compare orders values of one field; what is missing comes first.
func compare(a, b any) int {
	x, okX := a.(float64)
	y, okY := b.(float64)
	if okX && okY {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	return strings.Compare(wordOf(a), wordOf(b))
}

func wordOf(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
