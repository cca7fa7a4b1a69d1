package pdf

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// Measures of a page, in mm.
const (
	margin     = 16.0
	footHeight = 10.0
	gap        = 3.0 // between parts
)

// Sizes of type, in points.
const (
	body  = 10.0
	small = 8.5
)

// leading is the distance of lines in type sizes.
const leading = 1.5

// Options are what a document has besides its content.
type Options struct {
	Title     string // of the file, and of its window
	Lang      string // such as zh-CN or en
	Created   time.Time
	Landscape bool
	Watermark string                 // who took the document, and when (PPL-10); across every page
	Footer    string                 // at the left of every page's foot
	Page      func(n, of int) string // at the right of every page's foot; nil is n / of
}

// Document is a document being written, from top to bottom. Its methods keep the first error; Write returns it.
type Document struct {
	pdf     *fpdf.Fpdf
	faces   *faces
	options Options
	y       float64 // where the next part begins
	width   float64 // between the margins
	bottom  float64 // where content ends
}

// New begins an A4 document.
func New(o Options) (*Document, error) {
	fonts, err := load()
	if err != nil {
		return nil, err
	}
	orientation := "P"
	if o.Landscape {
		orientation = "L"
	}
	if o.Page == nil {
		o.Page = func(n, of int) string { return strconv.Itoa(n) + " / " + strconv.Itoa(of) }
	}
	p := fpdf.New(orientation, "mm", "A4", "")
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(margin, margin, margin)
	p.SetCatalogSort(true) // the same bytes every time
	p.SetCreationDate(o.Created.UTC())
	p.SetModificationDate(o.Created.UTC())
	p.SetProducer("Zhike", true)
	p.SetTitle(o.Title, true)
	p.SetLang(o.Lang)
	fonts.addTo(p)
	w, h := p.GetPageSize()
	d := &Document{pdf: p, faces: fonts, options: o, width: w - 2*margin, bottom: h - margin - footHeight}
	d.newPage()
	return d, p.Error()
}

func (d *Document) newPage() {
	d.pdf.AddPage()
	d.y = margin
}

// room makes sure that height mm are left on the page, and tells whether that took a new one. What is higher than a page begins on
// a page of its own.
func (d *Document) room(height float64) bool {
	if d.y+height <= d.bottom || d.y == margin {
		return false
	}
	d.newPage()
	return true
}

// Write ends the document and writes it.
func (d *Document) Write(w io.Writer) error {
	for n := 1; n <= d.pdf.PageCount(); n++ {
		d.pdf.SetPage(n)
		d.foot(n)
		d.watermark()
	}
	if err := d.pdf.Output(w); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}

// foot writes the line at the end of a page.
func (d *Document) foot(n int) {
	y := d.bottom + footHeight
	page := d.options.Page(n, d.pdf.PageCount())
	d.rule(d.bottom+footHeight-5, light)
	d.draw(margin, y, d.fit(d.options.Footer, d.width*0.7, style{size: small}), style{size: small, ink: grey})
	d.draw(margin+d.width-d.measure(page, style{size: small}), y, page, style{size: small, ink: grey})
}

// watermark repeats the text across the page, faint and slanting, so that no part of a copy is without it.
func (d *Document) watermark() {
	if d.options.Watermark == "" {
		return
	}
	const size, slant, down = 16.0, 30.0, 62.0
	st := style{size: size, ink: grey}
	across := d.measure(d.options.Watermark, st) + 24
	w, h := d.pdf.GetPageSize()
	d.pdf.SetAlpha(0.13, "Normal")
	for row, y := 0, 30.0; y < h+w*0.6; row, y = row+1, y+down {
		for x := -40 - float64(row%2)*across/2; x < w; x += across {
			d.pdf.TransformBegin()
			d.pdf.TransformRotate(slant, x, y)
			d.draw(x, y, d.options.Watermark, st)
			d.pdf.TransformEnd()
		}
	}
	d.pdf.SetAlpha(1, "Normal")
}
