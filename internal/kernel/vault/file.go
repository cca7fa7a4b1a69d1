package vault

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNoKey is a key file that is not there.
var ErrNoKey = errors.New("no master key")

// KeyFile reads the master key from a file, which is made with a new one where it is missing (MakeKey): for a database that is made
// with it.
func KeyFile(path string) ([]byte, error) {
	key, err := ReadKey(path)
	if !errors.Is(err, ErrNoKey) {
		return key, err
	}
	if err := MakeKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return ReadKey(path)
}

// ReadKey reads the master key from its file. Refused: ErrNoKey, a file of another length.
func ReadKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoKey, path)
	}
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	if len(key) != KeySize {
		return nil, fmt.Errorf("master key %s has %d bytes, want %d", path, len(key), KeySize)
	}
	return key, nil
}

// MakeKey makes a file with a new master key: 32 bytes, readable by its owner only. Whoever loses it loses the old values of personal
// fields, and nothing else; it is kept apart from the database's backups. Refused: fs.ErrExist.
func MakeKey(path string) error {
	if err := makeKeyFile(path); err != nil {
		return fmt.Errorf("make master key: %w", err)
	}
	return nil
}

// makeKeyFile puts a new key into place whole; one that another process made meanwhile stays.
func makeKeyFile(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".zhike.key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	key := make([]byte, KeySize)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	if _, err = f.Write(key); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a new name in a folder durable.
func syncDir(path string) error {
	d, err := os.Open(path) //nolint:gosec // the folder of the file that the operator names
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
