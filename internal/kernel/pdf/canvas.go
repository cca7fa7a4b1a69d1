package pdf

import "strconv"

// Canvas is a part of a page to draw on. Its lengths are in units of its own, from its upper left corner; colours are #RRGGBB, ""
// paints nothing.
type Canvas struct {
	d     *Document
	x, y  float64 // of its corner, mm
	scale float64 // mm a unit
}

// Sketch is one of several pictures that stand side by side.
type Sketch struct {
	Title         string
	Width, Height float64 // units
	Draw          func(c Canvas)
}

// Pictures puts pictures side by side, all of the same width, each under its title. They stay together on a page.
func (d *Document) Pictures(list []Sketch) {
	if len(list) == 0 {
		return
	}
	const between = 6.0
	title := style{size: small, ink: grey}
	wide := (d.width - between*float64(len(list)-1)) / float64(len(list))
	high := 0.0
	for _, s := range list {
		high = max(high, s.Height*wide/s.Width)
	}
	d.room(title.line() + high)
	for i, s := range list {
		x := margin + float64(i)*(wide+between)
		d.draw(x, d.y+title.line()*0.72, d.fit(s.Title, wide, title), title)
		s.Draw(Canvas{d: d, x: x, y: d.y + title.line(), scale: wide / s.Width})
	}
	d.y += title.line() + high + gap
}

func rgb(hex string) colour {
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		return black
	}
	return colour{int(n >> 16 & 0xFF), int(n >> 8 & 0xFF), int(n & 0xFF)}
}

// paint sets the colours and gives fpdf's word for what is to be painted; "" for nothing.
func (c Canvas) paint(fill, edge string, wide float64) string {
	how := ""
	if fill != "" {
		p := rgb(fill)
		c.d.pdf.SetFillColor(p[0], p[1], p[2])
		how = "F"
	}
	if edge != "" {
		p := rgb(edge)
		c.d.pdf.SetDrawColor(p[0], p[1], p[2])
		c.d.pdf.SetLineWidth(max(wide, 0.5) * c.scale)
		how += "D"
	}
	return how
}

// Rect draws a rectangle.
func (c Canvas) Rect(x, y, w, h float64, fill, edge string) {
	if how := c.paint(fill, edge, 1); how != "" {
		c.d.pdf.Rect(c.x+x*c.scale, c.y+y*c.scale, w*c.scale, h*c.scale, how)
	}
}

// Area fills what lies within points.
func (c Canvas) Area(points [][2]float64, fill string, opacity float64) {
	how := c.paint(fill, "", 0)
	if how == "" || len(points) < 3 {
		return
	}
	c.d.pdf.SetAlpha(opacity, "Normal")
	c.path(points)
	c.d.pdf.ClosePath()
	c.d.pdf.DrawPath(how)
	c.d.pdf.SetAlpha(1, "Normal")
}

// Line draws a line through points; dash is the lengths of strokes and gaps.
func (c Canvas) Line(points [][2]float64, stroke string, wide float64, dash []float64) {
	how := c.paint("", stroke, wide)
	if how == "" || len(points) < 2 {
		return
	}
	lengths := make([]float64, len(dash))
	for i, n := range dash {
		lengths[i] = n * c.scale
	}
	c.d.pdf.SetDashPattern(lengths, 0)
	c.path(points)
	c.d.pdf.DrawPath(how)
	c.d.pdf.SetDashPattern(nil, 0)
}

func (c Canvas) path(points [][2]float64) {
	c.d.pdf.MoveTo(c.x+points[0][0]*c.scale, c.y+points[0][1]*c.scale)
	for _, p := range points[1:] {
		c.d.pdf.LineTo(c.x+p[0]*c.scale, c.y+p[1]*c.scale)
	}
}

// Circle draws a disc or a ring.
func (c Canvas) Circle(x, y, r float64, fill, edge string, wide float64) {
	if how := c.paint(fill, edge, wide); how != "" {
		c.d.pdf.Circle(c.x+x*c.scale, c.y+y*c.scale, r*c.scale, how)
	}
}

// textUnits is how high a text is, in units: the size of chart labels (UI-V).
const textUnits = 11

// Text writes on one line; y is its baseline, anchor is "", middle or end.
func (c Canvas) Text(x, y float64, anchor, text, ink string, strong bool) {
	s := style{size: textUnits * c.scale * 72 / 25.4, bold: strong, ink: black}
	if ink != "" {
		s.ink = rgb(ink)
	}
	at := c.x + x*c.scale
	switch anchor {
	case "middle":
		at -= c.d.measure(text, s) / 2
	case "end":
		at -= c.d.measure(text, s)
	}
	c.d.draw(at, c.y+y*c.scale, text, s)
}
