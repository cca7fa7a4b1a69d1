package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

type backupCmd struct {
	File string `arg:"" help:"File of the copy; it must not be there yet."`
}

// Run implements kong. The copy is one step (VACUUM INTO) while the program runs, and counts only once it was checked (TRU-13).
func (c *backupCmd) Run(s *Session) error {
	if strings.HasPrefix(s.DB, "postgres") {
		return fmt.Errorf("%w: back PostgreSQL up with its own tools; see docs/operators/backup.md", errUsage)
	}
	if _, err := os.Stat(c.File); err == nil {
		return fmt.Errorf("%w: %s exists already", errUsage, c.File)
	}
	a, ctx, done, err := s.open(true, "")
	if err != nil {
		return err
	}
	defer done()
	if err := a.DB.CopyTo(ctx, c.File); err != nil {
		_ = os.Remove(c.File)
		return err
	}
	if err := s.verify(c.File, a.KeyFile, c.File+sealed, nil); err != nil {
		_ = os.Remove(c.File)
		return err
	}
	fmt.Fprintf(s.Out, "%s verified and sealed; it holds the wrapped keys of persons, not the master key %s\n", c.File, a.KeyFile)
	return nil
}

// verify checks a copy as `zhike check` does, against a seal if there is one, and seals it where a file is named for that.
func (s *Session) verify(file, key, seal string, against []event.SignedAnchor, keys ...string) error {
	copied, err := Open(s.Context, Config{DSN: file, ReadOnly: true, Clock: s.Clock, KeyFile: key, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { _ = copied.Close() }()
	if err := copied.checkKey(s.Context); err != nil {
		return err
	}
	ctx := op.WithViewer(s.Context, policy.System())
	found, err := copied.CheckAgainst(ctx, against, keys...)
	if err != nil {
		return err
	}
	for _, f := range found {
		fmt.Fprintln(s.Out, f)
	}
	switch {
	case len(found) > 0:
		return errFound
	case seal == "":
		return nil
	}
	return copied.sealCopy(ctx, file, seal)
}

type restoreCmd struct {
	File     string `arg:"" type:"existingfile" help:"The backup."`
	NewKey   bool   `name:"new-key" help:"The master key is lost: make a new one. The old values of personal fields in the log, and the secrets of time-based codes, can then never be read again."`
	Unsealed bool   `name:"unsealed" help:"The backup has no seal beside it (FILE.seal): restore it by its content alone."`
}

// Run implements kong: the copy becomes the database of --db, which must not be there yet, once it was checked. Without the master key
// of the copy nothing is restored.
func (c *restoreCmd) Run(s *Session) error {
	if strings.HasPrefix(s.DB, "postgres") {
		return fmt.Errorf("%w: restore PostgreSQL with its own tools; see docs/operators/backup.md", errUsage)
	}
	if _, err := os.Stat(s.DB); err == nil {
		return fmt.Errorf("%w: %s exists already", errUsage, s.DB)
	}
	l, err := takeLock(s.DB, "")
	if err != nil {
		return err
	}
	defer l.release()
	key, err := keyFile(db.SQLite, s.DB)
	if err != nil {
		return err
	}
	if _, err := os.Stat(key); errors.Is(err, fs.ErrNotExist) && !c.NewKey {
		return keyProblem("key-missing", key)
	}
	seal, sum, err := c.seal(s.Out)
	if err != nil {
		return err
	}
	digest, err := copyFile(c.File, s.DB)
	if err == nil && sum != "" && digest != sum {
		fmt.Fprintln(s.Out, c.File, "is not the file that was sealed: it was changed or cut off")
		err = errFound
	}
	if err == nil {
		err = c.complete(s, key, seal)
	}
	if err != nil {
		removeDatabase(s.DB)
		return err
	}
	fmt.Fprintln(s.Out, s.DB, "restored and verified")
	return nil
}

// complete gives the restored database a new key, if its own is lost, and checks it.
func (c *restoreCmd) complete(s *Session, key string, seal []event.SignedAnchor) error {
	if !c.NewKey {
		return s.verify(s.DB, key, "", seal)
	}
	a, err := Open(s.Context, Config{DSN: s.DB, Clock: s.Clock, KeyFile: key, NewKey: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	err = errors.Join(s.newKey(s.Context, a), a.Close())
	if err == nil {
		var was []string // the key that signed is lost
		for _, signed := range seal {
			was = append(was, signed.Key)
		}
		err = s.verify(s.DB, key, "", seal, was...)
	}
	if err != nil {
		return errors.Join(err, os.Remove(key))
	}
	return nil
}

// newKey binds the database to the new key and says what is lost with the old one.
func (s *Session) newKey(ctx context.Context, a *App) error {
	lost, err := a.replaceKey(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "new master key %s; what was sealed for %d persons and accounts can never be read again\n", a.KeyFile, lost)
	return nil
}

func copyFile(from, to string) (digest string, err error) {
	in, err := os.Open(from) //nolint:gosec // the operator names it
	if err != nil {
		return "", fmt.Errorf("open backup: %w", err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return "", fmt.Errorf("make database: %w", err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, sum), in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return "", fmt.Errorf("copy backup: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
