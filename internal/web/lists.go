package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
)

// SelectionOf reads how many of a list a bulk form chose (UI-L3).
func SelectionOf(r *http.Request) (s Selection, err error) {
	s.All = r.PostForm.Get("_all") == "true"
	s.Total, _ = strconv.Atoi(r.PostForm.Get("_total")) // what is no number is no count, and the server's differs
	for _, text := range r.PostForm["_except"] {
		key, err := id.Parse(text)
		if err != nil {
			return s, problem.Refuse("UI-L3", "invalid", problem.Field{Location: "ids", Code: "invalid", Value: text})
		}
		s.Except = append(s.Except, key)
	}
	return s, nil
}

// PageOf reads the page number of a list's address, from 1.
func PageOf(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		return 1
	}
	return min(max(n, 1), numberedRows)
}

// SortURL is the address that sorts the list by a column: by it rising first, the other way when it is so already. dir is the
// direction of the present address where it is sorted by this column, for Column.Dir.
func SortURL(ctx context.Context, column string) (address, dir string) {
	switch here(ctx).Query().Get("sort") {
	case column:
		return Address(ctx, "sort", "-"+column, "page", ""), "ascending"
	case "-" + column:
		return Address(ctx, "sort", column, "page", ""), "descending"
	}
	return Address(ctx, "sort", column, "page", ""), ""
}

func (p Pager) last() int { return (p.Total + p.Size - 1) / max(p.Size, 1) }

// shown gives the page numbers that are drawn, 0 for a gap: the first, the last, and two around the present one.
func (p Pager) shown() []int {
	last := p.last()
	var list []int
	for n := 1; n <= last; n++ {
		if n == 1 || n == last || n >= p.Page-2 && n <= p.Page+2 {
			list = append(list, n)
		} else if list[len(list)-1] != 0 {
			list = append(list, 0)
		}
	}
	return list
}

func queryBesides(ctx context.Context, besides []string) [][2]string {
	var list [][2]string
	q := here(ctx).Query()
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if slices.Contains(besides, name) {
			continue
		}
		for _, v := range q[name] {
			list = append(list, [2]string{name, v})
		}
	}
	return list
}
