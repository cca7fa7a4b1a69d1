package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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

// writePostgres repeats the transaction while the server says that it may succeed another time (TRU-4).
func (d *DB) writePostgres(ctx context.Context, fn func(context.Context, *Tx) error) error {
	wait, total := 5*time.Millisecond, time.Duration(0)
	careful := false
	for {
		err := d.tryPostgres(ctx, careful, fn)
		if errors.Is(err, errSpoilt) {
			careful = true
			continue
		}
		if err == nil || !repeatable(err) {
			return err
		}
		if total >= repeatFor {
			return fmt.Errorf("write: %w: %w", ErrUnavailable, err)
		}
		pause := time.Duration(float64(wait) * (0.5 + d.opts.Jitter()))
		if e := d.opts.Sleep(ctx, pause); e != nil {
			return e
		}
		total += pause
		wait = min(wait*2, 250*time.Millisecond)
	}
}

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
	// A caller that leaves must not cut COMMIT short: BeginTx had no deadline (TRU-4).
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, fn := range tx.after {
		fn()
	}
	return nil
}

func runSafely(ctx context.Context, tx *Tx, fn func(context.Context, *Tx) error) (err error) {
	defer recovered(&err)
	return fn(ctx, tx)
}

// repeatable tells whether the same transaction may succeed another time.
func repeatable(err error) bool {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code == "40001" || pe.Code == "40P01" || pe.Code == "57P01" || pe.Code == "25006" || strings.HasPrefix(pe.Code, "08")
	}
	var ce *pgconn.ConnectError
	return errors.As(err, &ce) || pgconn.SafeToRetry(err)
}

// Duplicate tells whether an error is a violated unique index.
func Duplicate(err error) bool {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code == "23505"
	}
	return err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed")
}

// Serialization is the error of a serialization failure, for tests that plant it.
func Serialization() error { return &pgconn.PgError{Code: "40001", Message: "planted"} }
