// Package repoint leads rows that refer to one record to another one, remembers which they were, and leads them back.
package repoint

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Column is a column of a table whose rows refer to a record.
type Column struct {
	Table, Column string
	Key           string // column of the row's own id; "id" if empty
	// With is the condition of rows that go along with rows moved before; each ? is the move. By it a row made since finds back.
	With string
	// Only says that a row never refers but along with another one: it is looked for by With, and not by the column.
	Only bool
}

func (c Column) key() string {
	if c.Key == "" {
		return "id"
	}
	return c.Key
}

// Along is the condition that a column names a row of a table that was moved before.
func Along(column, table, of string) string {
	return column + " IN (SELECT m.ref FROM moved_rows m WHERE m.under = ? AND m.tab = '" + table + "' AND m.col = '" + of + "')"
}

// with is the condition With with its values.
func (c Column) with(under id.ID) (string, []any) {
	var args []any
	for range strings.Count(c.With, "?") {
		args = append(args, under)
	}
	return c.With, args
}

// Move leads the rows of columns, in order, from one record to another and notes them under the id of the move.
func Move(ctx context.Context, tx *op.Tx, under, from, to id.ID, list ...Column) error {
	for _, c := range list {
		where, args := c.Column+" = ?", []any{from}
		if c.Only {
			with, more := c.with(under)
			where, args = where+" AND "+with, append(args, more...)
		}
		if err := c.note(ctx, tx, under, where, args); err != nil {
			return err
		}
		if err := c.lead(ctx, tx, under, from, to); err != nil {
			return err
		}
	}
	return nil
}

// Back leads the rows that were moved back from the record that they refer to now, with what was made since and goes along with them.
// A row that refers to another record by now stays. Ids are in the order of time: a row made before the move is not made since.
func Back(ctx context.Context, tx *op.Tx, under, from, to id.ID, list ...Column) error {
	for _, c := range list {
		if with, args := c.with(under); with != "" {
			where := c.Column + " = ? AND " + c.key() + " > ? AND " + with
			if err := c.note(ctx, tx, under, where, append([]any{from, under}, args...)); err != nil {
				return err
			}
		}
		if err := c.lead(ctx, tx, under, from, to); err != nil {
			return err
		}
	}
	return nil
}

// note writes down which rows are moved.
func (c Column) note(ctx context.Context, tx *op.Tx, under id.ID, where string, args []any) error {
	text := "INSERT INTO moved_rows (under, tab, col, ref) SELECT ?, '" + c.Table + "', '" + c.Column + "', " + c.key() + " FROM " + c.Table + " WHERE " + where + " ON CONFLICT DO NOTHING"
	if _, err := tx.Exec(ctx, text, append([]any{under}, args...)...); err != nil {
		return fmt.Errorf("note rows of %s: %w", c.Table, err)
	}
	return nil
}

func (c Column) lead(ctx context.Context, tx *op.Tx, under, from, to id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE "+c.Table+" SET "+c.Column+" = ? WHERE "+c.Column+" = ? AND "+Along(c.key(), c.Table, c.Column), to, from, under)
	if err != nil {
		return fmt.Errorf("lead rows of %s: %w", c.Table, err)
	}
	return nil
}
