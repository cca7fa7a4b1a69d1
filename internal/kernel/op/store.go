package op

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// Record is a struct that is a row of a table: fields carry `db:"column"` tags, the first column is the key.
type Record interface{ TableName() string }

// Selection reads records of one table, cut to the viewer's scope.
type Selection struct {
	tx       *Tx
	dest     reflect.Value // pointer to a struct or to a slice of structs
	where    []string
	args     []any
	order    string
	limit    int
	offset   int
	unscoped bool
}

// Select reads into dest, a pointer to a Record or to a slice of them. The actor's scope is added.
func (t *Tx) Select(dest any) *Selection { return &Selection{tx: t, dest: reflect.ValueOf(dest)} }

// Unscoped leaves out the scope; reason says why that shows nothing to who may not see it. Rare and reviewed.
func (t *Tx) Unscoped(reason string) *Unscoped { _ = reason; return &Unscoped{t} }

// Unscoped reads without the viewer's scope.
type Unscoped struct{ tx *Tx }

// Select is Tx.Select without the scope.
func (u *Unscoped) Select(dest any) *Selection {
	return &Selection{tx: u.tx, dest: reflect.ValueOf(dest), unscoped: true}
}

// Where adds a condition; all must hold. A slice as a value of IN (?) is spread.
func (s *Selection) Where(text string, args ...any) *Selection {
	s.where = append(s.where, "("+text+")")
	s.args = append(s.args, args...)
	return s
}

// Order sets ORDER BY, a constant text.
func (s *Selection) Order(text string) *Selection { s.order = text; return s }

// Limit bounds the number of rows.
func (s *Selection) Limit(n int) *Selection { s.limit = n; return s }

// Offset leaves out rows, for pages by number (UI-L2); with a limit.
func (s *Selection) Offset(n int) *Selection { s.offset = n; return s }

// Scan runs the query; a single record that is not there, or not seen, is sql.ErrNoRows.
func (s *Selection) Scan(ctx context.Context) error {
	elem := s.dest.Elem()
	t := elem.Type()
	if elem.Kind() == reflect.Slice {
		t = t.Elem()
	}
	table := reflect.Zero(t).Interface().(Record).TableName()
	where := s.where
	if !s.unscoped {
		res, ok := s.tx.run.Policy.OfTable(table)
		if !ok {
			return fmt.Errorf("select %s: the table has no resource", table)
		}
		where = append([]string{"{scope:" + res.Name + " " + table + "}"}, where...)
	}
	text := "SELECT " + db.RowOf(t).List + " FROM " + table
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	if s.order != "" {
		text += " ORDER BY " + s.order
	}
	if s.limit > 0 {
		text += " LIMIT " + strconv.Itoa(s.limit)
		if s.offset > 0 {
			text += " OFFSET " + strconv.Itoa(s.offset)
		}
	}
	return s.tx.scan(ctx, s.dest, text, s.args)
}

// All runs a query written by hand and reads its rows into structs by column name. The text must cut every table of people's
// records with {scope:resource alias}; see expand.
func All[T any](ctx context.Context, tx *Tx, text string, args ...any) (out []T, err error) {
	if !strings.Contains(text, "{scope:") {
		return nil, errors.New("query without scope: name {scope:resource alias}, or say Unscoped")
	}
	err = tx.scan(ctx, reflect.ValueOf(&out), text, args)
	return out, err
}

// One is All for a single row; sql.ErrNoRows if there is none.
func One[T any](ctx context.Context, tx *Tx, text string, args ...any) (out T, err error) {
	if !strings.Contains(text, "{scope:") {
		return out, errors.New("query without scope: name {scope:resource alias}, or say Unscoped")
	}
	err = tx.scan(ctx, reflect.ValueOf(&out), text, args)
	return out, err
}

// AllOf is All without scope.
func AllOf[T any](ctx context.Context, u *Unscoped, text string, args ...any) (out []T, err error) {
	err = u.tx.scan(ctx, reflect.ValueOf(&out), text, args)
	return out, err
}

// EachOf is AllOf a row at a time, for what is read once and kept by nobody: do gets the same value each time, whose sql.RawBytes hold until
// it returns, and asks nothing of the database.
func EachOf[T any](ctx context.Context, u *Unscoped, do func(*T) error, text string, args ...any) error {
	var row T
	return u.tx.rows(ctx, reflect.TypeFor[T](), text, args, func(read func(reflect.Value) error) error {
		if err := read(reflect.ValueOf(&row).Elem()); err != nil {
			return err
		}
		return do(&row)
	})
}

// OneOf is One without scope.
func OneOf[T any](ctx context.Context, u *Unscoped, text string, args ...any) (out T, err error) {
	err = u.tx.scan(ctx, reflect.ValueOf(&out), text, args)
	return out, err
}

// scan reads a query's row, or all of them into a slice.
func (t *Tx) scan(ctx context.Context, dest reflect.Value, text string, args []any) error {
	elem := dest.Elem()
	if elem.Kind() == reflect.Slice && elem.Type() != reflect.TypeFor[[]byte]() {
		return t.rows(ctx, elem.Type().Elem(), text, args, func(read func(reflect.Value) error) error {
			elem.Grow(1)
			elem.SetLen(elem.Len() + 1)
			return read(elem.Index(elem.Len() - 1))
		})
	}
	found := false
	err := t.rows(ctx, elem.Type(), text, args, func(read func(reflect.Value) error) error {
		found = true
		return cmp.Or(read(elem), errEnough)
	})
	switch {
	case errors.Is(err, errEnough):
		return nil
	case err == nil && !found:
		return sql.ErrNoRows
	}
	return err
}

// errEnough ends the reading of rows.
var errEnough = errors.New("enough rows")

// rows calls do for each row of a query with what reads it into a value of a type: a struct by column name, or a single column.
func (t *Tx) rows(ctx context.Context, typ reflect.Type, text string, args []any, do func(read func(reflect.Value) error) error) error {
	text, args, err := t.expand(text, args)
	if err != nil {
		return err
	}
	rows, err := t.Query(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	read, err := t.reader(rows, typ)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := do(read); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}

// reader gives what reads the present row into a value of a type.
func (t *Tx) reader(rows *sql.Rows, typ reflect.Type) (func(reflect.Value) error, error) {
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[struct{}]() {
		return func(v reflect.Value) error {
			if err := rows.Scan(db.Into(v.Addr().Interface())); err != nil {
				return fmt.Errorf("scan: %w", err)
			}
			return nil
		}, nil
	}
	sc, err := db.NewScanner(rows, typ)
	if err != nil {
		return nil, err
	}
	masked := sc.Masked()
	return func(v reflect.Value) error {
		if err := sc.Scan(rows, v); err != nil {
			return fmt.Errorf("scan: %w", err)
		}
		for _, c := range masked {
			t.mask(c, v)
		}
		return nil
	}, nil
}

// mask hides a value from who may not see it in full. A struct with a bool column "mine" tells whether the viewer owns the record.
func (t *Tx) mask(c db.Column, v reflect.Value) {
	rule := t.Viewer.Field(c.Mask)
	if rule == policy.FullOwn {
		if m, ok := db.RowOf(v.Type()).Column("mine"); ok && m.Field(v).Bool() {
			return
		}
		rule = policy.Revealable
	}
	f := c.Field(v)
	if f.String() == "" {
		return
	}
	switch rule {
	case policy.Full:
	case policy.Hidden:
		f.SetString("")
	default:
		f.SetString(phone.Mask(f.String()))
	}
}

// expand replaces {scope:resource alias} by the viewer's scope and spreads slices over their ?.
func (t *Tx) expand(text string, args []any) (string, []any, error) {
	if !strings.ContainsRune(text, '{') && !anySlice(args) {
		return text, args, nil
	}
	var b strings.Builder
	out := make([]any, 0, len(args)+8)
	next := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '?':
			if next >= len(args) {
				return "", nil, errors.New("query: more ? than values")
			}
			out = spread(&b, out, args[next])
			next++
		case '{':
			end := strings.IndexByte(text[i:], '}')
			name, ok := strings.CutPrefix(text[i+1:i+max(end, 1)], "scope:")
			if end < 0 || !ok {
				return "", nil, fmt.Errorf("query: unknown placeholder in %q", text[i:])
			}
			res, alias, _ := strings.Cut(name, " ")
			res, action, _ := strings.Cut(res, ":")
			if action == "" {
				action = "read"
			}
			f := t.run.Policy.Where(t.Viewer, res, action, alias)
			b.WriteString(f.Text)
			out = append(out, f.Args...)
			i += end
		default:
			b.WriteByte(text[i])
		}
	}
	if next != len(args) {
		return "", nil, errors.New("query: more values than ?")
	}
	return b.String(), out, nil
}

func anySlice(args []any) bool {
	for _, a := range args {
		switch a.(type) {
		case []id.ID, []string, []int64:
			return true
		}
	}
	return false
}

func spread(b *strings.Builder, out []any, arg any) []any {
	var list []any
	switch s := arg.(type) {
	case []id.ID:
		for _, v := range s {
			list = append(list, v)
		}
	case []string:
		for _, v := range s {
			list = append(list, v)
		}
	case []int64:
		for _, v := range s {
			list = append(list, v)
		}
	default:
		b.WriteByte('?')
		return append(out, arg)
	}
	if len(list) == 0 {
		b.WriteString("NULL")
		return out
	}
	b.WriteString("?" + strings.Repeat(",?", len(list)-1))
	return append(out, list...)
}

// Insert writes a new record.
func (t *Tx) Insert(ctx context.Context, rec Record) error {
	v := reflect.Indirect(reflect.ValueOf(rec))
	row := db.RowOf(v.Type())
	args := make([]any, len(row.Columns))
	for i, c := range row.Columns {
		a, err := c.Value(v)
		if err != nil {
			return err
		}
		args[i] = a
	}
	if err := t.InsertRows(ctx, rec.TableName()+" ("+row.List+")", "", [][]any{args}); err != nil {
		return fmt.Errorf("insert into %s: %w", rec.TableName(), err)
	}
	return nil
}

// Save writes the named columns of a record, found by its first column. A record with a version column is saved only on the
// version it was loaded with (ORG-10), which rises by one; else the save is refused as stale (412).
func (t *Tx) Save(ctx context.Context, rec Record, columns ...string) error {
	v := reflect.Indirect(reflect.ValueOf(rec))
	row := db.RowOf(v.Type())
	var set []string
	var args []any
	for _, name := range columns {
		c, ok := row.Column(name)
		if !ok {
			return fmt.Errorf("save %s: no column %s", rec.TableName(), name)
		}
		a, err := c.Value(v)
		if err != nil {
			return err
		}
		set, args = append(set, name+" = ?"), append(args, a)
	}
	key, err := row.Columns[0].Value(v)
	if err != nil {
		return err
	}
	where := " WHERE " + row.Columns[0].Name + " = ?"
	args = append(args, key)
	ver, versioned := row.Column("version")
	if versioned {
		set, where = append(set, "version = version + 1"), where+" AND version = ?"
		args = append(args, ver.Field(v).Int())
	}
	n, err := t.Exec(ctx, "UPDATE "+rec.TableName()+" SET "+strings.Join(set, ", ")+where, args...)
	if err != nil {
		return fmt.Errorf("save %s: %w", rec.TableName(), err)
	}
	if n == 0 {
		return &problem.Problem{Status: 412, Code: "stale", Rule: "ORG-10"}
	}
	if versioned && ver.Field(v).CanSet() {
		ver.Field(v).SetInt(ver.Field(v).Int() + 1)
	}
	return nil
}
