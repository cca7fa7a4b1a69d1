package db

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// atOnce is the most rows of one INSERT. Statements have few lengths, so that they stay prepared.
const atOnce = 64

// waiting are the rows that a transaction has yet to insert, by table: in the order in which they came.
type waiting []*rowsFor

type rowsFor struct {
	table, into, tail string
	rows              [][]any
}

// InsertRows inserts rows of equal length; into names the table with its columns, tail is what follows the values, both constant texts.
// The rows wait until there are many of them, or until a statement names their table, or for the commit: most operations write a row or
// two to a table that nobody reads in the same transaction. A row that the database refuses has the transaction done again carefully,
// where each is inserted at once and the error is that of its own InsertRows.
func (t *Tx) InsertRows(ctx context.Context, into, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	table, _, _ := strings.Cut(into, " ")
	if t.careful {
		if err := t.settle(ctx, table); err != nil {
			return err
		}
		return t.insert(ctx, into, tail, rows)
	}
	t.changes++
	w, err := t.rowsFor(ctx, table, into, tail)
	if err != nil {
		return err
	}
	w.rows = append(w.rows, rows...)
	full := len(w.rows) - len(w.rows)%atOnce
	if full == 0 {
		return nil
	}
	first := w.rows[:full]
	w.rows = slices.Clone(w.rows[full:])
	return t.insert(ctx, into, tail, first)
}

// rowsFor gives the rows that wait for a statement, after those that wait for another one of the table.
func (t *Tx) rowsFor(ctx context.Context, table, into, tail string) (*rowsFor, error) {
	i := slices.IndexFunc(t.waiting, func(w *rowsFor) bool { return w.table == table })
	if i < 0 {
		w := &rowsFor{table: table, into: into, tail: tail}
		t.waiting = append(t.waiting, w)
		return w, nil
	}
	w := t.waiting[i]
	if w.into != into || w.tail != tail {
		if err := t.settle(ctx, table); err != nil {
			return nil, err
		}
		w.into, w.tail = into, tail
	}
	return w, nil
}

func (t *Tx) insert(ctx context.Context, into, tail string, rows [][]any) error {
	for len(rows) > 0 {
		n := 1
		for _, length := range []int{atOnce, 16, 4} {
			if len(rows) >= length {
				n = length
				break
			}
		}
		row := "(?" + strings.Repeat(", ?", len(rows[0])-1) + ")"
		text := t.InsertInto() + " " + into + " VALUES " + row + strings.Repeat(", "+row, n-1) + tail
		if _, err := t.exec(ctx, text, slices.Concat(rows[:n]...)); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// InsertInto begins a statement that inserts many rows. What fails half-way undoes the whole transaction, unless it is careful: SQLite need
// not copy pages to undo the statement alone.
func (t *Tx) InsertInto() string {
	if t.careful || t.db.Engine != SQLite {
		return "INSERT INTO"
	}
	return "INSERT OR FAIL INTO"
}

// settle inserts the rows of the tables that a text names; of all tables for an empty one.
func (t *Tx) settle(ctx context.Context, text string) error {
	if len(t.waiting) == 0 {
		return nil
	}
	var names map[string]bool
	if text != "" {
		names = wordsOf(text)
	}
	for _, w := range t.waiting {
		if len(w.rows) == 0 || names != nil && !names[w.table] {
			continue
		}
		rows := w.rows
		w.rows = nil
		if err := t.insert(ctx, w.into, w.tail, rows); err != nil {
			t.spoilt = true
			return err
		}
	}
	return nil
}

var words sync.Map // text → its words

func wordsOf(text string) map[string]bool {
	if w, ok := words.Load(text); ok {
		return w.(map[string]bool)
	}
	w := map[string]bool{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		w[word] = true
	}
	words.Store(text, w)
	return w
}
