package db

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Tx is one transaction.
type Tx struct {
	db   *DB
	pool *pool
	tx   *sql.Tx

	stmts  map[string]*sql.Stmt
	met    []string
	values map[any]any
	after  []func()
	depth  int

	careful bool // see Savepoint
	changes int  // statements that changed something or failed, and rows that wait
	spoilt  bool // must be done again, carefully
	waiting waiting

	// Queries counts the statements sent, for the tests that forbid a query per row.
	Queries int
}

// Engine says which database it is.
func (t *Tx) Engine() Engine { return t.db.Engine }

// SQL is the transaction underneath, for the job queue.
func (t *Tx) SQL() *sql.Tx { return t.tx }

// Value keeps one value a key for as long as the transaction, made by first at the first call. It outlives savepoints.
func (t *Tx) Value(key any, first func() any) any {
	if t.values == nil {
		t.values = map[any]any{}
	}
	v, ok := t.values[key]
	if !ok {
		v = first()
		t.values[key] = v
	}
	return v
}

// AfterCommit runs fn once the transaction is durable. What a savepoint undoes is not run.
func (t *Tx) AfterCommit(fn func()) { t.after = append(t.after, fn) }

// Exec runs a statement and tells how many rows it changed.
func (t *Tx) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := t.settle(ctx, text); err != nil {
		return 0, err
	}
	t.changes++
	return t.exec(ctx, text, args)
}

func (t *Tx) exec(ctx context.Context, text string, args []any) (int64, error) {
	t.Queries++
	var res sql.Result
	var err error
	if stmt := t.stmt(ctx, text); stmt != nil { //nolint:sqlclosecheck // closed with its transaction; the kept one with the pool
		res, err = stmt.ExecContext(ctx, bind(args)...)
	} else {
		res, err = t.tx.ExecContext(ctx, t.db.rebind(text), bind(args)...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query runs a query. The caller closes the rows.
func (t *Tx) Query(ctx context.Context, text string, args ...any) (rows *sql.Rows, err error) {
	if err := t.settle(ctx, text); err != nil {
		return nil, err
	}
	t.Queries++
	if stmt := t.stmt(ctx, text); stmt != nil { //nolint:sqlclosecheck // as in exec
		rows, err = stmt.QueryContext(ctx, bind(args)...)
	} else {
		rows, err = t.tx.QueryContext(ctx, t.db.rebind(text), bind(args)...)
	}
	if err != nil {
		t.changes++ // PostgreSQL does nothing more in this transaction
	}
	return rows, err
}

// QueryRow reads the first row into dest; sql.ErrNoRows if there is none.
func (t *Tx) QueryRow(ctx context.Context, text string, args []any, dest ...any) error {
	rows, err := t.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	for i, d := range dest {
		dest[i] = Into(d)
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// Savepoint runs fn; its error undoes what fn did, and nothing else. Most of what fails has written nothing, and then there is nothing to
// undo: only a careful transaction sends savepoints, for which SQLite copies every page that is written. Where something failed after
// it had written, the whole transaction is done again from its start, carefully.
func (t *Tx) Savepoint(ctx context.Context, fn func(ctx context.Context) error) error {
	after := len(t.after)
	if !t.careful {
		if t.spoilt {
			return errSpoilt
		}
		changes := t.changes
		err := fn(ctx)
		if err != nil {
			t.after = t.after[:after]
			t.spoilt = t.spoilt || t.changes != changes
		}
		return err
	}
	t.depth++
	defer func() { t.depth-- }()
	name := "s" + strconv.Itoa(t.depth)
	if _, err := t.Exec(ctx, "SAVEPOINT "+name); err != nil {
		return err
	}
	if err := fn(ctx); err != nil {
		t.after = t.after[:after]
		if _, e := t.Exec(ctx, "ROLLBACK TO "+name); e != nil {
			return e
		}
		if _, e := t.Exec(ctx, "RELEASE "+name); e != nil {
			return e
		}
		return err
	}
	_, err := t.Exec(ctx, "RELEASE "+name)
	return err
}

// Lock takes the row's lock until the end of the transaction (TRU-5). SQLite has one writer and needs none. table is constant.
func (t *Tx) Lock(ctx context.Context, table string, key any) error {
	if t.db.Engine == SQLite {
		return nil
	}
	_, err := t.Exec(ctx, "SELECT 1 FROM "+table+" WHERE id = ? FOR UPDATE", key)
	return err
}

func (t *Tx) stmt(ctx context.Context, text string) *sql.Stmt {
	if !t.pool.prepare {
		return nil
	}
	if s, ok := t.stmts[text]; ok {
		return s
	}
	kept := t.pool.get(text)
	if kept == nil {
		t.met = append(t.met, text)
		return nil
	}
	if t.stmts == nil {
		t.stmts = map[string]*sql.Stmt{}
	}
	s := t.tx.StmtContext(ctx, kept)
	t.stmts[text] = s
	return s
}

// bind turns instants into microseconds; a zero instant is NULL.
func bind(args []any) []any {
	for i, a := range args {
		if at, ok := a.(time.Time); ok {
			if at.IsZero() {
				args[i] = nil
			} else {
				args[i] = at.UnixMicro()
			}
		}
	}
	return args
}

// Into wraps a pointer for Scan: *time.Time reads microseconds, NULL is the zero value of everything.
func Into(dest any) any {
	switch d := dest.(type) {
	case *time.Time:
		return (*instant)(d)
	case *string:
		return (*text)(d)
	}
	return dest
}

type instant time.Time

func (v *instant) Scan(src any) error {
	switch s := src.(type) {
	case int64:
		*v = instant(time.UnixMicro(s).UTC())
	default:
		*v = instant{}
	}
	return nil
}

type text string

func (v *text) Scan(src any) error {
	switch s := src.(type) {
	case string:
		*v = text(s)
	case []byte:
		*v = text(s)
	default:
		*v = ""
	}
	return nil
}

var rebound sync.Map // text with ? → text with $n

// rebind writes the parameters as the engine wants them. A ? within quotes stays.
func (d *DB) rebind(s string) string {
	if d.Engine == SQLite {
		return s
	}
	if r, ok := rebound.Load(s); ok {
		return r.(string)
	}
	var b strings.Builder
	n, quoted := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteString("$" + strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	rebound.Store(s, b.String())
	return b.String()
}
