//go:build unix

package db

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Free is the part of its disk, 0 to 1, that an embedded database may still fill; known is false for a database elsewhere.
func (d *DB) Free() (free float64, known bool, err error) {
	if d.Engine != SQLite {
		return 0, false, nil
	}
	var s unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(d.Path), &s); err != nil {
		return 0, false, fmt.Errorf("ask for free disk space: %w", err)
	}
	if s.Blocks == 0 {
		return 0, false, nil
	}
	return float64(s.Bavail) / float64(s.Blocks), true, nil
}
