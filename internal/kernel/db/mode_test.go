package db_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"zhike/internal/kernel/db"
)

// TestTRU27_OwnersFiles: whatever the umask leaves, database, log, index and copy are readable by their owner only.
func TestTRU27_OwnersFiles(t *testing.T) {
	before := unix.Umask(0)
	defer unix.Umask(before)
	dir := t.TempDir()
	d, err := db.Open(t.Context(), filepath.Join(dir, "school.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "CREATE TABLE t (id INTEGER)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.CopyTo(t.Context(), filepath.Join(dir, "copy.db")); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 {
		t.Errorf("%d files, %v; want database, -wal, -shm and copy", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if err := d.CopyTo(t.Context(), filepath.Join(dir, "copy.db")); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("a copy over another file: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
