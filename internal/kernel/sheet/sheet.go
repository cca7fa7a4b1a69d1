// Package sheet reads and writes tables that people exchange as files: CSV of any usual encoding and separator, packed with
// gzip or not, and Excel workbooks (TRU-20). Files stream: what is held in memory does not grow with them. What a file is,
// its content says, never its name. Text cells come as they are; dates of workbooks come as ISO text.
package sheet

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
)

// Text holds the texts of this package's problems.
//
//go:embed text/*.toml
var Text embed.FS

// Limits of one cell and one row; they are Excel's own.
const (
	MaxCell    = 32_767 // characters
	MaxColumns = 16_384
)

const maxRow = 16 << 20 // bytes of one row

// Limits bound what is opened (TRU-20).
type Limits struct {
	Text     int64 // bytes of a CSV, unpacked
	Packed   int64 // bytes of a workbook
	Unpacked int64 // bytes of all its parts
	Parts    int   // number of its parts
}

// DefaultLimits are those of TRU-20.
var DefaultLimits = Limits{Text: 2 << 30, Packed: 50 << 20, Unpacked: 1 << 30, Parts: 2_000}

// Options say how to open a file; the zero value is right for everyone.
type Options struct {
	Limits  Limits // zero: DefaultLimits
	TempDir string // where the texts of big workbooks are laid aside; "": the system's folder
}

// source gives the rows of one format. Cells are valid until the next call; blank rows may be left out. io.EOF ends it.
type source interface {
	next() (row int, cells []string, err error)
	progress() (done, total int64)
	close() error
}

// Reader reads a table row by row. It is not safe for concurrent use.
type Reader struct {
	src     source
	header  []string
	held    []string // a row that was read to find the header
	heldRow int
	cells   []string
	row     int
	err     error
	closers []func() error
}

// Open opens a file. Refused (422, TRU-20): sheet-empty, sheet-encoding, sheet-too-big, sheet-bomb, sheet-no-header,
// sheet-duplicate-column, sheet-unreadable, sheet-unknown-format, and what Next refuses.
func Open(path string, opts Options) (*Reader, error) {
	f, err := os.Open(path) //nolint:gosec // the caller decides which file; uploads go through os.Root and OpenAt
	if err != nil {
		return nil, fmt.Errorf("open table: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open table: %w", err), f.Close())
	}
	r, err := OpenAt(f, info.Size(), opts)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r.closers = append(r.closers, f.Close)
	return r, nil
}

// OpenAt opens a file of a known size, e.g. an upload.
func OpenAt(in io.ReaderAt, size int64, opts Options) (*Reader, error) {
	if opts.Limits == (Limits{}) {
		opts.Limits = DefaultLimits
	}
	src, err := sniff(in, size, opts)
	if err != nil {
		return nil, explain(err, 0)
	}
	return newReader(src)
}

// OpenStream opens what can be read only once, e.g. standard input: CSV, packed or not. size may be 0 where it is not
// known. A workbook needs Open or OpenAt and is refused here: sheet-unknown-format.
func OpenStream(in io.Reader, size int64, opts Options) (*Reader, error) {
	if opts.Limits == (Limits{}) {
		opts.Limits = DefaultLimits
	}
	src, err := openText(in, size, opts.Limits)
	if err != nil {
		return nil, explain(err, 0)
	}
	return newReader(src)
}

func newReader(src source) (*Reader, error) {
	r := &Reader{src: src, closers: []func() error{src.close}}
	if err := r.readHeader(); err != nil {
		return nil, errors.Join(err, src.close())
	}
	return r, nil
}

// Header gives the names of the columns, blanks tidied. A column may have none.
func (r *Reader) Header() []string { return slices.Clone(r.header) }

// Next gives the next row that is not blank: its number as a person counts (the header of a plain list is row 1) and its
// cells, as many as the header has at least; more only where the row has more that are not empty. They are valid until the
// next call. io.EOF ends the table. Refused (422, TRU-20), and then the table ends too: sheet-cell-too-long,
// sheet-too-many-columns, sheet-open-quote, sheet-encoding, sheet-too-big, sheet-bomb, sheet-unreadable.
func (r *Reader) Next() (row int, cells []string, err error) {
	if r.err != nil {
		return r.row, nil, r.err
	}
	if r.held != nil {
		row, cells, r.held = r.heldRow, r.held, nil
	} else if row, cells, err = r.src.next(); err != nil {
		r.err = explain(err, max(row, r.row+1))
		return r.row, nil, r.err
	}
	r.row = row
	r.cells = append(r.cells[:0], trimTail(cells, len(r.header))...)
	for len(r.cells) < len(r.header) {
		r.cells = append(r.cells, "")
	}
	return row, r.cells, nil
}

// Progress tells how many bytes of how many are read; total is 0 where the size is not known.
func (r *Reader) Progress() (done, total int64) { return r.src.progress() }

// Close ends reading. What was opened by the caller stays open.
func (r *Reader) Close() error {
	r.err = io.EOF
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c())
	}
	r.closers = nil
	return errors.Join(errs...)
}

// readHeader takes the first row that is not blank. Where it has one cell only and the next row has several names, it is
// the title of the list, and the next row is the header.
func (r *Reader) readHeader() error {
	row, cells, err := r.src.next()
	if errors.Is(err, io.EOF) {
		return refuse("sheet-empty")
	}
	if err != nil {
		return explain(err, max(row, 1))
	}
	header := tidyHeader(cells)
	if filled(header) == 1 {
		nextRow, next, err := r.src.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return explain(err, nextRow)
		}
		if names := tidyHeader(next); err == nil && filled(names) > 1 && !slices.ContainsFunc(names, isData) {
			row, header = nextRow, names
		} else if err == nil {
			r.heldRow, r.held = nextRow, slices.Clone(next)
		}
	}
	if slices.ContainsFunc(header, isData) {
		return refuse("sheet-no-header", "row", row)
	}
	for i, name := range header {
		if first := slices.Index(header, name); name != "" && first < i {
			return refuse("sheet-duplicate-column", "name", name, "first", first+1, "second", i+1)
		}
	}
	r.header, r.row = header, row
	return nil
}

// tidyHeader takes blanks, line breaks and invisible marks out of the names and leaves out empty columns at the end.
func tidyHeader(cells []string) []string {
	header := make([]string, len(cells))
	for i, c := range cells {
		c = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Cf, r) {
				return -1
			}
			return r
		}, c)
		header[i] = strings.Join(strings.Fields(c), " ")
	}
	return trimTail(header, 0)
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if c != "" {
			n++
		}
	}
	return n
}

// isData tells of a cell that is no column's name: a phone, a date, an amount of many digits, an e-mail address.
func isData(cell string) bool {
	digits := 0
	for _, r := range cell {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune("+-() ./:,*'", r):
		default:
			name, host, at := strings.Cut(cell, "@")
			return at && name != "" && strings.Contains(host, ".") && !strings.Contains(cell, " ")
		}
	}
	return digits >= 7
}

// trimTail leaves out empty cells at the end, beyond the first keep.
func trimTail(cells []string, keep int) []string {
	for len(cells) > keep && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func isBlank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
