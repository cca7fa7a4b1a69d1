package chart

import (
	"strconv"
	"strings"
)

// Canvas is something that is no SVG and on which a drawing can be laid: a page of a document. Colours are #RRGGBB, "" paints
// nothing; lengths are in CSS pixels from the drawing's upper left corner.
type Canvas interface {
	Rect(x, y, w, h float64, fill, edge string)
	// Area is what lies within points; opacity is 0 to 1.
	Area(points [][2]float64, fill string, opacity float64)
	// Line goes through points; dash is the lengths of strokes and gaps.
	Line(points [][2]float64, stroke string, wide float64, dash []float64)
	Circle(x, y, r float64, fill, edge string, wide float64)
	// Text stands on its baseline; anchor is "", middle or end.
	Text(x, y float64, anchor, text, colour string, strong bool)
}

// paper are the colours of the light theme (UI-V): what is printed or mailed knows no themes.
var paper = map[Paint]string{
	"c1": "#1D5C8C", "c2": "#AC5E0C", "c3": "#779379", "c4": "#34333C", "c5": "#9887A4", "c6": "#5A2905",
	"ink": "#17211F", "ink-2": "#47534F", "rule": "#DCE2DF", "rule-2": "#C3CCC8", "control": "#7A8682", "sunken": "#EBEFED", "surface": "#FFFFFF",
	"wash": "#E7F0F6", "bad": "#A5341F", "good": "#1B6B4A", "seal": "#B23A24",
}

// On lays the drawing on a canvas.
func (d Drawing) On(c Canvas) {
	for _, m := range d.Marks {
		switch m := m.(type) {
		case Box:
			c.Rect(m.X, m.Y, m.W, m.H, paper[m.Fill], paper[m.Edge])
		case Path:
			m.on(c)
		case Disc:
			c.Circle(m.X, m.Y, m.R, paper[m.Fill], paper[m.Stroke], m.Wide)
		case Label:
			colour := paper[m.Fill]
			if colour == "" {
				colour = paper["ink-2"]
			}
			if m.Strong && m.Fill == "" {
				colour = paper["ink"]
			}
			c.Text(m.X, m.Y, string(m.Anchor), m.Text, colour, m.Strong)
		}
	}
}

func (p Path) on(c Canvas) {
	if len(p.Points) == 0 {
		return
	}
	if p.Fill != "" {
		opacity := 1.0
		if p.Faint {
			opacity = faint
		}
		c.Area(p.Points, paper[p.Fill], opacity)
	}
	if p.Stroke == "" {
		return
	}
	var lengths []float64
	for part := range strings.FieldsSeq(p.Dash) {
		if n, err := strconv.ParseFloat(part, 64); err == nil {
			lengths = append(lengths, n)
		}
	}
	c.Line(p.Points, paper[p.Stroke], p.Wide, lengths)
}

// MailSVG writes a chart with fixed colours: a mail has no style sheet.
func MailSVG(c Chart) string {
	pairs := make([]string, 0, 2*len(paper))
	for token, colour := range paper {
		pairs = append(pairs, "var(--"+string(token)+")", colour)
	}
	return strings.NewReplacer(pairs...).Replace(SVG(c))
}
