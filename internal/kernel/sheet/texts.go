package sheet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unicode/utf8"
)

const (
	maxTextsHeld = 16 << 20  // bytes of texts in memory; the others lie in a file
	maxTexts     = 4_000_000 // texts of a workbook; a bigger list is a CSV
)

// texts are the texts that cells of a workbook share.
type texts struct {
	dir  string
	ends []int64 // where each ends among all
	long []int   // numbers of the texts that are too long, ascending
	held []byte
	file *os.File
	out  *bufio.Writer
}

// read takes the list from its part. Phonetic guides above the characters are not part of a text.
func (t *texts) read(x *xmlReader) error {
	var text []byte
	in, guide := false, false
	for {
		el, err := x.element()
		if errors.Is(err, io.EOF) {
			return t.flush()
		}
		if err != nil {
			return err
		}
		switch {
		case el.name == "rPh":
			guide = el.start
		case el.name == "t":
			in = el.start && !guide
		case el.name == "" && in:
			if text = append(text, el.text...); len(text) > maxToken {
				return refuse("sheet-bomb")
			}
		case el.name == "si" && !el.start:
			if err := t.add(text); err != nil {
				return err
			}
			text = text[:0]
		}
	}
}

func (t *texts) add(text []byte) error {
	if len(t.ends) >= maxTexts {
		return refuse("sheet-too-big")
	}
	if utf8.RuneCount(text) > MaxCell {
		t.long = append(t.long, len(t.ends)) // its row is known when a cell uses it
		text = text[:0]
	}
	t.ends = append(t.ends, t.size()+int64(len(text)))
	if t.file == nil && len(t.held)+len(text) <= maxTextsHeld {
		t.held = append(t.held, text...)
		return nil
	}
	if t.file == nil {
		file, err := os.CreateTemp(t.dir, "zhike-sheet-")
		if err != nil {
			return fmt.Errorf("lay texts aside: %w", err)
		}
		t.file, t.out = file, bufio.NewWriterSize(file, window)
	}
	if _, err := t.out.Write(text); err != nil {
		return fmt.Errorf("lay texts aside: %w", err)
	}
	return nil
}

func (t *texts) size() int64 {
	if len(t.ends) == 0 {
		return 0
	}
	return t.ends[len(t.ends)-1]
}

func (t *texts) flush() error {
	if t.out == nil {
		return nil
	}
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("lay texts aside: %w", err)
	}
	return nil
}

// get gives the i-th text. Refused: sheet-unreadable, where there is none; sheet-cell-too-long.
func (t *texts) get(i int) (string, error) {
	if i < 0 || i >= len(t.ends) {
		return "", refuse("sheet-unreadable")
	}
	if _, long := slices.BinarySearch(t.long, i); long {
		return "", refuse("sheet-cell-too-long")
	}
	start, end := int64(0), t.ends[i]
	if i > 0 {
		start = t.ends[i-1]
	}
	held := int64(len(t.held))
	if end <= held {
		return string(t.held[start:end]), nil
	}
	b := make([]byte, end-start)
	if _, err := t.file.ReadAt(b, start-held); err != nil {
		return "", fmt.Errorf("read texts: %w", err)
	}
	return string(b), nil
}

func (t *texts) close() error {
	if t.file == nil {
		return nil
	}
	name := t.file.Name()
	err := errors.Join(t.file.Close(), os.Remove(name))
	t.file = nil
	return err
}
