package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	groupOps  = 256                   // most writes of one commit
	groupTime = 20 * time.Millisecond // longest time in which a group collects
	readers   = 4
	minSQLite = "3.51.3" // older ones can lose a commit after a WAL reset (TRU-1)
)

type job struct {
	ctx   context.Context //nolint:containedctx // a job carries its caller's values to the writer
	fn    func(ctx context.Context, tx *Tx) error
	done  chan error
	alone bool // in a transaction of its own, without a savepoint
}

func openSQLite(ctx context.Context, path string, o Options) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	if err := own(abs, o.ReadOnly); err != nil {
		return nil, err
	}
	d := &DB{Engine: SQLite, Path: abs, opts: o}
	read, err := openPool(ctx, abs, readers, "query_only(1)", "cache_size(-6000)") // KiB; a page takes twice its size in memory
	if err != nil {
		return nil, err
	}
	d.read = read
	if o.ReadOnly {
		d.write = read
		return d, nil
	}
	if d.write, err = openPool(ctx, abs, 1, "cache_size(-32000)", "wal_autocheckpoint(8000)"); err != nil {
		_ = read.close()
		return nil, err
	}
	if err := checkSQLite(ctx, d.write.db); err != nil {
		return nil, errors.Join(err, read.close(), d.write.close())
	}
	d.queue, d.stop, d.done = make(chan *job, groupOps), make(chan struct{}), make(chan struct{})
	go d.work(context.WithoutCancel(ctx))
	return d, nil
}

// own makes a database that is not there readable by its owner only; SQLite gives its other files the same rights (TRU-27).
func own(path string, readOnly bool) error {
	if _, err := os.Stat(path); err == nil || readOnly {
		if err != nil {
			return fmt.Errorf("open database: %w", err)
		}
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	return f.Close()
}

func openPool(ctx context.Context, path string, n int, pragmas ...string) (*pool, error) {
	q := url.Values{"_txlock": {"deferred"}}
	if n == 1 {
		q.Set("_txlock", "immediate")
	}
	for _, p := range append([]string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)", "mmap_size(0)"}, pragmas...) {
		q.Add("_pragma", p)
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
	}
	return newPool(db, true), nil
}

func checkSQLite(ctx context.Context, db *sql.DB) error {
	var version, mode string
	var sync int
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return fmt.Errorf("read SQLite version: %w", err)
	}
	if versionBefore(version, minSQLite) {
		return fmt.Errorf("SQLite %s is older than %s", version, minSQLite)
	}
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return fmt.Errorf("read journal mode: %w", err)
	}
	if err := db.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&sync); err != nil {
		return fmt.Errorf("read synchronous: %w", err)
	}
	if mode != "wal" || sync != 2 {
		return fmt.Errorf("database is not durable: journal_mode %s, synchronous %d", mode, sync)
	}
	return nil
}

func versionBefore(a, b string) bool {
	var x, y [3]int
	_, _ = fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	_, _ = fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

func (d *DB) writeSQLite(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return d.enqueue(ctx, &job{fn: fn})
}

func (d *DB) enqueue(ctx context.Context, j *job) error {
	if d.queue == nil {
		return fmt.Errorf("write: database is open for reading: %w", ErrUnavailable)
	}
	if err := ctx.Err(); err != nil { // where there is room in the queue, select could take either way
		return err
	}
	// A statement must not be interrupted in the middle: SQLite would roll back the whole group. A context that can end also costs a
	// goroutine for every statement.
	j.ctx, j.done = context.WithoutCancel(ctx), make(chan error, 1)
	select {
	case d.queue <- j:
		return <-j.done
	case <-d.stop:
		return fmt.Errorf("write: closing: %w", ErrUnavailable)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// work is the writer: what waits is written in one transaction and answered after its commit.
func (d *DB) work(ctx context.Context) {
	defer close(d.done)
	for {
		select {
		case j := <-d.queue:
			d.group(ctx, j)
		case <-d.stop:
			for {
				select {
				case j := <-d.queue:
					d.group(ctx, j)
				default:
					return
				}
			}
		}
	}
}

// group writes one job, and those that wait behind it, in one transaction.
func (d *DB) group(ctx context.Context, first *job) {
	for j := first; j != nil; {
		j = d.commitGroup(ctx, j)
	}
}

// commitGroup gives the job that must have a transaction of its own, and ended the group.
func (d *DB) commitGroup(ctx context.Context, first *job) (next *job) {
	g := group{db: d}
	if err := g.begin(ctx, false); err != nil {
		first.done <- err
		return nil
	}
	began := time.Now() //nolint:forbidigo // measures the group, decides nothing of the domain
	for j := first; j != nil; {
		g.do(ctx, j)
		alone := j.alone
		j = nil
		if !alone && len(g.did) < groupOps && time.Since(began) < groupTime { //nolint:forbidigo // as above
			select {
			case j = <-d.queue:
				if j.alone {
					j, next = nil, j
				}
			default:
			}
		}
	}
	g.end(ctx)
	return next
}

// group is a transaction with what was done in it, to be answered after its commit.
type group struct {
	db  *DB
	tx  *Tx
	did []*job
}

func (g *group) begin(ctx context.Context, careful bool) error {
	sqlTx, err := g.db.write.db.BeginTx(ctx, nil)
	if err != nil {
		g.db.diskGone(err)
		return unavailable("begin", err)
	}
	g.tx = &Tx{db: g.db, pool: g.db.write, tx: sqlTx, careful: careful}
	return nil
}

// do runs a job. What fails is answered; where that spoils the transaction, the others are done again (see Tx.Savepoint).
func (g *group) do(ctx context.Context, j *job) {
	err := g.db.one(g.tx, j)
	switch {
	case g.tx.spoilt:
		g.again(ctx, append(g.did, j))
	case err != nil:
		g.db.diskGone(err)
		j.done <- err
	default:
		g.did = append(g.did, j)
	}
}

func (g *group) again(ctx context.Context, jobs []*job) {
	_ = g.tx.tx.Rollback()
	g.did = nil
	if err := g.begin(ctx, true); err != nil {
		for _, j := range jobs {
			j.done <- err
		}
		return
	}
	for _, j := range jobs {
		g.do(ctx, j)
	}
}

// end commits and answers.
func (g *group) end(ctx context.Context) {
	if err := g.tx.settle(ctx, ""); err != nil {
		g.again(ctx, g.did)
	}
	err := g.db.commit(ctx, g.tx, len(g.did) > 0)
	if err == nil {
		g.db.opts.Grouped(len(g.did))
		for _, fn := range g.tx.after {
			fn()
		}
	}
	for _, j := range g.did {
		j.done <- err
	}
	g.db.write.learn(ctx, g.tx)
}

func (d *DB) one(tx *Tx, j *job) (err error) {
	if j.alone {
		defer recovered(&err)
		return j.fn(j.ctx, tx)
	}
	return tx.Savepoint(j.ctx, func(ctx context.Context) (err error) {
		defer recovered(&err)
		return j.fn(ctx, tx)
	})
}

// recovered turns a panic into an error, so that one faulty operation ends neither the group nor the program.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

func (d *DB) commit(ctx context.Context, tx *Tx, done bool) error {
	if !done {
		return tx.tx.Rollback()
	}
	if d.opts.Before != nil {
		if err := d.opts.Before(tx); err != nil {
			return errors.Join(fmt.Errorf("before commit: %w", err), tx.tx.Rollback())
		}
		if err := tx.settle(ctx, ""); err != nil {
			return errors.Join(fmt.Errorf("before commit: %w", err), tx.tx.Rollback())
		}
	}
	err := tx.tx.Commit()
	if err == nil {
		return nil
	}
	_ = tx.tx.Rollback()
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("commit: %w: %w", ErrFull, err)
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			d.opts.Fatal(fmt.Errorf("commit: %w", err))
		}
	}
	return unavailable("commit", err)
}

// diskGone ends the program where the writer's disk does not answer (TRU-6): it would refuse everything from now on.
func (d *DB) diskGone(err error) {
	if se, ok := errors.AsType[*sqlite.Error](err); ok && se.Code()&0xff == sqlite3.SQLITE_IOERR {
		d.opts.Fatal(fmt.Errorf("write: %w", err))
	}
}

func unavailable(what string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w: %w", what, ErrUnavailable, err)
}
