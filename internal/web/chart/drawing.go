package chart

import (
	"html"
	"math"
	"strconv"
	"strings"
)

// Drawing is a chart laid out: marks on a sheet, y downwards, in CSS pixels. SVG is one way to write it.
type Drawing struct {
	Width, Height float64
	Marks         []Mark
}

// Paint is the name of a colour token: c1…c6, ink, ink-2, rule, rule-2, control, sunken, surface, wash, bad, good, seal. "" paints nothing.
type Paint string

// Mark is one thing on the sheet: Box, Path, Disc or Label.
type Mark interface {
	svg(w *writer)
}

// Box is a filled rectangle.
type Box struct {
	X, Y, W, H float64
	Fill       Paint
	Class      string
	Edge       Paint // its outline
}

// Path is a line through points, or the area within them.
type Path struct {
	Points [][2]float64
	Fill   Paint // the area within
	Stroke Paint
	Wide   float64
	Dash   string
	Faint  bool // a band behind other marks
	Class  string
}

// Disc is a filled circle.
type Disc struct {
	X, Y, R      float64
	Fill, Stroke Paint
	Wide         float64
	Class        string
}

// Anchor says which part of a text lies at its X.
type Anchor string

// The anchors.
const (
	Start  Anchor = ""
	Middle Anchor = "middle"
	End    Anchor = "end"
)

// Label is a text on one line; Y is its baseline.
type Label struct {
	X, Y   float64
	Anchor Anchor
	Text   string
	Strong bool
	Fill   Paint // "" is the colour of texts
}

const faint = 0.16 // opacity of bands

func (d *Drawing) add(marks ...Mark) { d.Marks = append(d.Marks, marks...) }

// rule is a straight line.
func rule(x1, y1, x2, y2 float64, paint Paint) Path {
	return Path{Points: [][2]float64{{x1, y1}, {x2, y2}}, Stroke: paint, Wide: 1}
}

// SVG writes a chart as an element of a page.
func SVG(c Chart) string {
	d := c.Draw()
	w := &writer{}
	w.raw("<svg")
	w.text("class", "chart")
	w.text("viewBox", "0 0 "+number(d.Width)+" "+number(d.Height))
	w.number("width", d.Width)
	w.number("height", d.Height)
	w.text("role", "img")
	w.text("aria-label", alternative(c))
	w.raw(">")
	for _, m := range d.Marks {
		m.svg(w)
	}
	w.raw("</svg>")
	return w.b.String()
}

// alternative is what is read out instead of the drawing.
func alternative(c Chart) string {
	h := c.about()
	if h.Alt != "" {
		return h.Alt
	}
	rows := []string{}
	for _, r := range c.Table().Rows {
		cells := make([]string, len(r))
		for i, cell := range r {
			cells[i] = cell.Text
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return h.Title + ": " + strings.Join(rows, "; ")
}

// writer writes elements; its attributes stand in the order of the calls.
type writer struct{ b strings.Builder }

func (w *writer) raw(s string) { w.b.WriteString(s) }

func (w *writer) text(name, value string) {
	if value != "" {
		w.raw(" " + name + `="` + html.EscapeString(value) + `"`)
	}
}

func (w *writer) number(name string, v float64) { w.text(name, number(v)) }

func (w *writer) paint(name string, p Paint) {
	if p != "" {
		w.text(name, "var(--"+string(p)+")")
	}
}

// number writes a coordinate to a tenth of a pixel.
func number(v float64) string {
	v = math.Round(v*10) / 10
	if v == 0 {
		return "0" // not -0
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (b Box) svg(w *writer) {
	w.raw("<rect")
	w.text("class", b.Class)
	w.number("x", b.X)
	w.number("y", b.Y)
	w.number("width", b.W)
	w.number("height", b.H)
	w.paint("fill", b.Fill)
	w.paint("stroke", b.Edge)
	w.raw("/>")
}

func (p Path) svg(w *writer) {
	if len(p.Points) == 0 {
		return
	}
	points := make([]string, len(p.Points))
	for i, at := range p.Points {
		points[i] = number(at[0]) + "," + number(at[1])
	}
	if p.Fill != "" {
		w.raw("<polygon")
	} else {
		w.raw("<polyline")
	}
	w.text("class", p.Class)
	w.text("points", strings.Join(points, " "))
	if p.Fill != "" {
		w.paint("fill", p.Fill)
	} else {
		w.text("fill", "none")
	}
	if p.Faint {
		w.text("opacity", strconv.FormatFloat(faint, 'f', -1, 64))
	}
	w.paint("stroke", p.Stroke)
	if p.Stroke != "" {
		w.number("stroke-width", p.Wide)
	}
	w.text("stroke-dasharray", p.Dash)
	w.raw("/>")
}

func (d Disc) svg(w *writer) {
	w.raw("<circle")
	w.text("class", d.Class)
	w.number("cx", d.X)
	w.number("cy", d.Y)
	w.number("r", d.R)
	w.paint("fill", d.Fill)
	w.paint("stroke", d.Stroke)
	if d.Stroke != "" {
		w.number("stroke-width", d.Wide)
	}
	w.raw("/>")
}

func (l Label) svg(w *writer) {
	if l.Text == "" {
		return
	}
	w.raw("<text")
	if l.Strong {
		w.text("class", "t1")
	}
	w.number("x", l.X)
	w.number("y", l.Y)
	w.text("text-anchor", string(l.Anchor))
	w.paint("fill", l.Fill)
	w.raw(">" + html.EscapeString(l.Text) + "</text>")
}
