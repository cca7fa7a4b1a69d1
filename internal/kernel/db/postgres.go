package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	repeatFor  = 5 * time.Second // TRU-4
	pgConns    = 24
	minVersion = 150000
)

func openPostgres(ctx context.Context, dsn string, o Options) (*DB, error) {
	conf, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("read the postgres:// address: it is not valid") // the cause would show the password
	}
	conf.RuntimeParams["application_name"] = "zhike"
	conf.RuntimeParams["statement_timeout"] = "30000"
	db := stdlib.OpenDB(*conf)
	db.SetMaxOpenConns(pgConns)
	db.SetMaxIdleConns(pgConns / 2)
	db.SetConnMaxIdleTime(5 * time.Minute)
	var version int
	if err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return nil, errors.Join(unavailable("open database", err), db.Close())
	}
	if version < minVersion {
		return nil, errors.Join(fmt.Errorf("PostgreSQL %d is older than 15", version/10000), db.Close())
	}
	p := newPool(db, false)
	return &DB{Engine: Postgres, opts: o, write: p, read: p}, nil
}

// writePostgres repeats the transaction while the server says that it may succeed another time (TRU-4). One whose connection was lost
// during COMMIT may have been done: only what finds that out by itself (keyed) is repeated then.
func (d *DB) writePostgres(ctx context.Context, keyed bool, fn func(context.Context, *Tx) error) error {
	careful := false
	return d.repeat(ctx, "write", func() (again bool, err error) {
		err = d.tryPostgres(ctx, careful, fn)
		if errors.Is(err, errSpoilt) {
			careful = true
			err = d.tryPostgres(ctx, careful, fn)
		}
		if errors.Is(err, ErrUnknown) {
			return keyed, err
		}
		return repeatable(err), err
	})
}

// repeat tries for five seconds, with growing pauses, as long as try says that it may succeed another time.
func (d *DB) repeat(ctx context.Context, what string, try func() (again bool, err error)) error {
	wait, total := 5*time.Millisecond, time.Duration(0)
	for {
		again, err := try()
		if err == nil || !again {
			return err
		}
		if total >= repeatFor {
			return fmt.Errorf("%s: %w: %w", what, ErrUnavailable, err)
		}
		pause := time.Duration(float64(wait) * (0.5 + d.opts.Jitter()))
		if e := d.opts.Sleep(ctx, pause); e != nil {
			return e
		}
		total += pause
		wait = min(wait*2, 250*time.Millisecond)
	}
}

// beginRead begins a snapshot; the connections that a failover left behind are given up one by one (TRU-4).
func (d *DB) beginRead(ctx context.Context, o *sql.TxOptions) (tx *sql.Tx, err error) {
	err = d.repeat(ctx, "begin read", func() (again bool, err error) {
		tx, err = d.read.db.BeginTx(ctx, o)
		return d.Engine == Postgres && repeatable(err), err
	})
	return tx, err
}

// errSpoilt is the error of a transaction that must be done again, see Tx.Savepoint.
var errSpoilt = errors.New("to be done again, carefully")

func (d *DB) tryPostgres(ctx context.Context, careful bool, fn func(context.Context, *Tx) error) (err error) {
	sqlTx, err := d.write.db.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx := &Tx{db: d, pool: d.write, tx: sqlTx, careful: careful}
	defer func() {
		if err != nil {
			_ = sqlTx.Rollback()
		}
	}()
	err = runSafely(ctx, tx, fn)
	if err == nil {
		err = tx.settle(ctx, "")
	}
	if tx.spoilt && !repeatable(err) {
		return errSpoilt
	}
	if err != nil {
		return err
	}
	if d.opts.Before != nil {
		if err := d.opts.Before(tx); err != nil {
			return fmt.Errorf("before commit: %w", err)
		}
		if err := tx.settle(ctx, ""); err != nil {
			return fmt.Errorf("before commit: %w", err)
		}
	}
	if d.opts.Fault != nil {
		if err := d.opts.Fault(); err != nil {
			return err
		}
	}
	if err := commitPostgres(sqlTx); err != nil {
		return err
	}
	for _, fn := range tx.after {
		fn()
	}
	return nil
}

// commitPostgres commits without a deadline (TRU-4): a caller that leaves does not cut COMMIT short, since BeginTx had none.
func commitPostgres(tx *sql.Tx) error {
	err := tx.Commit()
	switch {
	case err == nil:
		return nil
	case rolledBack(err):
		return fmt.Errorf("commit: %w", err)
	}
	return fmt.Errorf("commit: %w: %w", ErrUnknown, err)
}

// rolledBack tells whether a failed COMMIT surely did nothing: the server said so. A lost connection is told by pgx as one that was
// closed before the statement was sent, also where it was lost afterwards.
func rolledBack(err error) bool {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return !gone(pe.Code)
	}
	return errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, sql.ErrTxDone)
}

// gone tells whether a server that says this leaves the connection, or is about to.
func gone(code string) bool {
	return code == "57P01" || code == "57P02" || code == "57P03" || strings.HasPrefix(code, "08")
}

func runSafely(ctx context.Context, tx *Tx, fn func(context.Context, *Tx) error) (err error) {
	defer recovered(&err)
	return fn(ctx, tx)
}

// repeatable tells whether the same transaction may succeed another time. A connection that was lost before COMMIT was sent did nothing.
func repeatable(err error) bool {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code == "40001" || pe.Code == "40P01" || pe.Code == "25006" || gone(pe.Code)
	}
	return errors.Is(err, errAgain) || lost(err)
}

// lost tells whether the server was not reached, or the connection to it ended.
func lost(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || pgconn.SafeToRetry(err)
}

// errAgain is a conflict that another transaction's commit will have resolved.
var errAgain = errors.New("somebody else did the same at the same time")

// Again makes the transaction begin anew, for work that found that another did the same meanwhile.
func Again(err error) error { return fmt.Errorf("%w: %w", errAgain, err) }

// Duplicate tells whether an error is a violated unique index.
func Duplicate(err error) bool {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code == "23505"
	}
	return err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed")
}

// Serialization is the error of a serialization failure, for tests that plant it.
func Serialization() error { return &pgconn.PgError{Code: "40001", Message: "planted"} }
