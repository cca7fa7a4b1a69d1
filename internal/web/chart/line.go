package chart

import "slices"

// Line draws values over time. Each series has a dash of its own and its name with the last value at its end; a series may have a
// band. The value axis need not begin at zero, since a line is read by its slope.
type Line struct {
	Head

	Labels   []string // of the places along, oldest first
	Series   []Series // at most six (UI-V)
	FromZero bool
	Height   float64 // 0 is 168
}

// Table implements Chart.
func (l Line) Table() Table { return columns(l.Head, l.Labels, l.Series) }

// Draw implements Chart.
func (l Line) Draw() Drawing {
	d := Drawing{Width: l.width(340), Height: l.Height}
	if d.Height == 0 {
		d.Height = 168
	}
	marks := ticks(l.extent())
	ends := l.ends()
	left, right := 0.0, widest(ends)+8
	for _, v := range marks {
		left = max(left, width(l.format(v))+6)
	}
	y := scale{low: marks[0], high: marks[len(marks)-1], from: d.Height - 26, to: 10}
	x := scale{low: 0, high: float64(len(l.Labels) - 1), from: left + 4, to: d.Width - right - 4}
	for _, v := range marks {
		d.add(rule(left, y.at(v), d.Width-right, y.at(v), "rule"), Label{X: left - 4, Y: y.at(v) + 4, Anchor: End, Text: l.format(v)})
	}
	l.axis(&d, x)
	for i, s := range l.Series {
		d.add(band(s, i, x, y)...)
	}
	for i, s := range l.Series {
		d.add(strokes(s, i, x, y)...)
	}
	l.label(&d, ends, y, d.Width-right)
	return d
}

func (l Line) extent() (low, high float64, want int) {
	var e extent
	for _, s := range l.Series {
		e.add(s.Values...)
		for i := range s.Band {
			e.interval(s.band(i))
		}
	}
	if l.FromZero {
		e.add(0)
	}
	if !e.any {
		return 0, 1, 3
	}
	return e.low, e.high, 4
}

func (l Line) axis(d *Drawing, x scale) {
	distance := 0.0
	if n := len(l.Labels); n > 1 {
		distance = (x.to - x.from) / float64(n-1)
	}
	for i, shown := range thin(l.Labels, distance) {
		if !shown {
			continue
		}
		// a text at the edge is moved in
		half := width(l.Labels[i]) / 2
		at := min(max(x.at(float64(i)), half), d.Width-half)
		d.add(Label{X: at, Y: d.Height - 8, Anchor: Middle, Text: l.Labels[i]})
	}
}

// ends are the texts at the ends of the lines: the name where there are several, and the last value.
func (l Line) ends() []string {
	list := make([]string, len(l.Series))
	for i, s := range l.Series {
		if at := last(s); at >= 0 {
			list[i] = l.format(s.Values[at])
			if len(l.Series) > 1 {
				list[i] = s.Name + " " + list[i]
			}
		}
	}
	return list
}

func (l Line) label(d *Drawing, ends []string, y scale, left float64) {
	places, which := []float64{}, []int{}
	for i, s := range l.Series {
		if at := last(s); at >= 0 {
			places, which = append(places, y.at(s.Values[at])+4), append(which, i)
		}
	}
	for n, place := range spread(places, lineUp, 10, d.Height-26) {
		d.add(Label{X: left + 4, Y: place, Text: ends[which[n]], Strong: true})
	}
}

// last is the place of the last value of a series; -1 where it has none.
func last(s Series) int {
	for i, v := range slices.Backward(s.Values) {
		if known(v) {
			return i
		}
	}
	return -1
}

// band is the area between the bounds of a series, in parts where bounds are missing.
func band(s Series, index int, x, y scale) (marks []Mark) {
	for from := 0; from < len(s.Band); from++ {
		until := from
		var upper, lower [][2]float64
		for ; until < len(s.Band) && s.band(until) != nil; until++ {
			at := x.at(float64(until))
			upper = append(upper, [2]float64{at, y.at(s.Band[until].High)})
			lower = append(lower, [2]float64{at, y.at(s.Band[until].Low)})
		}
		slices.Reverse(lower)
		upper = append(upper, lower...)
		if len(upper) > 2 {
			marks = append(marks, Path{Points: upper, Fill: series(index), Faint: true, Class: "band"})
		}
		from = until
	}
	return marks
}

// strokes is the line of a series, in parts where values are missing; a value between two missing ones is a small disc.
func strokes(s Series, index int, x, y scale) (marks []Mark) {
	var run [][2]float64
	flush := func() {
		switch len(run) {
		case 0:
		case 1:
			marks = append(marks, Disc{X: run[0][0], Y: run[0][1], R: 2, Fill: series(index), Class: class(index)})
		default:
			marks = append(marks, Path{Points: run, Stroke: series(index), Wide: 2, Dash: dash(index), Class: class(index)})
		}
		run = nil
	}
	for i := range s.Values {
		if !known(s.Values[i]) {
			flush()
			continue
		}
		run = append(run, [2]float64{x.at(float64(i)), y.at(s.Values[i])})
	}
	flush()
	if at := last(s); at >= 0 {
		marks = append(marks, Disc{X: x.at(float64(at)), Y: y.at(s.Values[at]), R: 3.5, Fill: series(index), Class: class(index)})
	}
	return marks
}
