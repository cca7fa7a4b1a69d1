package condition

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// writer writes the condition of a tree on a person p, with its values in the order of their places. Each part is true or false and never
// unknown, so that none is exactly the opposite of any.
type writer struct {
	text  strings.Builder
	args  []any
	today bizdate.Date
	zone  *time.Location
}

func (w *writer) put(text string, args ...any) {
	w.text.WriteString(text)
	w.args = append(w.args, args...)
}

func (w *writer) node(n *node) {
	if n.group == "" {
		w.put("(")
		w.condition(n)
		w.put(")")
		return
	}
	between := " AND "
	if n.group != All {
		between = " OR "
	}
	if n.group == None {
		w.put("NOT ")
	}
	w.put("(")
	for i, part := range n.parts {
		if i > 0 {
			w.put(between)
		}
		w.node(part)
	}
	w.put(")")
}

func (w *writer) condition(n *node) {
	switch n.field.Kind {
	case Choice, Text:
		w.texts(n)
	case YesNo:
		if n.is == No {
			w.put("NOT ")
		}
		w.among(n.field, "")
	case Day, Moment:
		w.last(n)
	case Years:
		w.years(n)
	case Number, Scaled:
		w.number(n)
	}
}

// among tells whether p is of the rows of the field for which a condition holds as well.
func (w *writer) among(f Field, also string, args ...any) {
	if f.From == "" {
		if also == "" {
			also = f.Column
		}
		w.put("("+also+")", args...)
		return
	}
	w.put("p.id IN ("+f.From, f.Args...)
	if also != "" {
		w.put(" AND "+also, args...)
	}
	w.put(")")
}

func (w *writer) texts(n *node) {
	f := n.field
	there := ""
	if f.From == "" {
		there = f.Column + " <> ''"
	}
	switch n.is {
	case Never:
		w.put("NOT ")
		w.among(f, there)
	case Whatever:
		w.among(f, there)
	default:
		if n.is == IsNot {
			w.put("NOT ")
		}
		w.among(f, f.Column+" IN (?)", valuesOf(n.texts))
	}
}

// valuesOf gives texts as they lie in their column: ids where all of them are.
func valuesOf(texts []string) any {
	keys := make([]id.ID, len(texts))
	for i, t := range texts {
		key, err := id.Parse(t)
		if err != nil {
			return texts
		}
		keys[i] = key
	}
	return keys
}

// last asks for the last one of the days or instants of the field.
func (w *writer) last(n *node) {
	f := n.field
	at := func(d bizdate.Date) int64 {
		if f.Kind == Moment {
			return begins(d, w.zone)
		}
		return int64(d)
	}
	from := f.Column + " >= ?"
	switch n.is {
	case Never:
		w.put("NOT ")
		w.among(f, "")
	case Whatever:
		w.among(f, "")
	case Within:
		w.among(f, from, at(w.today-bizdate.Date(n.n)))
	case Since:
		w.among(f, from, at(n.day))
	default:
		before := n.day + 1
		if n.is == LongAgo {
			before = w.today - bizdate.Date(n.n)
		}
		w.grouped(f, "MAX("+f.Column+") < ?", at(before))
	}
}

// grouped tells whether a condition holds of all rows of the field that are of p, of which there are some.
func (w *writer) grouped(f Field, having string, arg any) {
	w.put("p.id IN ("+f.From, f.Args...)
	person, _, _ := strings.Cut(strings.TrimPrefix(f.From, "SELECT "), " ")
	w.put(" GROUP BY "+person+" HAVING "+having+")", arg)
}

// years asks for an age in whole years; who has no day of birth has none.
func (w *writer) years(n *node) {
	born := func(years int64) int64 { return int64(w.today.AddMonths(-12 * int(min(years, 1000)))) }
	text, args := n.field.Column+" <> 0", []any{}
	if n.is != AtMost {
		text, args = text+" AND "+n.field.Column+" <= ?", append(args, born(n.n))
	}
	if n.is != AtLeast {
		text, args = text+" AND "+n.field.Column+" > ?", append(args, born(n.n+1))
	}
	w.among(n.field, text, args...)
}

var signs = map[string]string{AtLeast: ">=", AtMost: "<=", Exactly: "="}

func (w *writer) number(n *node) {
	f := n.field
	if !f.Sum {
		w.among(f, f.Column+" "+signs[n.is]+" ?", n.n)
		return
	}
	w.grouped(f, f.Column+" "+signs[n.is]+" ?", n.n)
	if n.is == AtMost || n.n == 0 { // 0 fulfils it, and so does who has no row
		w.put(" OR p.id NOT IN ("+f.From, f.Args...)
		w.put(")")
	}
}

// Query is a compiled outline.
type Query struct {
	text string
	args []any
}

// Compile checks an outline and makes its query; see parse for what is refused.
func (r *Registry) Compile(ctx context.Context, tx *op.Tx, rows []Row) (Query, error) {
	root, err := r.parse(ctx, tx, rows)
	if err != nil {
		return Query{}, err
	}
	w := writer{today: tx.Today(id.None), zone: tx.Zone(id.None)}
	w.put(" FROM " + r.Population.Table + " p WHERE " + r.Population.Where(tx) + " AND ")
	w.node(root)
	return Query{w.text.String(), w.args}, nil
}

// Fulfil is the query of those of whom one more question holds. What it refuses is as Compile.
func (q Query) Fulfil(ctx context.Context, tx *op.Tx, row Row) (Query, error) {
	row.Depth = 1
	root, err := Of(tx).parse(ctx, tx, []Row{{Group: All}, row})
	if err != nil {
		return q, err
	}
	w := writer{today: tx.Today(id.None), zone: tx.Zone(id.None)}
	w.node(root)
	return q.And(w.text.String(), w.args...), nil
}

// And is the query of those of whom a further condition of p holds.
func (q Query) And(text string, args ...any) Query {
	return Query{q.text + " AND " + text, append(append([]any{}, q.args...), args...)}
}

// Persons is the query as a part of another one: their ids, cut to whom the viewer sees.
func (q Query) Persons() (text string, args []any) { return "SELECT p.id" + q.text, q.args }

// Count counts whom the viewer sees of those who fulfil the conditions, in one statement.
func (q Query) Count(ctx context.Context, tx *op.Tx) (int64, error) {
	n, err := op.One[int64](ctx, tx, "SELECT COUNT(*)"+q.text, q.args...)
	if err != nil {
		return 0, fmt.Errorf("count by conditions: %w", err)
	}
	return n, nil
}

// List reads columns of p of them, the newest first: at most limit after the one named, or after so many of the first.
func List[T any](ctx context.Context, tx *op.Tx, q Query, columns string, after id.ID, offset, limit int) ([]T, error) {
	if !after.IsNone() {
		q = q.And("p.id < ?", after)
	}
	list, err := op.All[T](ctx, tx, "SELECT "+columns+q.text+" ORDER BY p.id DESC LIMIT ? OFFSET ?", append(append([]any{}, q.args...), int64(limit), int64(offset))...)
	if err != nil {
		return nil, fmt.Errorf("list by conditions: %w", err)
	}
	return list, nil
}
