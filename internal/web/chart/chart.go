package chart

import (
	"math"
	"strconv"
	"strings"
)

// Chart is something that can be drawn and also read as a table.
type Chart interface {
	// Draw lays the chart out.
	Draw() Drawing
	// Table gives the data of the chart.
	Table() Table
	// about gives what all charts have.
	about() Head
}

// Head is what every chart has.
type Head struct {
	Title    string  // what is drawn, with its unit; stands under the chart
	Alt      string  // what the chart shows, in a sentence; made from the table where empty
	Of       string  // what the labels are; heads the first column of the table
	Value    string  // what the values are; heads their column where there is one series
	Interval string  // what intervals and bands are, such as "95 % interval"; heads their columns
	Width    float64 // in CSS pixels; 0 is the usual one of the chart
	Format   func(v float64) string
}

func (h Head) about() Head { return h }

// format writes a value; none is an en dash.
func (h Head) format(v float64) string {
	switch {
	case !known(v):
		return "–"
	case h.Format != nil:
		return h.Format(v)
	default:
		return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), "-", "−", 1)
	}
}

// span writes an interval.
func (h Head) span(i *Interval) string {
	if i == nil || !known(i.Low) || !known(i.High) {
		return "–"
	}
	low, high := h.format(i.Low), h.format(i.High)
	if i.Low < 0 || i.High < 0 { // a dash between minus signs cannot be read
		return low + " … " + high
	}
	return low + "–" + high
}

func (h Head) width(usual float64) float64 {
	if h.Width > 0 {
		return h.Width
	}
	return usual
}

// Interval is the range in which a value is taken to lie, or in which it usually lies.
type Interval struct{ Low, High float64 }

// Tone says what a value means. Something besides its colour must say it too: a sign, or the caller's words.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Good
	Bad
)

func (t Tone) paint(usual Paint) Paint {
	switch t {
	case Good:
		return "good"
	case Bad:
		return "bad"
	default:
		return usual
	}
}

// Point is a value with its name.
type Point struct {
	Label    string
	Value    float64 // NaN where there is none
	Interval *Interval
	Compare  *float64 // what it is compared with: a stroke across the bar (Bars)
	Whole    *float64 // what it is a part of: a track behind the bar (Bars, lying)
	Text     string   // the value as written; empty is Head.Format
	Href     string   // the records behind the value, in the table
	Tone     Tone
}

func (p Point) text(h Head) string {
	if p.Text != "" {
		return p.Text
	}
	return h.format(p.Value)
}

// drawn is the point without what cannot be drawn.
func (p Point) drawn() Point {
	if p.Interval != nil && !(known(p.Interval.Low) && known(p.Interval.High)) {
		p.Interval = nil
	}
	if p.Compare != nil && !known(*p.Compare) {
		p.Compare = nil
	}
	if p.Whole != nil && !known(*p.Whole) {
		p.Whole = nil
	}
	return p
}

// Series is a row of values under one name.
type Series struct {
	Name   string
	Values []float64  // one a label; NaN where there is none
	Band   []Interval // none, or one a label: the usual range or the uncertainty
	Hrefs  []string   // none, or one a label: the records behind each value
}

// at gives a value of the series; NaN where there is none.
func (s Series) at(i int) float64 {
	if i >= len(s.Values) {
		return math.NaN()
	}
	return s.Values[i]
}

func (s Series) band(i int) *Interval {
	if i >= len(s.Band) || !known(s.Band[i].Low) || !known(s.Band[i].High) {
		return nil
	}
	return &s.Band[i]
}

func (s Series) href(i int) string {
	if i >= len(s.Hrefs) {
		return ""
	}
	return s.Hrefs[i]
}

// series is the paint of the i-th series; a seventh has the last colour (UI-V allows six).
func series(i int) Paint { return Paint("c" + strconv.Itoa(min(i, 5)+1)) }

// class is what the print style knows the i-th series by.
func class(i int) string { return "k" + strconv.Itoa(min(i, 5)+1) }

// dashes tell lines apart without colour, on paper and on the screen.
var dashes = [...]string{"", "5 3", "2 3", "8 3 2 3", "12 4", "1 2"}

func dash(i int) string { return dashes[min(i, len(dashes)-1)] }

func known(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
