package pdf

// Column is a column of a table.
type Column struct {
	Title string
	Right bool // numbers: at the right, and never broken while there is room
}

// Table is a table; a row has a text for each column, or fewer.
type Table struct {
	Columns []Column
	Rows    [][]string
	Foot    []string // totals, or none
}

// strong is the style of totals.
func (p plan) strong() style {
	s := p.body
	s.bold = true
	return s
}

// padding is the space at each side of a cell, in mm.
const padding = 1.6

// plan is a table with its measures.
type plan struct {
	Table

	widths []float64
	head   style
	body   style
}

// Table writes a table. Its head stands again on every page; a row stays together unless it is higher than a page.
func (d *Document) Table(t Table) {
	if len(t.Columns) == 0 {
		return
	}
	p := plan{Table: t, head: style{size: small, ink: grey}, body: style{size: 9.5, ink: black}}
	p.widths = d.columns(p)
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = c.Title
	}
	head := d.cells(p, titles, p.head)
	if d.y+height(head, p.head)+2*p.body.line() > d.bottom && d.y > margin {
		d.newPage()
	}
	d.row(p, head, p.head, black)
	for i, r := range t.Rows {
		after := 0.0 // what must stand on the same page: totals do not stand alone
		if i == len(t.Rows)-1 && len(t.Foot) > 0 {
			after = height(d.cells(p, t.Foot, p.strong()), p.body)
		}
		d.body(p, head, r, after)
	}
	if len(t.Foot) > 0 {
		foot := d.cells(p, t.Foot, p.strong())
		d.fresh(p, head, height(foot, p.body))
		d.row(p, foot, p.strong(), black)
	}
	d.y += gap
}

// fresh begins a page, under the head again, unless there is room.
func (d *Document) fresh(p plan, head [][]string, height float64) {
	if d.y+height > d.bottom {
		d.newPage()
		d.row(p, head, p.head, black)
	}
}

// body writes a row; after is the room that must be left under it.
func (d *Document) body(p plan, head [][]string, texts []string, after float64) {
	s := p.body
	cells := d.cells(p, texts, s)
	d.fresh(p, head, height(cells, s)+after)
	for height(cells, s) > d.bottom-d.y { // higher than a page: as many lines as there is room for
		n := max(1, int((d.bottom-d.y-2*padding)/s.line()))
		part := make([][]string, len(cells))
		for i, lines := range cells {
			part[i], cells[i] = lines[:min(n, len(lines))], lines[min(n, len(lines)):]
		}
		d.row(p, part, s, light)
		d.newPage()
		d.row(p, head, p.head, black)
	}
	d.row(p, cells, s, light)
}

// row writes the lines of a row's cells and the rule under it.
func (d *Document) row(p plan, cells [][]string, s style, under colour) {
	x := margin
	for i, lines := range cells {
		for n, text := range lines {
			at := x + padding
			if p.Columns[i].Right {
				at = x + p.widths[i] - padding - d.measure(text, s)
			}
			d.draw(at, d.y+padding/2+(float64(n)+0.72)*s.line(), text, s)
		}
		x += p.widths[i]
	}
	d.y += height(cells, s)
	d.rule(d.y, under)
}

func (d *Document) cells(p plan, texts []string, s style) [][]string {
	cells := make([][]string, len(p.Columns))
	for i := range cells {
		if i < len(texts) {
			cells[i] = d.wrap(texts[i], p.widths[i]-2*padding, s)
		}
	}
	return cells
}

func height(cells [][]string, s style) float64 {
	n := 1
	for _, lines := range cells {
		n = max(n, len(lines))
	}
	return float64(n)*s.line() + padding
}

// sampled is how many rows are measured for the widths: a long table looks alike all the way.
const sampled = 200

// columns gives the widths: what the contents ask for if there is room, and the rest to the texts; else numbers keep theirs as far
// as they leave half of the page, and texts share what is left by what they ask for.
func (d *Document) columns(p plan) []float64 {
	widths := make([]float64, len(p.Columns))
	var numbers, texts float64
	for i, c := range p.Columns {
		widths[i] = d.wish(p, i)
		if c.Right {
			numbers += widths[i]
		} else {
			texts += widths[i]
		}
	}
	forNumbers, forTexts := 1.0, 1.0
	switch share := max(d.width/2, d.width-texts); {
	case texts == 0:
		forNumbers = d.width / numbers
	case numbers > share:
		forNumbers = share / numbers
	}
	if texts > 0 {
		forTexts = (d.width - numbers*forNumbers) / texts
	}
	for i, c := range p.Columns {
		if c.Right {
			widths[i] *= forNumbers
		} else {
			widths[i] *= forTexts
		}
	}
	return widths
}

// wish is the width that holds every text of a column on one line.
func (d *Document) wish(p plan, i int) float64 {
	w := d.measure(p.Columns[i].Title, p.head)
	for _, r := range p.Rows[:min(len(p.Rows), sampled)] {
		if i < len(r) {
			w = max(w, d.measure(r[i], p.body))
		}
	}
	if i < len(p.Foot) {
		w = max(w, d.measure(p.Foot[i], p.strong()))
	}
	return w + 2*padding
}
