package sheet

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

const window = 64 << 10 // how much is looked at to tell what a file is

// sniff tells by the first bytes what a file is, and opens it.
func sniff(in io.ReaderAt, size int64, opts Options) (source, error) {
	head := make([]byte, 8)
	n, err := in.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read table: %w", err)
	}
	if head = head[:n]; bytes.HasPrefix(head, []byte("PK")) && n > 3 && head[2] < 9 {
		src, err := openWorkbook(in, size, opts)
		return src, damaged(err)
	}
	return openText(io.NewSectionReader(in, 0, size), size, opts.Limits)
}

// text is a CSV as it lies in the file, perhaps packed.
type text struct {
	in       io.Reader
	limits   Limits
	read     int64 // bytes of the file
	unpacked int64
	gzip     bool
}

const (
	maxRatio   = 100      // times that a file may grow when it is unpacked
	ratioFrom  = 10 << 20 // bytes unpacked from which this is asked: small files of blanks are no harm
	gzipFactor = 2        // lists of few words pack better by gzip than a workbook's parts do
)

// packed counts the bytes of the file.
type packed struct{ t *text }

func (p packed) Read(b []byte) (int, error) {
	n, err := p.t.in.Read(b)
	p.t.read += int64(n)
	return n, err
}

// content counts the bytes of the text, and refuses too many of them.
type content struct {
	t  *text
	in io.Reader
}

func (c content) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	t := c.t
	t.unpacked += int64(n)
	switch {
	case t.unpacked > t.limits.Text:
		return 0, refuse("sheet-too-big")
	case t.gzip && t.unpacked > ratioFrom && t.unpacked > t.read*maxRatio*gzipFactor:
		return 0, refuse("sheet-bomb")
	}
	return n, err
}

func openText(in io.Reader, size int64, limits Limits) (source, error) {
	t := &text{in: in, limits: limits}
	raw := bufio.NewReaderSize(packed{t}, window)
	head, err := raw.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if t.gzip = bytes.Equal(head, []byte{0x1f, 0x8b}); t.gzip {
		unzip, err := gzip.NewReader(raw)
		if err != nil {
			return nil, err
		}
		raw = bufio.NewReaderSize(content{t, unzip}, window)
	} else {
		if size > limits.Text {
			return nil, refuse("sheet-too-big")
		}
		raw = bufio.NewReaderSize(content{t, raw}, window)
	}
	head, err = raw.Peek(window)
	if err != nil && !errors.Is(err, io.EOF) && (len(head) == 0 || !isDamage(err)) {
		return nil, err
	}
	if err := checkText(head); err != nil {
		return nil, err
	}
	return newCSV(raw, func() (int64, int64) { return t.read, size })
}

// foreign are beginnings of files that are no CSV; pages and XML come from programs that call a web page .xls.
var foreign = [][]byte{
	[]byte("PK\x03\x04"), []byte("PK\x05\x06"),
	{0xd0, 0xcf, 0x11, 0xe0},
	{0x1f, 0x8b},
	[]byte("%pdf"), []byte("rar!"), []byte("{\\rtf"),
	[]byte("<!doctype"), []byte("<html"), []byte("<table"), []byte("<?xml"), []byte("<meta"), []byte("<style"), []byte("begin:vcard"),
}

// checkText tells what a file of these first bytes is, if not a CSV.
func checkText(head []byte) error {
	if len(bytes.TrimSpace(bytes.TrimPrefix(head, bomUTF8))) == 0 && len(head) < window {
		return refuse("sheet-empty")
	}
	if bytes.HasPrefix(head, bomLE) || bytes.HasPrefix(head, bomBE) {
		return nil
	}
	start := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head[:min(len(head), 512)], bomUTF8), " \t\r\n"))
	for _, f := range foreign {
		if bytes.HasPrefix(start, bytes.ToLower(f)) {
			return refuse("sheet-unknown-format")
		}
	}
	zeros, controls := 0, 0
	for _, b := range head {
		switch {
		case b == 0:
			zeros++
		case b < 0x20 && b != '\t' && b != '\n' && b != '\r':
			controls++
		}
	}
	switch {
	case zeros*5 > len(head) && zeros*3 < len(head)*2 && controls*20 < len(head): // UTF-16 without its mark
		return refuse("sheet-encoding")
	case zeros > 0 || controls*50 > len(head):
		return refuse("sheet-unknown-format")
	}
	return nil
}
