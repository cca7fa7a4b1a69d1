package sheet

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxRows = 1 << 20 // of a sheet; Excel's own limit

// sheetSource reads the rows of one sheet of a workbook.
type sheetSource struct {
	in      *xmlReader
	total   int64
	texts   *texts
	formats []format // by style
	era1904 bool
	row     int
	cells   []string
	size    int // bytes of the row so far
	value   []byte
}

func (s *sheetSource) progress() (done, total int64) { return s.in.read, s.total }

func (s *sheetSource) close() error {
	s.in.close()
	return s.texts.close()
}

// next implements source.
func (s *sheetSource) next() (int, []string, error) {
	for {
		el, err := s.in.element()
		if err != nil {
			return s.row + 1, nil, damaged(err)
		}
		switch {
		case el.name == "sheetData" && !el.start:
			return s.row + 1, nil, io.EOF
		case el.name != "row" || !el.start:
			continue
		}
		s.row = rowNumber(el.attr("r"), s.row)
		if s.row > maxRows {
			return s.row, nil, refuse("sheet-unreadable")
		}
		if err := s.readRow(); err != nil {
			return s.row, nil, damaged(err)
		}
		if !isBlank(s.cells) {
			return s.row, s.cells, nil
		}
	}
}

// rowNumber reads the number of a row; where there is none, or not a greater one, it is the next.
func rowNumber(s string, last int) int {
	if n, err := strconv.Atoi(s); err == nil && n > last {
		return n
	}
	return last + 1
}

// readRow fills cells, up to the end of the row.
func (s *sheetSource) readRow() error {
	s.cells, s.size = s.cells[:0], 0
	for {
		el, err := s.in.element()
		if err != nil {
			return err
		}
		switch {
		case el.name == "row" && !el.start:
			return nil
		case el.name != "c" || !el.start:
			continue
		}
		column := columnNumber(el.attr("r"), len(s.cells))
		if column >= MaxColumns {
			return refuse("sheet-too-many-columns")
		}
		for len(s.cells) <= column {
			s.cells = append(s.cells, "")
		}
		kind, style := el.attr("t"), el.attr("s")
		if err := s.readValue(); err != nil {
			return err
		}
		if len(s.value) == 0 {
			continue
		}
		if s.cells[column], err = s.show(kind, style); err != nil {
			return err
		}
		if s.size += len(s.cells[column]); s.size > maxRow {
			return refuse("sheet-cell-too-long")
		}
	}
}

// columnNumber reads the letters of a cell's name, A is 0; where there are none it is the next.
func columnNumber(name string, next int) int {
	n := 0
	for i := range len(name) {
		c := name[i] | 0x20
		if c < 'a' || c > 'z' || n > MaxColumns {
			break
		}
		n = n*26 + int(c-'a') + 1
	}
	if n == 0 {
		return next
	}
	return n - 1
}

// readValue takes the text of a cell, up to its end; the formula is left out, its last result is the value.
func (s *sheetSource) readValue() error {
	s.value = s.value[:0]
	in, guide := false, false
	for {
		el, err := s.in.element()
		if err != nil {
			return err
		}
		switch {
		case el.name == "c" && !el.start:
			return nil
		case el.name == "rPh":
			guide = el.start
		case el.name == "v" || el.name == "t":
			in = el.start && !guide
		case el.name == "" && in:
			s.value = append(s.value, el.text...)
			if len(s.value) > MaxCell && (len(s.value) > maxToken || utf8.RuneCount(s.value) > MaxCell) {
				return refuse("sheet-cell-too-long")
			}
		}
	}
}

// show gives a cell's value as text.
func (s *sheetSource) show(kind, style string) (string, error) {
	value := string(s.value)
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return "", refuse("sheet-unreadable")
		}
		text, err := s.texts.get(i)
		return plainText(text), err
	case "inlineStr", "str":
		return plainText(value), nil
	case "b":
		if value == "1" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "e":
		return value, nil
	case "d":
		return strings.Replace(strings.TrimSuffix(strings.TrimSuffix(value, "Z"), "T00:00:00"), "T", " ", 1), nil
	}
	f := number
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(s.formats) {
		f = s.formats[i]
	}
	return showNumber(strings.TrimSpace(value), f, s.era1904), nil
}
