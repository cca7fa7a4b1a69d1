package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// csvSource reads delimited text as spreadsheets do (RFC 4180, and mercy for quotation marks inside a cell).
type csvSource struct {
	in     *bufio.Reader
	strict func() bool
	where  func() (done, total int64)
	comma  byte
	end    byte // of a line: \n, or \r in very old files
	row    int
	line   []byte // one that is longer than the buffer of in
	raw    []byte // the cells of the row, one after another
	ends   []int  // where each ends in raw
	cells  []string
}

var replacement = []byte("\uFFFD")

func newCSV(raw *bufio.Reader, where func() (int64, int64)) (source, error) {
	decoded, strict, err := decode(raw)
	if err != nil {
		return nil, err
	}
	c := &csvSource{in: bufio.NewReaderSize(decoded, window), strict: strict, where: where, end: '\n'}
	head, err := c.in.Peek(window)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		c.end = '\r'
	}
	c.comma = separator(head, c.end)
	return c, nil
}

func (c *csvSource) progress() (done, total int64) { return c.where() }

func (c *csvSource) close() error { return nil }

// separator is what the first line that is not blank has most of, outside quotation marks.
func separator(head []byte, end byte) byte {
	var comma, semicolon, tab int
	quoted, seen := false, false
	for _, b := range head {
		switch {
		case b == '"':
			quoted, seen = !quoted, true
		case quoted:
		case b == ',':
			comma++
		case b == ';':
			semicolon++
		case b == '\t':
			tab++
		case b == end && seen:
			return most(comma, semicolon, tab)
		case b > ' ':
			seen = true
		}
	}
	return most(comma, semicolon, tab)
}

func most(comma, semicolon, tab int) byte {
	switch {
	case tab > comma && tab >= semicolon:
		return '\t'
	case semicolon > comma:
		return ';'
	default:
		return ','
	}
}

// next implements source.
func (c *csvSource) next() (int, []string, error) {
	for {
		line, err := c.readLine()
		if err != nil {
			return c.row + 1, nil, err
		}
		c.row++
		c.raw, c.ends = c.raw[:0], c.ends[:0]
		if len(trimEnd(line)) == 0 {
			continue
		}
		if bytes.IndexByte(line, '"') < 0 {
			err = c.splitPlain(trimEnd(line))
		} else {
			err = c.splitQuoted(line)
		}
		if err != nil {
			return c.row, nil, err
		}
		if cells := c.take(); !isBlank(cells) {
			return c.row, cells, nil
		}
	}
}

// readLine gives a line with its end, valid until the next call. Refused: sheet-cell-too-long, sheet-encoding.
func (c *csvSource) readLine() ([]byte, error) {
	line, err := c.in.ReadSlice(c.end)
	if errors.Is(err, bufio.ErrBufferFull) {
		c.line = c.line[:0]
		for errors.Is(err, bufio.ErrBufferFull) {
			if c.line = append(c.line, line...); len(c.line) > maxRow {
				return nil, refuse("sheet-cell-too-long")
			}
			line, err = c.in.ReadSlice(c.end)
		}
		c.line = append(c.line, line...)
		line = c.line
	}
	switch {
	case errors.Is(err, io.EOF) && len(line) > 0: // the last line may lack its end
	case err != nil:
		return nil, err
	}
	if bytes.IndexByte(line, 0) >= 0 || c.strict() && bytes.Contains(line, replacement) {
		return nil, refuse("sheet-encoding")
	}
	return line, nil
}

func trimEnd(line []byte) []byte { return bytes.TrimRight(line, "\r\n") }

func (c *csvSource) splitPlain(line []byte) error {
	for {
		i := bytes.IndexByte(line, c.comma)
		if i < 0 {
			return c.add(line)
		}
		if err := c.add(line[:i]); err != nil {
			return err
		}
		line = line[i+1:]
	}
}

// add ends a cell after its last bytes.
func (c *csvSource) add(last []byte) error {
	start := 0
	if len(c.ends) > 0 {
		start = c.ends[len(c.ends)-1]
	}
	c.raw = append(c.raw, last...)
	if n := len(c.raw) - start; n > MaxCell && utf8.RuneCount(c.raw[start:]) > MaxCell || len(c.raw) > maxRow {
		return refuse("sheet-cell-too-long")
	}
	if len(c.ends) >= MaxColumns {
		return refuse("sheet-too-many-columns")
	}
	c.ends = append(c.ends, len(c.raw))
	return nil
}

// splitQuoted reads a row some cells of which are quoted; it may go on over many lines.
func (c *csvSource) splitQuoted(line []byte) error {
	for {
		if len(line) > 0 && line[0] == '"' {
			var err error
			if line, err = c.quoted(line[1:]); err != nil {
				return err
			}
		}
		i := bytes.IndexByte(line, c.comma)
		if i < 0 {
			return c.add(trimEnd(line))
		}
		if err := c.add(line[:i]); err != nil {
			return err
		}
		line = line[i+1:]
	}
}

// quoted reads to the closing mark and gives what follows it. Refused: sheet-open-quote, sheet-cell-too-long.
func (c *csvSource) quoted(line []byte) (rest []byte, err error) {
	start := len(c.raw)
	for {
		i := bytes.IndexByte(line, '"')
		if i >= 0 {
			c.raw = append(c.raw, line[:i]...)
			if line = line[i+1:]; len(line) == 0 || line[0] != '"' {
				return line, nil
			}
			c.raw = append(c.raw, '"')
			line = line[1:]
			continue
		}
		c.raw = append(append(c.raw, trimEnd(line)...), '\n')
		if len(c.raw)-start > MaxCell*utf8.UTFMax {
			return nil, refuse("sheet-cell-too-long")
		}
		line, err = c.readLine()
		if errors.Is(err, io.EOF) {
			return nil, refuse("sheet-open-quote")
		}
		if err != nil {
			return nil, err
		}
	}
}

// take gives the cells of the row, as pieces of one string. The mark that Writer puts before a formula is taken off.
func (c *csvSource) take() []string {
	all := string(c.raw)
	c.cells = c.cells[:0]
	start := 0
	for _, end := range c.ends {
		cell := all[start:end]
		if strings.HasPrefix(cell, guard) && isFormula(cell[len(guard):]) {
			cell = cell[len(guard):]
		}
		c.cells = append(c.cells, cell)
		start = end
	}
	return c.cells
}
