package app

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrLocked is a database that another program writes.
var ErrLocked = errors.New("another zhike writes this database")

// lock holds the right to write an embedded database: a file beside it, locked as long as the process lives.
type lock struct{ f *os.File }

// takeLock takes the lock, or says who has it.
func takeLock(database, address string) (*lock, error) {
	f, err := os.OpenFile(database+".lock", os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // beside the database
	if err != nil {
		return nil, fmt.Errorf("lock database: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		b := make([]byte, 200)
		n, _ := f.ReadAt(b, 0)
		_ = f.Close()
		return nil, fmt.Errorf("%w: %s", ErrLocked, strings.TrimSpace(string(b[:n])))
	}
	text := fmt.Sprintf("pid %d %s\n", os.Getpid(), address)
	if err := errors.Join(f.Truncate(0), write(f, text)); err != nil {
		return nil, fmt.Errorf("lock database: %w", err)
	}
	return &lock{f}, nil
}

func write(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

func (l *lock) release() {
	if l != nil {
		_ = l.f.Close()
	}
}
