package chart

import (
	"context"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
)

// Table is the data of a chart; the first cell of a row names it.
type Table struct {
	Caption string
	Columns []string
	Rows    [][]Cell
}

// Cell is a text, with a link to the records behind it or none.
type Cell struct{ Text, Href string }

// Inline is the drawing alone, where the table stands elsewhere.
func Inline(c Chart) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, SVG(c))
		return err
	})
}

// Figure is the drawing with its title and, folded, its data.
func Figure(c Chart) templ.Component { return figure(c, SVG(c)) }

// FigureOf is a figure that is drawn twice, so that its texts stay readable: for wide screens and paper, and for narrow screens, where it
// is another drawing of the same data.
func FigureOf(wide, narrow Chart) templ.Component {
	return figure(wide, `<div class="on-wide">`+SVG(wide)+`</div><div class="on-narrow">`+SVG(narrow)+"</div>")
}

func figure(c Chart, drawn string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var b strings.Builder
		b.WriteString("<figure>" + drawn + "<figcaption>" + html.EscapeString(c.about().Title) + "</figcaption>")
		b.WriteString(`<details class="data"><summary>` + html.EscapeString(i18n.T(ctx, "chart.data-table")) + "</summary>")
		c.Table().write(&b)
		b.WriteString("</details></figure>")
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// write writes the table as HTML. It may be wider than its place: it scrolls by itself, and can be reached by keyboard.
func (t Table) write(b *strings.Builder) {
	b.WriteString(`<div class="scroll" tabindex="0" role="group" aria-label="` + html.EscapeString(t.Caption) + `"><table class="tb"><caption class="vh">` +
		html.EscapeString(t.Caption) + "</caption><thead><tr>")
	for i, c := range t.Columns {
		b.WriteString(`<th scope="col"` + right(i) + ">" + html.EscapeString(c) + "</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	for _, row := range t.Rows {
		b.WriteString("<tr>")
		for i, c := range row {
			text := html.EscapeString(c.Text)
			if c.Href != "" {
				text = `<a class="n" href="` + html.EscapeString(string(templ.URL(c.Href))) + `">` + text + "</a>"
			}
			if i == 0 {
				b.WriteString(`<th scope="row">` + text + "</th>")
			} else {
				b.WriteString("<td" + right(i) + ">" + text + "</td>")
			}
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table></div>")
}

func right(i int) string {
	if i == 0 {
		return ""
	}
	return ` class="num"`
}

// points is the table of charts with one value a label.
func points(h Head, list []Point, compare string) Table {
	intervals, compared, whole := false, false, false
	for _, p := range list {
		intervals, compared, whole = intervals || p.Interval != nil, compared || p.Compare != nil, whole || p.Whole != nil
	}
	t := Table{Caption: h.Title, Columns: []string{h.Of, h.Value}}
	add := func(there bool, name string) {
		if there {
			t.Columns = append(t.Columns, name)
		}
	}
	add(intervals, h.Interval)
	add(compared || whole, compare)
	for _, p := range list {
		row := []Cell{{Text: p.Label}, {Text: p.text(h), Href: p.Href}}
		if intervals {
			row = append(row, Cell{Text: h.span(p.Interval)})
		}
		switch {
		case p.Compare != nil:
			row = append(row, Cell{Text: h.format(*p.Compare)})
		case p.Whole != nil:
			row = append(row, Cell{Text: h.format(*p.Whole)})
		case compared || whole:
			row = append(row, Cell{Text: "–"})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// columns is the table of charts with several series.
func columns(h Head, labels []string, list []Series) Table {
	t := Table{Caption: h.Title, Columns: []string{h.Of}}
	for _, s := range list {
		name := s.Name
		if name == "" {
			name = h.Value
		}
		t.Columns = append(t.Columns, name)
		if len(s.Band) > 0 {
			t.Columns = append(t.Columns, h.Interval)
		}
	}
	for i, label := range labels {
		row := []Cell{{Text: label}}
		for _, s := range list {
			row = append(row, Cell{Text: h.format(s.at(i)), Href: s.href(i)})
			if len(s.Band) > 0 {
				row = append(row, Cell{Text: h.span(s.band(i))})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
