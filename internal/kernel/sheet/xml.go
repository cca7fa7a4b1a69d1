package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

const maxToken = 512 << 10 // bytes of one tag or text: 32,767 characters, each written as a reference of eight bytes, fit

// xmlReader gives a part's elements one by one. It holds one tag or text at a time, whatever the part contains: no tree, no
// stack of open elements, no entities of the document's own.
type xmlReader struct {
	part   io.ReadCloser
	dec    *xml.Decoder
	read   int64
	budget int64 // bytes that the present token may still take
}

func newXML(part io.ReadCloser) *xmlReader {
	x := &xmlReader{part: part}
	x.dec = xml.NewDecoder(io.Reader(x))
	return x
}

// Read implements io.Reader for the decoder.
func (x *xmlReader) Read(p []byte) (int, error) {
	if x.budget < 0 {
		return 0, refuse("sheet-bomb")
	}
	n, err := x.part.Read(p)
	x.read += int64(n)
	x.budget -= int64(n)
	if errors.Is(err, io.EOF) && n > 0 {
		err = nil
	}
	return n, err
}

func (x *xmlReader) close() { _ = x.part.Close() } // only reading: nothing can be lost

// element is a tag, or a text.
type element struct {
	name  string // without prefix; "" for a text
	start bool
	attrs []xml.Attr
	text  []byte // valid until the next one
}

func (e element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name && (a.Name.Space == "" || name == "id") {
			return a.Value
		}
	}
	return ""
}

// element gives the next tag or text; io.EOF ends the part.
func (x *xmlReader) element() (element, error) {
	for {
		x.budget = maxToken
		token, err := x.dec.RawToken()
		if err != nil {
			return element{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			return element{name: t.Name.Local, start: true, attrs: t.Attr}, nil
		case xml.EndElement:
			return element{name: t.Name.Local}, nil
		case xml.CharData:
			return element{text: t}, nil
		case xml.Directive: // a document type: no office program writes one
			return element{}, refuse("sheet-unreadable")
		}
	}
}

// plainText undoes the escape of characters that XML cannot hold: _x000D_ is a carriage return, _x005F_ the underline.
func plainText(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || len(s) < i+7 {
			b.WriteString(s)
			return b.String()
		}
		code, ok := hex4(s[i+2 : i+6])
		if !ok || s[i+6] != '_' {
			b.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		if code != 0 {
			b.WriteRune(code)
		}
		s = s[i+7:]
	}
}

func hex4(s string) (r rune, ok bool) {
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
