package pdf

// Heading begins a part: level 1 is the document's, 2 a section's. It stays with what follows.
func (d *Document) Heading(level int, text string) {
	s := style{size: 16, bold: true, ink: black}
	before := 0.0
	if level > 1 {
		s.size, before = 11.5, 2*gap
	}
	lines := d.wrap(text, d.width, s)
	if d.y == margin {
		before = 0
	}
	if d.room(before + float64(len(lines))*s.line() + 3*body*leading*25.4/72) {
		before = 0
	}
	d.y += before
	d.lines(lines, s)
	d.y += gap / 2
}

// Paragraph writes a text over as many lines as it needs.
func (d *Document) Paragraph(text string) { d.paragraph(text, style{size: body, ink: black}) }

// Note writes a text in small grey letters.
func (d *Document) Note(text string) { d.paragraph(text, style{size: small, ink: grey}) }

func (d *Document) paragraph(text string, s style) {
	d.lines(d.wrap(text, d.width, s), s)
	d.y += gap
}

// lines writes lines from the left margin, over pages.
func (d *Document) lines(list []string, s style) {
	for _, text := range list {
		d.room(s.line())
		d.draw(margin, d.y+s.line()*0.72, text, s)
		d.y += s.line()
	}
}

// Fact is a value with its name.
type Fact struct{ Name, Value string }

// Facts lists values, each beside its name.
func (d *Document) Facts(list []Fact) {
	name, value := style{size: body, ink: grey}, style{size: body, ink: black}
	left := 0.0
	for _, f := range list {
		left = max(left, d.measure(f.Name, name))
	}
	left = min(left, d.width*0.4) + 2*gap
	for _, f := range list {
		names, values := d.wrap(f.Name, left-gap, name), d.wrap(f.Value, d.width-left, value)
		for i := range max(len(names), len(values)) {
			d.room(value.line())
			if i < len(names) {
				d.draw(margin, d.y+value.line()*0.72, names[i], name)
			}
			if i < len(values) {
				d.draw(margin+left, d.y+value.line()*0.72, values[i], value)
			}
			d.y += value.line()
		}
	}
	d.y += gap
}
