package app

import (
	"bufio"
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// anchorFile is where the signed anchors of the log leave the database (TRU-24): the file that ZHIKE_ANCHORS names, else zhike.anchors beside
// the master key; none where neither is known.
func (a *App) anchorFile() string {
	beside := ""
	if a.KeyFile != "" {
		beside = filepath.Join(filepath.Dir(a.KeyFile), "zhike.anchors")
	}
	return cmp.Or(a.Anchors, os.Getenv("ZHIKE_ANCHORS"), beside)
}

// anchorKey is the public key of this database's anchors, hexadecimal.
func (a *App) anchorKey() string {
	public, _ := a.Vault.Signer().Public().(ed25519.PublicKey)
	return hex.EncodeToString(public)
}

// anchor closes yesterday, once, and writes to the file what is not there yet.
func (a *App) anchor(ctx context.Context) error {
	if err := a.seal(ctx); err != nil {
		return err
	}
	var list []event.SignedAnchor
	err := a.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) (err error) {
		if _, err = event.MakeAnchor(ctx, tx.Tx, a.Facts, a.Vault.Signer(), tx.Today(id.None)-1, tx.Now); err != nil {
			return err
		}
		list, err = event.Anchors(ctx, tx.Tx)
		return err
	})
	if err != nil {
		return err
	}
	path := a.anchorFile()
	if path == "" {
		return nil
	}
	return a.leave(ctx, path, list)
}

// leave appends the anchors that a file does not end with yet, each a line of JSON, and notes them in the program's log, from where they
// go to yet another place.
func (a *App) leave(ctx context.Context, path string, list []event.SignedAnchor) error {
	left, err := readAnchors(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var day int64
	if len(left) > 0 {
		last, err := left[len(left)-1].Open()
		if err != nil {
			return fmt.Errorf("last anchor of %s: %w", path, err)
		}
		day = int64(last.Day)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("open file of anchors: %w", err)
	}
	for _, s := range list {
		anchor, err := s.Open()
		if err != nil || int64(anchor.Day) <= day {
			continue
		}
		line, err := json.Marshal(s)
		if err != nil {
			return errors.Join(fmt.Errorf("write anchor: %w", err), f.Close())
		}
		if _, err := f.Write(append(line, '\n')); err != nil {
			return errors.Join(fmt.Errorf("write anchor: %w", err), f.Close())
		}
		a.Log.InfoContext(ctx, "the log is anchored", slog.String("anchor", string(line)))
	}
	return errors.Join(f.Sync(), f.Close())
}

// readAnchors reads a file of anchors.
func readAnchors(path string) (out []event.SignedAnchor, err error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("open file of anchors: %w", err)
	}
	defer f.Close()
	in := json.NewDecoder(bufio.NewReader(f))
	for {
		var s event.SignedAnchor
		if err := in.Decode(&s); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("read anchor %d of %s: %w", len(out)+1, path, err)
		}
		out = append(out, s)
	}
}
