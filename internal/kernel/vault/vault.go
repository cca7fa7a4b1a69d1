// Package vault encrypts personal values under a key per person, so that a person can be forgotten while the log that names the
// ciphertext's digest stays whole (TRU-24). Person keys lie in the table person_keys, each wrapped by a master key that is held
// outside the database. Both use AES-256-GCM (NIST SP 800-38D) with random nonces.
package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
)

// Text holds the texts of this package.
//
//go:embed text/*.toml
var Text embed.FS

// KeySize is the length of a master key in bytes.
const KeySize = 32

// ErrForgotten says that the person's key was destroyed: what it sealed cannot be read any more.
var ErrForgotten = errors.New("the person's key was destroyed")

// ErrKey says that a key does not open what it should: another master key, or a changed value.
var ErrKey = errors.New("sealed under another key, or changed")

// Vault seals and opens personal values. It is safe for concurrent use.
type Vault struct {
	master cipher.AEAD
	proof  []byte // see Check
	signer ed25519.PrivateKey
}

// New makes a vault with a master key of KeySize bytes.
func New(master []byte) (*Vault, error) {
	if len(master) != KeySize {
		return nil, fmt.Errorf("master key of %d bytes, want %d", len(master), KeySize)
	}
	a, err := aead(master)
	if err != nil {
		return nil, err
	}
	seed, err := hkdf.Key(sha256.New, master, nil, "zhike anchors", ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("derive key of anchors: %w", err)
	}
	return &Vault{master: a, proof: proofOf(master), signer: ed25519.NewKeyFromSeed(seed)}, nil
}

// Signer signs what has to be proved outside the database (TRU-24): an Ed25519 key that is derived from the master key by HKDF
// (RFC 5869), so that nothing more has to be kept.
func (v *Vault) Signer() ed25519.PrivateKey { return v.signer }

// Seal encrypts a value of a person; label says what it is and must be given to Open again. The person's key is made at the first
// value.
func (v *Vault) Seal(ctx context.Context, tx *db.Tx, person id.ID, label string, plain []byte) ([]byte, error) {
	key, err := v.key(ctx, tx, person)
	if errors.Is(err, ErrForgotten) {
		key, err = v.newKey(ctx, tx, person)
	}
	if err != nil {
		return nil, err
	}
	return seal(key, plain, about(person, label)), nil
}

// Open decrypts what Seal made. Refused: ErrForgotten, ErrKey.
func (v *Vault) Open(ctx context.Context, tx *db.Tx, person id.ID, label string, sealed []byte) ([]byte, error) {
	key, err := v.key(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	return open(key, sealed, about(person, label))
}

// Forget destroys the key of a person: nothing that was sealed under it can be opened again (PPL-11).
func (v *Vault) Forget(ctx context.Context, tx *db.Tx, person id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM person_keys WHERE person = ?", person); err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	return nil
}

func (v *Vault) key(ctx context.Context, tx *db.Tx, person id.ID) (cipher.AEAD, error) {
	var wrapped []byte
	err := tx.QueryRow(ctx, "SELECT wrapped FROM person_keys WHERE person = ?", []any{person}, &wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrForgotten
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	raw, err := open(v.master, wrapped, about(person, "key"))
	if err != nil {
		return nil, fmt.Errorf("unwrap key: %w", err)
	}
	return aead(raw)
}

// newKey makes the key of a person. Of two that make it at the same time, the first one holds.
func (v *Vault) newKey(ctx context.Context, tx *db.Tx, person id.ID) (cipher.AEAD, error) {
	raw := make([]byte, KeySize)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	wrapped := seal(v.master, raw, about(person, "key"))
	if _, err := tx.Exec(ctx, "INSERT INTO person_keys (person, wrapped) VALUES (?, ?) ON CONFLICT (person) DO NOTHING", person, wrapped); err != nil {
		return nil, fmt.Errorf("write key: %w", err)
	}
	return v.key(ctx, tx, person)
}

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	a, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	return a, nil
}

// about binds a ciphertext to its person and to what it is, so that it cannot be moved elsewhere.
func about(person id.ID, label string) []byte { return append(person[:], label...) }

// seal gives nonce and ciphertext.
func seal(a cipher.AEAD, plain, about []byte) []byte {
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(plain)+a.Overhead())
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	return a.Seal(nonce, nonce, plain, about)
}

func open(a cipher.AEAD, sealed, about []byte) ([]byte, error) {
	if len(sealed) < a.NonceSize() {
		return nil, ErrKey
	}
	plain, err := a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], about)
	if err != nil {
		return nil, ErrKey
	}
	return plain, nil
}
