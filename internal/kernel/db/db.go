// Package db opens the database, embedded SQLite or PostgreSQL, and runs transactions on it. One SQL text serves both engines:
// parameters are written ?, instants are kept as microseconds since 1970 UTC, ids as 16 bytes.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Engine says which database it is.
type Engine int

// The engines.
const (
	SQLite Engine = iota
	Postgres
)

// String names the engine.
func (e Engine) String() string {
	if e == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// ErrUnavailable is a database that could not be reached, or stayed busy, for five seconds (TRU-4).
var ErrUnavailable = errors.New("database unavailable")

// ErrUnknown is a connection that was lost during COMMIT: the write was done, or it was not (TRU-4). Who repeats it with the same
// idempotency key learns which.
var ErrUnknown = errors.New("connection lost during commit")

// ErrFull is a full disk: the write was refused, reads go on (TRU-6).
var ErrFull = errors.New("disk full")

// Options adjust a database.
type Options struct {
	ReadOnly bool            // no writer: check, report and backup read beside a running program
	Fatal    func(error)     // called when the disk fails; the process must end (TRU-6)
	Jitter   func() float64  // chance in [0,1) for waiting between repeats
	Fault    func() error    // tests: called before each commit of PostgreSQL; its error is taken for the server's
	Asked    func(n int)     // tests: called after each read with the number of its statements
	Grouped  func(n int)     // called after each commit of an embedded database with the number of its writes
	Before   func(*Tx) error // runs inside the transaction before each commit of a group
	Sleep    func(ctx context.Context, d time.Duration) error
}

// DB is an open database.
type DB struct {
	Engine Engine
	// Path is the file of an embedded database.
	Path string

	opts        Options
	write, read *pool
	queue       chan *job
	stop        chan struct{}
	done        chan struct{}
}

// Open connects to dsn: a file path, or a postgres:// URL. The schema is not touched; see Migrate.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.Fatal == nil {
		o.Fatal = func(error) {}
	}
	if o.Jitter == nil {
		o.Jitter = func() float64 { return 0.5 }
	}
	if o.Asked == nil {
		o.Asked = func(int) {}
	}
	if o.Grouped == nil {
		o.Grouped = func(int) {}
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn, o)
	}
	return openSQLite(ctx, dsn, o)
}

// SQL is the pool that writes, for the job queue, which keeps its tables in the same database.
func (d *DB) SQL() *sql.DB { return d.write.db }

// Write runs fn in a transaction and returns after the commit that holds its effect. fn may run again after a serialization
// failure, so it must have no effect outside the transaction. On SQLite many callers share one commit, each behind its own
// savepoint (group commit): fn's error undoes fn alone.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if d.Engine == Postgres {
		return d.writePostgres(ctx, false, fn)
	}
	return d.writeSQLite(ctx, fn)
}

// WriteKeyed is Write for work that finds by itself whether it was done before, by its idempotency key: it is also repeated where the
// connection was lost during COMMIT (TRU-4).
func (d *DB) WriteKeyed(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if d.Engine == Postgres {
		return d.writePostgres(ctx, true, fn)
	}
	return d.writeSQLite(ctx, fn)
}

// WriteAlone is Write in a transaction of its own, without a savepoint around fn: for work that puts a savepoint around each of
// its many parts. SQLite keeps what changed since the outermost savepoint in memory and walks through all of it at the end of each
// inner one.
func (d *DB) WriteAlone(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if d.Engine == Postgres {
		return d.writePostgres(ctx, false, fn)
	}
	return d.enqueue(ctx, &job{fn: fn, alone: true})
}

// Read runs fn in a read-only transaction: all its queries see the same snapshot.
func (d *DB) Read(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if d.Engine == Postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	sqlTx, err := d.beginRead(ctx, o)
	if err != nil {
		return unavailable("begin read", err)
	}
	tx := &Tx{db: d, pool: d.read, tx: sqlTx}
	if err = fn(ctx, tx); d.Engine == Postgres && err != nil && repeatable(err) {
		err = unavailable("read", err)
	}
	d.opts.Asked(tx.Queries)
	if e := sqlTx.Rollback(); e != nil && err == nil && !errors.Is(e, sql.ErrTxDone) {
		err = fmt.Errorf("end read: %w", e)
	}
	d.read.learn(ctx, tx)
	return err
}

// Waiting is how many writes wait for the writer of an embedded database.
func (d *DB) Waiting() int { return len(d.queue) }

// Ping asks whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.db.PingContext(ctx) }

// CopyTo writes a copy of an embedded database in one step, while others write (VACUUM INTO): a stepped copy would start anew with every
// commit (TRU-13). The file must not be there yet; it is readable by its owner only.
func (d *DB) CopyTo(ctx context.Context, file string) error {
	empty, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return fmt.Errorf("make copy: %w", err)
	}
	if err := empty.Close(); err != nil {
		return fmt.Errorf("make copy: %w", err)
	}
	conn, err := d.read.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	defer conn.Close()
	// A reader's connection refuses it, though only the copy is written.
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only(0)"); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", file)
	_, again := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only(1)")
	if err := errors.Join(err, again); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	return nil
}

// Close waits for the writes that wait, then closes.
func (d *DB) Close() error {
	if d.queue != nil {
		close(d.stop)
		<-d.done
	}
	err := d.read.close()
	if d.write != d.read {
		err = errors.Join(err, d.write.close())
	}
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
