package sheet

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"zhike/internal/kernel/problem"
)

const rule = "TRU-20"

func refuse(code string, pairs ...any) *problem.Problem {
	return problem.Refuse(rule, code).With(pairs...)
}

// explain turns what the reader of gzip says about a damaged file into sheet-unreadable, and adds the row to a
// problem that lacks it. The end of the file and trouble with the disk stay what they are.
func explain(err error, row int) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	if p, ok := problem.As(err); ok {
		if _, has := p.Args["row"]; !has && row > 0 {
			p = p.With("row", row)
		}
		return p
	}
	if isDamage(err) {
		if row > 0 {
			return refuse("sheet-unreadable", "row", row)
		}
		return refuse("sheet-unreadable")
	}
	return fmt.Errorf("read table: %w", err)
}

// damaged tells, of an error while a workbook is read, that the workbook is at fault, unless the disk is: its packing has
// too many ways of being wrong to name them.
func damaged(err error) error {
	if _, known := problem.As(err); err == nil || known {
		return err
	}
	if _, disk := errors.AsType[*fs.PathError](err); disk {
		return err
	}
	return refuse("sheet-unreadable")
}

func isDamage(err error) bool {
	for _, known := range []error{io.ErrUnexpectedEOF, gzip.ErrHeader, gzip.ErrChecksum} {
		if errors.Is(err, known) {
			return true
		}
	}
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	return corrupt
}
