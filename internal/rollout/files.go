package rollout

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/sheet"
)

// Files is the folder of the files that are handed in for import, each under a random name (TRU-20). Nothing outside the folder is
// reached through it.
type Files struct {
	root   *os.Root
	Limits sheet.Limits // those of TRU-20
}

// OpenFiles opens the folder, and makes it where it is missing.
func OpenFiles(dir string) (*Files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder of files: %w", err)
	}
	return &Files{root, sheet.DefaultLimits}, nil
}

// Close closes the folder.
func (f *Files) Close() error { return f.root.Close() }

const (
	loadRejects  = ".rejects.csv"
	trialRejects = ".trial.csv"
)

// keep writes what comes into a new file. Refused (TRU-20): sheet-too-big, a workbook beyond 50 MB, a text beyond 2 GB.
func (f *Files) keep(in io.Reader) (name, digest string, err error) {
	name = rand.Text()
	out, err := f.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", "", fmt.Errorf("keep file: %w", err)
	}
	h := sha256.New()
	err = f.copy(io.MultiWriter(out, h), in)
	if e := errors.Join(out.Sync(), out.Close()); err == nil && e != nil {
		err = fmt.Errorf("keep file: %w", e)
	}
	if err != nil {
		return "", "", errors.Join(err, f.remove(name))
	}
	return name, hex.EncodeToString(h.Sum(nil)), nil
}

// packed is how a workbook begins: it is a ZIP archive.
var packed = []byte("PK\x03\x04")

func (f *Files) copy(out io.Writer, in io.Reader) error {
	head := make([]byte, len(packed))
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("receive file: %w", err)
	}
	most := f.Limits.Text
	if bytes.Equal(head, packed) {
		most = f.Limits.Packed
	}
	got, err := io.Copy(out, io.LimitReader(io.MultiReader(bytes.NewReader(head[:n]), in), most+1))
	switch {
	case err != nil:
		return fmt.Errorf("receive file: %w", err)
	case got > most:
		return problem.Refuse("TRU-20", "sheet-too-big")
	}
	return nil
}

func (f *Files) remove(name string) error {
	var errs []error
	for _, n := range []string{name, name + loadRejects, name + trialRejects} {
		if err := f.root.Remove(n); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("remove file: %w", err))
		}
	}
	return errors.Join(errs...)
}

// open opens a table for reading.
func (f *Files) open(name string) (*sheet.Reader, *os.File, error) {
	in, err := f.root.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("open file: %w", err)
	}
	info, err := in.Stat()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open file: %w", err), in.Close())
	}
	r, err := sheet.OpenAt(in, info.Size(), sheet.Options{Limits: f.Limits})
	if err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	return r, in, nil
}

// Rejects opens the rejects file of a run, or of what would happen where nothing has begun.
func (f *Files) Rejects(i ImportRun) (*os.File, error) {
	name := i.File + trialRejects
	if i.Begun() {
		name = i.File + loadRejects
	}
	out, err := f.root.Open(name)
	if err != nil {
		return nil, problem.NotFound("file")
	}
	return out, nil
}
