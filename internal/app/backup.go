package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"zhike/internal/kernel/db"
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
	if err := s.verify(c.File, a.Key); err != nil {
		_ = os.Remove(c.File)
		return err
	}
	fmt.Fprintf(s.Out, "%s verified; it holds the wrapped keys of persons, not the master key %s\n", c.File, "zhike.key")
	return nil
}

// verify checks a copy as `zhike check` does.
func (s *Session) verify(file string, key []byte) error {
	copied, err := Open(s.Context, Config{DSN: file, ReadOnly: true, Clock: s.Clock, Key: key, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { _ = copied.Close() }()
	found, err := copied.Check(op.WithViewer(s.Context, policy.System()))
	if err != nil {
		return err
	}
	for _, f := range found {
		fmt.Fprintln(s.Out, f)
	}
	if len(found) > 0 {
		return errFound
	}
	return nil
}

type restoreCmd struct {
	File string `arg:"" type:"existingfile" help:"The backup."`
}

// Run implements kong: the copy becomes the database of --db, which must not be there yet, once it was checked.
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
	key, err := masterKey(&db.DB{Engine: db.SQLite, Path: s.DB})
	if err != nil {
		return err
	}
	if err := copyFile(c.File, s.DB); err != nil {
		return err
	}
	if err := s.verify(s.DB, key); err != nil {
		removeDatabase(s.DB)
		return err
	}
	fmt.Fprintln(s.Out, s.DB, "restored and verified")
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // the operator names it
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("copy backup: %w", err)
	}
	return nil
}
