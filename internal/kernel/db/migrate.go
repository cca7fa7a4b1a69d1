package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

// ErrNewer is a database made by a newer program.
var ErrNewer = errors.New("the database is newer than this program")

// Migrate brings the schema to the version of fsys (goose files, written with PostgreSQL's type names). It is idempotent and
// refuses a newer database. It gives the version before and after.
func (d *DB) Migrate(ctx context.Context, fsys fs.FS) (from, to int64, err error) {
	p, err := d.provider(fsys)
	if err != nil {
		return 0, 0, err
	}
	from, newest, err := p.GetVersions(ctx)
	if err != nil {
		return 0, 0, unavailable("read schema version", err)
	}
	if from > newest {
		return from, newest, fmt.Errorf("schema version %d, this program knows %d: %w", from, newest, ErrNewer)
	}
	if from == newest {
		return from, newest, nil
	}
	if _, err := p.Up(ctx); err != nil {
		return from, from, fmt.Errorf("migrate: %w", err)
	}
	return from, newest, nil
}

// Version gives the schema version of the database and the newest one of fsys.
func (d *DB) Version(ctx context.Context, fsys fs.FS) (current, newest int64, err error) {
	p, err := d.provider(fsys)
	if err != nil {
		return 0, 0, err
	}
	return p.GetVersions(ctx)
}

func (d *DB) provider(fsys fs.FS) (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if d.Engine == Postgres {
		dialect = goose.DialectPostgres
	}
	text, err := translate(fsys, d.Engine)
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(dialect, d.write.db, text, goose.WithVerbose(false))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

var (
	forSQLite   = strings.NewReplacer(` COLLATE "C"`, "", " UUID", " BLOB", " BYTEA", " BLOB", " BIGSERIAL PRIMARY KEY", " INTEGER PRIMARY KEY")
	forPostgres = strings.NewReplacer(" WITHOUT ROWID", "")
)

// translate writes the migrations for an engine: the one place where their text differs.
func translate(fsys fs.FS, e Engine) (fs.FS, error) {
	r := forSQLite
	if e == Postgres {
		r = forPostgres
	}
	out := fstest.MapFS{}
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		out[name] = &fstest.MapFile{Data: []byte(r.Replace(string(b)))}
	}
	return out, nil
}
