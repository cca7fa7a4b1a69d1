package chart

// StackedBars shows parts of wholes: one bar a label, one part a series, the whole above it; the names of the parts stand beside the
// last bar. Parts below zero hang under the line.
type StackedBars struct {
	Head

	Labels []string
	Series []Series // at most six (UI-V), from the line outwards
	Height float64  // 0 is 168
}

// Table implements Chart.
func (b StackedBars) Table() Table { return columns(b.Head, b.Labels, b.Series) }

// Draw implements Chart.
func (b StackedBars) Draw() Drawing {
	d := Drawing{Width: b.width(340), Height: b.Height}
	if d.Height == 0 {
		d.Height = 168
	}
	var e extent
	e.add(0)
	for i := range b.Labels {
		low, high := b.whole(i)
		e.add(low, high)
	}
	foot := d.Height - 22
	y := scale{low: e.low, high: max(e.high, e.low+1e-9), from: foot, to: 18}
	names := make([]string, len(b.Series))
	for i, s := range b.Series {
		names[i] = s.Name
	}
	right := min(widest(names)+14, d.Width*0.4)
	slot := (d.Width - right) / float64(max(len(b.Labels), 1))
	wide := min(slot*0.78, 48)
	shown := thin(b.Labels, slot)
	totals := make([]string, len(b.Labels))
	for i := range b.Labels {
		low, high := b.whole(i)
		totals[i] = b.format(low + high)
	}
	written := thin(totals, slot)
	for i, label := range b.Labels {
		mid := slot * (float64(i) + 0.5)
		b.stack(&d, i, mid-wide/2, wide, y)
		if shown[i] {
			d.add(Label{X: mid, Y: d.Height - 7, Anchor: Middle, Text: label})
		}
		if written[i] {
			_, high := b.whole(i)
			d.add(Label{X: mid, Y: y.at(high) - 4, Anchor: Middle, Text: totals[i], Strong: true})
		}
	}
	d.add(rule(0, y.at(0), d.Width-right, y.at(0), "control"))
	b.names(&d, y, d.Width-right, right)
	return d
}

// whole is how far the parts of a bar reach, downwards and upwards.
func (b StackedBars) whole(i int) (low, high float64) {
	for _, s := range b.Series {
		if v := s.at(i); known(v) {
			low, high = low+min(v, 0), high+max(v, 0)
		}
	}
	return low, high
}

// parts are the bounds of the parts of a bar, in the order of the series.
func (b StackedBars) parts(i int) []Interval {
	list := make([]Interval, len(b.Series))
	low, high := 0.0, 0.0
	for n, s := range b.Series {
		v := s.at(i)
		switch {
		case !known(v):
			list[n] = Interval{high, high}
		case v < 0:
			list[n] = Interval{low + v, low}
			low += v
		default:
			list[n] = Interval{high, high + v}
			high += v
		}
	}
	return list
}

func (b StackedBars) stack(d *Drawing, i int, left, wide float64, y scale) {
	for n, part := range b.parts(i) {
		if part.High > part.Low {
			d.add(Box{X: left, Y: y.at(part.High), W: wide, H: y.at(part.Low) - y.at(part.High), Fill: series(n), Edge: "surface", Class: class(n)})
		}
	}
}

// names writes the names of the parts beside the last bar, each with a small sample of its colour and print dash.
func (b StackedBars) names(d *Drawing, y scale, left, room float64) {
	if len(b.Labels) == 0 {
		return
	}
	places := make([]float64, len(b.Series))
	for n, part := range b.parts(len(b.Labels) - 1) {
		places[n] = y.at((part.Low+part.High)/2) + 4
	}
	for n, place := range spread(places, lineUp+1, 12, d.Height-24) {
		d.add(Box{X: left, Y: place - 8, W: 8, H: 8, Fill: series(n), Class: class(n)},
			Label{X: left + 12, Y: place, Text: fit(b.Series[n].Name, room-12), Strong: true})
	}
}
