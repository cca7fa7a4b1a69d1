package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/vault"
	"zhike/migrations"
)

// keyFile is where the key that wraps the keys of persons is expected: beside an embedded database, unless ZHIKE_KEY_FILE names the
// file. A program on PostgreSQL is given one.
func keyFile(engine db.Engine, path string) (string, error) {
	file := os.Getenv("ZHIKE_KEY_FILE")
	if file == "" && engine == db.Postgres {
		return "", errors.New("ZHIKE_KEY_FILE must name the file with the master key when the database is PostgreSQL")
	}
	file, err := filepath.Abs(cmp.Or(file, filepath.Join(filepath.Dir(path), "zhike.key")))
	if err != nil {
		return "", fmt.Errorf("find master key: %w", err)
	}
	return file, nil
}

// masterKey reads the master key. A new one is made for a database that has no schema yet, never for one whose key is missing: what
// is sealed there could not be read any more (TRU-24).
func (a *App) masterKey(ctx context.Context) (key []byte, err error) {
	if a.KeyFile == "" {
		if a.KeyFile, err = keyFile(a.DB.Engine, a.DB.Path); err != nil {
			return nil, err
		}
	}
	if a.NewKey {
		if err := vault.MakeKey(a.KeyFile); errors.Is(err, fs.ErrExist) {
			return nil, keyProblem("key-exists", a.KeyFile)
		} else if err != nil {
			return nil, err
		}
	}
	key, err = vault.ReadKey(a.KeyFile)
	if !errors.Is(err, vault.ErrNoKey) {
		return key, err
	}
	current, _, err := a.DB.Version(ctx, migrations.FS)
	if err != nil {
		return nil, fmt.Errorf("read schema version: %w", err)
	}
	if current > 0 || a.ReadOnly {
		return nil, keyProblem("key-missing", a.KeyFile)
	}
	return vault.KeyFile(a.KeyFile)
}

// bindKey makes the master key that of a database which has none yet. Refused: key-other. A new key in place of a lost one is bound by
// replaceKey.
func (a *App) bindKey(ctx context.Context) error {
	if a.NewKey {
		return nil
	}
	return a.keyFits(a.DB.Write(ctx, a.Vault.Bind))
}

// checkKey refuses a master key that is another database's: key-other.
func (a *App) checkKey(ctx context.Context) error {
	return a.keyFits(a.DB.Read(ctx, a.Vault.Check))
}

func (a *App) keyFits(err error) error {
	if errors.Is(err, vault.ErrKey) {
		return keyProblem("key-other", a.KeyFile)
	}
	return err
}

// replaceKey makes the master key that of a database whose own is lost, and gives how many persons' old values are lost with it.
func (a *App) replaceKey(ctx context.Context) (lost int64, err error) {
	err = a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		lost, err = a.Vault.Replace(ctx, tx)
		return err
	})
	return lost, err
}

// keyProblem says where the master key is expected. The program cannot run without it.
func keyProblem(code, file string) error {
	return (&problem.Problem{Status: http.StatusServiceUnavailable, Code: code, Rule: "TRU-24"}).With("path", file)
}
