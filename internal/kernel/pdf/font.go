package pdf

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

//go:embed font/DroidSansFallbackFull.ttf.gz
var compressed []byte

// The faces as fpdf knows them.
const (
	latin = "latin"
	han   = "han"
	bold  = "B"
)

// missing stands for a character that no face has.
const missing = '□'

// faces are the fonts of the program: their files, and what they hold.
type faces struct {
	han        []byte
	hasLatin   func(rune) bool
	hasChinese func(rune) bool
}

var load = sync.OnceValues(func() (*faces, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("shipped font: %w", err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		return nil, fmt.Errorf("shipped font: %w", err)
	}
	f := &faces{han: data}
	if f.hasChinese, err = holds(data); err != nil {
		return nil, err
	}
	f.hasLatin, err = holds(goregular.TTF)
	return f, err
})

// holds tells which characters a font has a glyph for.
func holds(data []byte) (func(rune) bool, error) {
	font, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("shipped font: %w", err)
	}
	var has [0x10000]bool
	var b sfnt.Buffer
	for r := range rune(len(has)) {
		glyph, err := font.GlyphIndex(&b, r)
		has[r] = err == nil && glyph != 0
	}
	return func(r rune) bool { return r >= 0 && int(r) < len(has) && has[r] }, nil
}

// addTo makes the faces known to a document. There is no bold Chinese face: its glyphs are thickened when they are drawn.
func (f *faces) addTo(p *fpdf.Fpdf) {
	p.AddUTF8FontFromBytes(latin, "", goregular.TTF)
	p.AddUTF8FontFromBytes(latin, bold, gobold.TTF)
	p.AddUTF8FontFromBytes(han, "", f.han)
}

// run is a part of a text in one face.
type run struct {
	face string
	text string
}

// runs cuts a text into parts of one face each. Control and zero-width characters are left out.
func (f *faces) runs(text string) []run {
	var list []run
	for _, r := range text {
		face := latin
		switch {
		case r < ' ' || r == 0x7F || r == '\uFEFF' || r >= '\u200B' && r <= '\u200F':
			continue
		case f.hasLatin(r):
		case f.hasChinese(r):
			face = han
		default:
			r = missing
		}
		if n := len(list); n > 0 && list[n-1].face == face {
			list[n-1].text += string(r)
			continue
		}
		list = append(list, run{face, string(r)})
	}
	return list
}
