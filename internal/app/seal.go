package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// sealed ends the name of the file that stands beside a backup: one signed line with the SHA-256 of the backup and the state of its log
// (TRU-13). `zhike check --anchors` compares a database with it.
const sealed = ".seal"

// sealCopy writes the seal of a database; file is the copy that it is, "" where it is none.
func (a *App) sealCopy(ctx context.Context, file, seal string) error {
	digest := ""
	if file != "" {
		var err error
		if digest, err = digestOf(file); err != nil {
			return err
		}
	}
	var signed event.SignedAnchor
	err := a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		signed, err = event.SealCopy(ctx, tx.Tx, a.Facts, a.Vault.Signer(), tx.Today(id.None), tx.Now, digest)
		return err
	})
	if err != nil {
		return err
	}
	line, err := json.Marshal(signed)
	if err != nil {
		return fmt.Errorf("write seal: %w", err)
	}
	if err := os.WriteFile(seal, append(line, '\n'), 0o600); err != nil {
		return fmt.Errorf("write seal: %w", err)
	}
	return nil
}

func digestOf(file string) (string, error) {
	in, err := os.Open(file) //nolint:gosec // the operator names it
	if err != nil {
		return "", fmt.Errorf("read copy: %w", err)
	}
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return "", fmt.Errorf("read copy: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// seal reads the seal of the backup and the digest that it names. A backup without one is verified by its content alone, and that is said.
func (c *restoreCmd) seal(out io.Writer) (list []event.SignedAnchor, digest string, err error) {
	seal := c.File + sealed
	list, err = readAnchors(seal)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(out, seal, "is missing: the backup is verified by its content alone")
		return nil, "", nil
	}
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("it holds %d lines, want one", len(list))
	}
	if err != nil {
		return nil, "", fmt.Errorf("read seal %s: %w", seal, err)
	}
	anchor, err := list[0].Open()
	if err != nil {
		return nil, "", fmt.Errorf("read seal %s: %w", seal, err)
	}
	return list, anchor.File, nil
}
