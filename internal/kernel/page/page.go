// Package page reads one page of a list of records: filtered, sorted, cut to the viewer's scope, with a cursor that stays right
// while rows come and go, and the total.
package page

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Lengths of a page (TRU-23).
const (
	Usual = 50
	Most  = 200
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor,omitempty"` // empty: the last page
	Total int64  `json:"total"`
}

// Request says which page.
type Request struct {
	Sort   string // code of a sort, a leading - turns it round; the first one if empty
	Cursor string // Next of the page before
	Limit  int    // Usual if zero, at most Most
	Offset int    // rows to leave out after the cursor, for pages by number (UI-L2)
}

// Filter collects conditions, all of which must hold. Texts are constant.
type Filter struct {
	where []string
	args  []any
}

// And adds a condition; a slice as a value of IN (?) is spread.
func (f *Filter) And(text string, args ...any) {
	f.where = append(f.where, "("+text+")")
	f.args = append(f.args, args...)
}

// SQL gives the conditions as text that starts with AND, and their values.
func (f *Filter) SQL() (string, []any) {
	if len(f.where) == 0 {
		return "", nil
	}
	return " AND " + strings.Join(f.where, " AND "), slices.Clone(f.args)
}

// Sorts maps the codes of sorts to columns of the table, which hold numbers or text and are never NULL. Usual is the first one.
type Sorts struct {
	Usual   string // as in Request.Sort
	Columns map[string]string
}

// Read reads a page of the records of a table whose first column is id. Refused: an unknown sort, a cursor of another list.
func Read[T op.Record](ctx context.Context, tx *op.Tx, resource string, f *Filter, s Sorts, r Request) (Page[T], error) {
	var out Page[T]
	o, err := s.order(r)
	if err != nil {
		return out, err
	}
	var zero T
	table := zero.TableName()
	where, args := f.SQL()
	from := " FROM " + table + " WHERE {scope:" + resource + " " + table + "}" + where
	counted, of := "SELECT COUNT(*)"+from, args
	if o.after != nil {
		from += " AND (" + o.column + ", id) " + o.comparison() + " (?, ?)"
		args = append(slices.Clone(args), o.after...)
	}
	row := db.RowOf(reflect.TypeFor[T]())
	text := "SELECT " + row.List + from + " ORDER BY " + o.text() + " LIMIT " + strconv.Itoa(o.limit+1)
	if r.Offset > 0 {
		text += " OFFSET " + strconv.Itoa(r.Offset)
	}
	if out.Items, err = op.All[T](ctx, tx, text, args...); err != nil {
		return out, fmt.Errorf("list %s: %w", table, err)
	}
	if len(out.Items) > o.limit {
		out.Items = out.Items[:o.limit]
		if out.Next, err = o.cursor(row, reflect.ValueOf(out.Items[o.limit-1])); err != nil {
			return out, err
		}
	} else if o.after == nil && r.Offset <= 0 { // all are here
		out.Total = int64(len(out.Items))
		return out, nil
	}
	if out.Total, err = op.One[int64](ctx, tx, counted, of...); err != nil {
		return out, fmt.Errorf("count %s: %w", table, err)
	}
	return out, nil
}

type order struct {
	column string
	down   bool
	limit  int
	after  []any // value and id of the last row of the page before
}

func (s Sorts) order(r Request) (o order, err error) {
	var bad problem.Invalid
	sort := r.Sort
	if sort == "" {
		sort = s.Usual
	}
	code, down := strings.CutPrefix(sort, "-")
	column, ok := s.Columns[code]
	if !ok {
		bad.Add("sort", "not-one-of", r.Sort, "list", strings.Join(slices.Sorted(maps.Keys(s.Columns)), ", "))
	}
	o = order{column: column, down: down, limit: r.Limit}
	if o.limit <= 0 {
		o.limit = Usual
	}
	o.limit = min(o.limit, Most)
	if r.Cursor != "" {
		if o.after, ok = decode(r.Cursor); !ok {
			bad.Add("cursor", "invalid", r.Cursor)
		}
	}
	return o, bad.Err("")
}

func (o order) comparison() string {
	if o.down {
		return "<"
	}
	return ">"
}

func (o order) text() string {
	if o.down {
		return o.column + " DESC, id DESC"
	}
	return o.column + ", id"
}

type mark struct {
	Number *int64  `json:"n,omitempty"`
	Text   *string `json:"t,omitempty"`
	ID     id.ID   `json:"id"`
}

func (o order) cursor(row *db.Row, v reflect.Value) (string, error) {
	c, ok := row.Column(o.column)
	if !ok {
		return "", fmt.Errorf("sort by %s: no such column", o.column)
	}
	value, err := c.Value(v)
	if err != nil {
		return "", err
	}
	m := mark{ID: row.Columns[0].Field(v).Interface().(id.ID)}
	switch x := value.(type) {
	case int64:
		m.Number = &x
	case time.Time:
		n := x.UnixMicro()
		m.Number = &n
	case string:
		m.Text = &x
	default:
		return "", fmt.Errorf("sort by %s: cannot compare %T", o.column, value)
	}
	b, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("encode cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// CursorOf makes the cursor of a list that is ordered by a number, then by id.
func CursorOf(n int64, key id.ID) (string, error) {
	b, err := json.Marshal(mark{Number: &n, ID: key})
	if err != nil {
		return "", fmt.Errorf("encode cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// After gives the number and the id of a cursor. Refused: one of another list.
func After(cursor string) (n int64, key id.ID, err error) {
	values, ok := decode(cursor)
	if ok {
		n, ok = values[0].(int64)
	}
	if !ok {
		return 0, id.None, problem.Refuse("", "invalid", problem.Field{Location: "cursor", Code: "invalid", Value: cursor})
	}
	return n, values[1].(id.ID), nil
}

func decode(cursor string) ([]any, bool) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, false
	}
	var m mark
	if json.Unmarshal(b, &m) != nil || m.ID.IsNone() {
		return nil, false
	}
	switch {
	case m.Number != nil:
		return []any{*m.Number, m.ID}, true
	case m.Text != nil:
		return []any{*m.Text, m.ID}, true
	}
	return nil, false
}
