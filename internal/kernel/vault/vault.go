// Package vault encrypts personal values under a key per person, so that a person can be forgotten: without the key what stands
// in the log is noise, and the log's digests stay whole (TRU-24). The keys of persons lie in the database, wrapped by a master key
// that lies outside of it. AES-256-GCM (NIST SP 800-38D) with random nonces.
package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
)

const keySize = 32

// Vault holds the master key.
type Vault struct{ master cipher.AEAD }

// New makes a vault of a master key of 32 bytes.
func New(master []byte) (*Vault, error) {
	a, err := aead(master)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return &Vault{a}, nil
}

// KeyFile reads the master key of a file, readable by its owner only; a file that is not there is made.
func KeyFile(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil {
		if len(key) != keySize {
			return nil, fmt.Errorf("master key %s: %d bytes, want %d", path, len(key), keySize)
		}
		return key, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	key = make([]byte, keySize)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	if err := os.WriteFile(path, key, 0o600); err != nil {
		return nil, fmt.Errorf("write master key: %w", err)
	}
	return key, nil
}

func aead(key []byte) (cipher.AEAD, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("%d bytes, want %d", len(key), keySize)
	}
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

func seal(a cipher.AEAD, plain, about []byte) []byte {
	nonce := make([]byte, a.NonceSize())
	_, _ = rand.Read(nonce)
	return a.Seal(nonce, nonce, plain, about)
}

func open(a cipher.AEAD, sealed, about []byte) ([]byte, error) {
	if len(sealed) < a.NonceSize() {
		return nil, errors.New("too short")
	}
	return a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], about)
}

// SealSecret encrypts a secret of the program itself, such as that of a time-based code; about names what it belongs to.
func (v *Vault) SealSecret(plain []byte, about id.ID) []byte { return seal(v.master, plain, about[:]) }

// OpenSecret reads what SealSecret made.
func (v *Vault) OpenSecret(sealed []byte, about id.ID) ([]byte, error) {
	plain, err := open(v.master, sealed, about[:])
	if err != nil {
		return nil, fmt.Errorf("open secret: %w", err)
	}
	return plain, nil
}

// Seal encrypts a value under the key of a person, which is made at the first one.
func (v *Vault) Seal(ctx context.Context, tx *db.Tx, person id.ID, plain []byte) ([]byte, error) {
	a, err := v.key(ctx, tx, person)
	if errors.Is(err, sql.ErrNoRows) {
		a, err = v.makeKey(ctx, tx, person)
	}
	if err != nil {
		return nil, err
	}
	return seal(a, plain, person[:]), nil
}

// ErrForgotten is a person whose key was destroyed.
var ErrForgotten = errors.New("the person was forgotten")

// Open reads what Seal made.
func (v *Vault) Open(ctx context.Context, tx *db.Tx, person id.ID, sealed []byte) ([]byte, error) {
	a, err := v.key(ctx, tx, person)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrForgotten
	}
	if err != nil {
		return nil, err
	}
	plain, err := open(a, sealed, person[:])
	if err != nil {
		return nil, fmt.Errorf("open value: %w", err)
	}
	return plain, nil
}

// Forget destroys the key of a person (PPL-11).
func (v *Vault) Forget(ctx context.Context, tx *db.Tx, person id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM person_keys WHERE person = ?", person); err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	return nil
}

func (v *Vault) key(ctx context.Context, tx *db.Tx, person id.ID) (cipher.AEAD, error) {
	var wrapped []byte
	if err := tx.QueryRow(ctx, "SELECT wrapped FROM person_keys WHERE person = ?", []any{person}, &wrapped); err != nil {
		return nil, err
	}
	key, err := open(v.master, wrapped, person[:])
	if err != nil {
		return nil, fmt.Errorf("unwrap key of person: %w", err)
	}
	return aead(key)
}

func (v *Vault) makeKey(ctx context.Context, tx *db.Tx, person id.ID) (cipher.AEAD, error) {
	key := make([]byte, keySize)
	_, _ = rand.Read(key)
	if _, err := tx.Exec(ctx, "INSERT INTO person_keys (person, wrapped) VALUES (?, ?)", person, seal(v.master, key, person[:])); err != nil {
		return nil, fmt.Errorf("keep key of person: %w", err)
	}
	return aead(key)
}
