package vault_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/vault"
)

// open makes a database with the table of keys; the schema's own is in migrations.
func open(t *testing.T) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "vault.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, text := range []string{
			"CREATE TABLE person_keys (person BLOB NOT NULL PRIMARY KEY, wrapped BLOB NOT NULL)", "CREATE TABLE master_key (id INTEGER NOT NULL PRIMARY KEY, proof BLOB NOT NULL)",
		} {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
	return d
}

func write(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func newVault(t *testing.T, first byte) *vault.Vault {
	t.Helper()
	v, err := vault.New(append([]byte{first}, make([]byte, vault.KeySize-1)...))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTRU24_Vault(t *testing.T) {
	d, v := open(t), newVault(t, 1)
	he, li := id.ID{1}, id.ID{2}
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		plain := []byte("13800138000")
		sealed, err := v.Seal(ctx, tx, he, "phone", plain)
		if err != nil {
			return err
		}
		again, err := v.Seal(ctx, tx, he, "phone", plain)
		if err != nil {
			return err
		}
		if _, err := v.Seal(ctx, tx, li, "phone", plain); err != nil {
			return err
		}
		if bytes.Contains(sealed, plain) || bytes.Equal(sealed, again) {
			t.Error("sealed values show something")
		}
		if got, err := v.Open(ctx, tx, he, "phone", sealed); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("opened %q, %v", got, err)
		}
		changed := bytes.Clone(sealed)
		changed[len(changed)-1] ^= 1
		for name, c := range map[string]struct {
			v      *vault.Vault
			person id.ID
			label  string
			sealed []byte
			want   error
		}{
			"another person": {v, li, "phone", sealed, vault.ErrKey}, "another label": {v, he, "name", sealed, vault.ErrKey}, "changed": {v, he, "phone", changed, vault.ErrKey},
			"cut": {v, he, "phone", sealed[:5], vault.ErrKey}, "empty": {v, he, "phone", nil, vault.ErrKey}, "another master": {newVault(t, 2), he, "phone", sealed, vault.ErrKey},
			"nobody": {v, id.ID{3}, "phone", sealed, vault.ErrForgotten},
		} {
			if _, err := c.v.Open(ctx, tx, c.person, c.label, c.sealed); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if err := v.Check(ctx, tx); err != nil {
			t.Error(err)
		}
		if err := newVault(t, 2).Check(ctx, tx); !errors.Is(err, vault.ErrKey) {
			t.Errorf("another master key passes the check: %v", err)
		}
		if err := v.Forget(ctx, tx, he); err != nil {
			return err
		}
		if _, err := v.Open(ctx, tx, he, "phone", sealed); !errors.Is(err, vault.ErrForgotten) {
			t.Errorf("after the key was destroyed: %v", err)
		}
		return nil
	})
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM person_keys"); err != nil {
			return err
		}
		return newVault(t, 2).Check(ctx, tx)
	})
}

func TestNew_WrongLength(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := vault.New(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes is taken", n)
		}
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zhike.key")
	keys := make([][]byte, 8)
	var wait sync.WaitGroup
	for i := range keys {
		wait.Go(func() {
			key, err := vault.KeyFile(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	wait.Wait()
	for _, k := range keys {
		if len(k) != vault.KeySize || !bytes.Equal(k, keys[0]) {
			t.Errorf("keys %x and %x", k, keys[0])
		}
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode of the file: %v %v", fi.Mode(), err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("left behind: %v %v", list, err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.KeyFile(path); err == nil {
		t.Error("a short key is taken")
	}
	if _, err := vault.KeyFile(filepath.Join(path, "no", "folder")); err == nil {
		t.Error("a key without a folder")
	}
}
