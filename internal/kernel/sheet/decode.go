package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

var (
	bomUTF8 = []byte{0xef, 0xbb, 0xbf}
	bomLE   = []byte{0xff, 0xfe}
	bomBE   = []byte{0xfe, 0xff}
)

// decode gives the text as UTF-8. strict tells that a replacement character in it is a byte that could not be read.
func decode(raw *bufio.Reader) (out io.Reader, strict func() bool, err error) {
	head, err := raw.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(head, bomLE), bytes.HasPrefix(head, bomBE):
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		return transform.NewReader(raw, utf16), func() bool { return true }, nil
	case bytes.HasPrefix(head, bomUTF8):
		if _, err := raw.Discard(len(bomUTF8)); err != nil {
			return nil, nil, err
		}
		return &decoder{in: raw, mode: utf}, func() bool { return false }, nil
	}
	d := &decoder{in: raw}
	return d, func() bool { return d.mode == gb }, nil
}

type mode int

const (
	undecided mode = iota // plain ASCII so far
	utf
	gb
)

// decoder passes ASCII on until the first other character; what follows then tells UTF-8 from GB 18030, which contains GBK
// and GB 2312. So a list whose header is ASCII and whose first Chinese name comes late is read well too.
type decoder struct {
	in   *bufio.Reader
	mode mode
	ok   int       // bytes at the head of in that are checked
	gb   io.Reader // in mode gb
}

// Read implements io.Reader.
func (d *decoder) Read(p []byte) (int, error) {
	for d.ok == 0 && d.mode != gb {
		if err := d.check(); err != nil {
			return 0, err
		}
	}
	if d.ok == 0 {
		return d.gb.Read(p)
	}
	n, err := d.in.Read(p[:min(len(p), d.ok)])
	d.ok -= n
	return n, err
}

// check looks at what is buffered: how much of it can be passed on, or what the encoding is.
func (d *decoder) check() error {
	if _, err := d.in.Peek(1); err != nil {
		return err
	}
	b, _ := d.in.Peek(d.in.Buffered())
	if d.mode == utf {
		if d.ok = validPrefix(b); d.ok > 0 {
			return nil
		}
		b, err := d.in.Peek(utf8.UTFMax)
		switch {
		case validPrefix(b) > 0:
			return nil
		case err != nil && !errors.Is(err, io.EOF): // the file breaks off inside a character
			return err
		default:
			return refuse("sheet-encoding")
		}
	}
	if d.ok = asciiPrefix(b); d.ok > 0 {
		return nil
	}
	b, err := d.in.Peek(window)
	switch {
	case isUTF8(b, errors.Is(err, io.EOF)):
		d.mode = utf
	case isGB(b):
		d.mode, d.gb = gb, transform.NewReader(d.in, simplifiedchinese.GB18030.NewDecoder())
	default:
		return refuse("sheet-encoding")
	}
	return nil
}

func asciiPrefix(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(b)
}

func ascii(b []byte) (n int) {
	for _, c := range b {
		if c < utf8.RuneSelf {
			n++
		}
	}
	return n
}

// validPrefix is the length of the valid UTF-8 at the head of b, whole characters only.
func validPrefix(b []byte) int {
	if utf8.Valid(b) {
		return len(b)
	}
	n := 0
	for n < len(b) {
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		n += size
	}
	return n
}

// isUTF8 tells whether b is UTF-8; all tells that nothing follows, else the last character may be cut.
func isUTF8(b []byte, all bool) bool {
	n := validPrefix(b)
	return n == len(b) || !all && len(b)-n < utf8.UTFMax && !utf8.FullRune(b[n:])
}

// isGB tells whether b can be GB 18030, and is likely Chinese: an accented letter of a Western encoding also makes a valid
// pair with the letter after it, but Chinese has few pairs of that form. A few characters of UTF-8 at the beginning mean a
// file of two encodings: by chance they are not there.
func isGB(b []byte) bool {
	if prefix := b[:validPrefix(b)]; utf8.RuneCount(prefix)-ascii(prefix) >= 4 {
		return false
	}
	pairs, suspect := 0, 0
	for i := 0; i+1 < len(b); i++ {
		first, second := b[i], b[i+1]
		switch {
		case first < 0x80:
			continue
		case first == 0x80 || first == 0xff || second < 0x30 || second == 0x7f || second == 0xff || second > 0x39 && second < 0x40:
			return false
		case second <= 0x39: // four bytes
			i += 3
		default:
			i++
			if first >= 0xc0 && (second >= 'a' && second <= 'z' || second >= 'A' && second <= 'Z') {
				suspect++
			}
		}
		pairs++
	}
	return pairs > 0 && suspect*2 <= pairs
}
