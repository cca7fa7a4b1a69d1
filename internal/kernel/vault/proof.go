package vault

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
)

// proofOf is what a database keeps to tell another master key from its own: HMAC-SHA-256 of a constant, which says nothing about
// the key.
func proofOf(master []byte) []byte {
	h := hmac.New(sha256.New, master)
	_, _ = h.Write([]byte("zhike master key")) // never fails (hash.Hash)
	return h.Sum(nil)
}

// Check tells whether the master key is the one of the database: by the proof that is kept there, and by the key of a person, if
// there is one. Refused: ErrKey.
func (v *Vault) Check(ctx context.Context, tx *db.Tx) error {
	var proof []byte
	switch err := tx.QueryRow(ctx, "SELECT proof FROM master_key WHERE id = 1", nil, &proof); {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return fmt.Errorf("read proof of master key: %w", err)
	case !bytes.Equal(proof, v.proof):
		return fmt.Errorf("proof of master key: %w", ErrKey)
	}
	var person id.ID
	err := tx.QueryRow(ctx, "SELECT person FROM person_keys LIMIT 1", nil, &person)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read key: %w", err)
	}
	_, err = v.key(ctx, tx, person)
	return err
}

// Bind makes the master key that of the database, where it has none yet. Refused: ErrKey for another one.
func (v *Vault) Bind(ctx context.Context, tx *db.Tx) error {
	if err := v.Check(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO master_key (id, proof) VALUES (1, ?) ON CONFLICT (id) DO NOTHING", v.proof); err != nil {
		return fmt.Errorf("keep proof of master key: %w", err)
	}
	return v.Check(ctx, tx)
}

// Replace makes the master key that of a database whose own key is lost: what was sealed under the keys of persons can never be read
// again; anchors begin anew under the new key. It gives how many of these keys are gone.
func (v *Vault) Replace(ctx context.Context, tx *db.Tx) (lost int64, err error) {
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM person_keys", nil, &lost); err != nil {
		return 0, fmt.Errorf("count keys: %w", err)
	}
	for _, text := range []string{"DELETE FROM person_keys", "DELETE FROM anchors", "DELETE FROM master_key"} {
		if _, err := tx.Exec(ctx, text); err != nil {
			return 0, fmt.Errorf("give up lost keys: %w", err)
		}
	}
	return lost, v.Bind(ctx, tx)
}
