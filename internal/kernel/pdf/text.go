package pdf

import (
	"strings"

	"github.com/rivo/uniseg"
)

// colour is red, green, blue.
type colour [3]int

// The colours of a document: it is printed, often without colour.
var (
	black = colour{23, 33, 31}
	grey  = colour{92, 104, 100}
	light = colour{195, 204, 200}
)

// style is how a text looks.
type style struct {
	size float64 // points
	bold bool
	ink  colour
}

// line is the height of a line, in mm.
func (s style) line() float64 { return s.size * leading * 25.4 / 72 }

// use chooses the face of a run.
func (d *Document) use(face string, s style) {
	weight := ""
	if s.bold && face == latin {
		weight = bold
	}
	d.pdf.SetFont(face, weight, s.size)
}

// measure is how wide a text is, in mm.
func (d *Document) measure(text string, s style) float64 {
	w := 0.0
	for _, r := range d.faces.runs(text) {
		d.use(r.face, s)
		w += d.pdf.GetStringWidth(r.text)
	}
	return w
}

// draw writes a text on one line; y is its baseline.
func (d *Document) draw(x, y float64, text string, s style) {
	d.pdf.SetTextColor(s.ink[0], s.ink[1], s.ink[2])
	d.pdf.SetDrawColor(s.ink[0], s.ink[1], s.ink[2])
	for _, r := range d.faces.runs(text) {
		d.use(r.face, s)
		thick := s.bold && r.face == han
		if thick {
			d.pdf.SetLineWidth(s.size / 72 * 25.4 * 0.03)
			d.pdf.SetTextRenderingMode(2) // filled and outlined
		}
		d.pdf.Text(x, y, r.text)
		if thick {
			d.pdf.SetTextRenderingMode(0)
		}
		x += d.pdf.GetStringWidth(r.text)
	}
}

// rule draws a line across the page.
func (d *Document) rule(y float64, c colour) {
	d.pdf.SetDrawColor(c[0], c[1], c[2])
	d.pdf.SetLineWidth(0.2)
	d.pdf.Line(margin, y, margin+d.width, y)
}

// wrap breaks a text into lines no wider than width, where the Unicode line breaking algorithm allows it (UAX #14: between Chinese
// characters, but not before a full stop or after an opening bracket); a word that is wider than a line is cut. There is at least
// one line.
func (d *Document) wrap(text string, width float64, s style) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		lines = append(lines, d.fill(paragraph, width, s)...)
	}
	return lines
}

func (d *Document) fill(text string, width float64, s style) []string {
	var lines []string
	now, wide, state := "", 0.0, -1
	for rest := text; rest != ""; {
		var piece string
		piece, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		w := d.measure(piece, s)
		if now != "" && wide+d.measure(strings.TrimRight(piece, " "), s) > width {
			lines = append(lines, strings.TrimRight(now, " "))
			now, wide = "", 0
		}
		for w > width && len(piece) > 1 {
			head := d.head(piece, width, s)
			lines = append(lines, head)
			piece = piece[len(head):]
			w = d.measure(piece, s)
		}
		now, wide = now+piece, wide+w
	}
	return append(lines, strings.TrimRight(now, " "))
}

// head is the longest beginning of a word that fits, of at least one character.
func (d *Document) head(word string, width float64, s style) string {
	wide := 0.0
	for i, r := range word {
		wide += d.measure(string(r), s)
		if wide > width && i > 0 {
			return word[:i]
		}
	}
	return word
}

// fit cuts a text to one line, with an ellipsis.
func (d *Document) fit(text string, width float64, s style) string {
	lines := d.wrap(text, width, s)
	if len(lines) == 1 {
		return lines[0]
	}
	return d.head(lines[0], width-d.measure("…", s), s) + "…"
}
