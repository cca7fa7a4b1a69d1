package rollout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/sheet"
)

type rejectedRow struct {
	row    row
	reject Reject
}

// rejectsFile holds the rows that were rejected with their reason, in the form in which they came: corrected, it can be imported
// again. What follows after end belongs to a chunk that was not committed, and is written over.
type rejectsFile struct {
	open   func() (*os.File, error) // nil: no file is written
	f      *os.File
	header []string
	end    int64 // bytes
}

// write adds rows at the end that was committed, and gives the new one.
func (r *rejectsFile) write(ctx context.Context, rows []rejectedRow) (end int64, err error) {
	if len(rows) == 0 || r.open == nil {
		return r.end, nil
	}
	if err := r.rewind(); err != nil {
		return r.end, err
	}
	var out sheet.Writer
	if r.end == 0 {
		if out, err = sheet.NewWriter(sheet.CSV, r.f); err == nil {
			err = out.Row(append(anys(r.header, len(r.header)), rowColumn, reasonColumn)...)
		}
	} else {
		out = sheet.AppendCSV(r.f)
	}
	for _, x := range rows {
		if err == nil {
			err = out.Row(append(anys(x.row.cells, len(r.header)), x.row.no, Words(ctx, x.reject))...)
		}
	}
	if err != nil {
		return r.end, fmt.Errorf("write rejects file: %w", err)
	}
	if err := errors.Join(out.Close(), r.f.Sync()); err != nil {
		return r.end, fmt.Errorf("write rejects file: %w", err)
	}
	if end, err = r.f.Seek(0, io.SeekEnd); err != nil {
		return r.end, fmt.Errorf("write rejects file: %w", err)
	}
	return end, nil
}

// rewind opens the file and goes to the end that was committed. Where less of it is left it goes on there.
func (r *rejectsFile) rewind() (err error) {
	if r.f == nil {
		if r.f, err = r.open(); err != nil {
			return fmt.Errorf("open rejects file: %w", err)
		}
	}
	info, err := r.f.Stat()
	if err != nil {
		return fmt.Errorf("open rejects file: %w", err)
	}
	r.end = min(r.end, info.Size())
	if err := r.f.Truncate(r.end); err != nil {
		return fmt.Errorf("open rejects file: %w", err)
	}
	if _, err := r.f.Seek(r.end, io.SeekStart); err != nil {
		return fmt.Errorf("open rejects file: %w", err)
	}
	return nil
}

func (r *rejectsFile) close() error {
	if r.f == nil {
		return nil
	}
	return r.f.Close()
}

// anys gives so many cells; those that are missing are empty.
func anys(cells []string, n int) []any {
	out := make([]any, n, n+2)
	for i := range out {
		out[i] = ""
		if i < len(cells) {
			out[i] = cells[i]
		}
	}
	return out
}

// Words says why a row was rejected, in the language of ctx.
func Words(ctx context.Context, r Reject) string {
	key := "reject." + r.Code
	if !i18n.Has(ctx, key) {
		key = "problem." + r.Code
	}
	text := i18n.T(ctx, key, "value", r.Value)
	if r.Field == "" {
		return text
	}
	return strings.TrimSpace(r.Field + ": " + text + " " + r.Value)
}
