package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"zhike/internal/kernel/db"
	"zhike/internal/testkit"
)

var schema = fstest.MapFS{"00001_test.sql": &fstest.MapFile{Data: []byte(`-- +goose Up
CREATE TABLE counters (id UUID NOT NULL PRIMARY KEY, n BIGINT NOT NULL, at BIGINT) WITHOUT ROWID;
CREATE TABLE notes (id BIGSERIAL PRIMARY KEY, text TEXT NOT NULL);
`)}}

func each(t *testing.T, o db.Options, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	for engine, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") },
		"postgres": func(t *testing.T) string { return testkit.PostgresURL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			d, err := db.Open(t.Context(), dsn(t), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			})
			for range 2 { // idempotent
				if _, to, err := d.Migrate(t.Context(), schema); err != nil || to != 1 {
					t.Fatalf("migrate: version %d, %v", to, err)
				}
			}
			test(t, d)
		})
	}
}

func count(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, "SELECT COUNT(*) FROM notes", nil, &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Many writers share commits; one's failure, or panic, undoes it alone.
func TestTRU1_GroupCommit(t *testing.T) {
	each(t, db.Options{}, func(t *testing.T, d *db.DB) {
		refused := errors.New("refused")
		var wg sync.WaitGroup
		var acked, failed atomic.Int64
		for i := range 90 {
			wg.Go(func() {
				err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					if _, err := tx.Exec(ctx, "INSERT INTO notes (text) VALUES (?)", "x"); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return refused
					case 2:
						panic("faulty operation")
					}
					return nil
				})
				if err == nil {
					acked.Add(1)
				} else {
					failed.Add(1)
				}
			})
		}
		wg.Wait()
		if acked.Load() != 30 || failed.Load() != 60 || count(t, d) != 30 {
			t.Errorf("acked %d, failed %d, rows %d; want 30, 60, 30", acked.Load(), failed.Load(), count(t, d))
		}
	})
}

func TestSavepoint(t *testing.T) {
	each(t, db.Options{}, func(t *testing.T, d *db.DB) {
		committed := 0
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for i := range 3 {
				_ = tx.Savepoint(ctx, func(ctx context.Context) error {
					tx.AfterCommit(func() { committed++ })
					if _, err := tx.Exec(ctx, "INSERT INTO notes (text) VALUES (?)", "y"); err != nil {
						return err
					}
					if i == 1 {
						return errors.New("undo this one")
					}
					return nil
				})
			}
			return nil
		})
		if err != nil || count(t, d) != 2 || committed != 2 {
			t.Errorf("err %v, rows %d, after-commit calls %d; want 2 and 2", err, count(t, d), committed)
		}
	})
}

// Every third commit fails with a serialization failure: the work is repeated and its effect stands once (TRU-4, TRU-5).
func TestTRU4_Repeats(t *testing.T) {
	var n atomic.Int64
	o := db.Options{
		Fault: func() error {
			if n.Add(1)%3 != 0 {
				return db.Serialization()
			}
			return nil
		},
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
	each(t, o, func(t *testing.T, d *db.DB) {
		for range 10 {
			err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO notes (text) VALUES (?)", "z")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := count(t, d); got != 10 {
			t.Errorf("rows = %d, want 10", got)
		}
	})
}

func TestTRU4_GivesUp(t *testing.T) {
	o := db.Options{Fault: db.Serialization, Sleep: func(context.Context, time.Duration) error { return nil }}
	each(t, o, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO notes (text) VALUES (?)", "z")
			return err
		})
		if d.Engine == db.Postgres && !errors.Is(err, db.ErrUnavailable) {
			t.Errorf("err = %v, want unavailable after the repeats", err)
		}
	})
}

func TestRefusesNewer(t *testing.T) {
	each(t, db.Options{}, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Migrate(t.Context(), schema); !errors.Is(err, db.ErrNewer) {
			t.Errorf("err = %v, want ErrNewer", err)
		}
	})
}
