package chart

// TargetBar shows what is reached, what is expected with its interval, and the target, on one track (a bullet graph: S. Few,
// Information Dashboard Design, 2006).
type TargetBar struct {
	Head

	Reached  Point
	Target   Point
	Expected *Point // with its interval, or none
}

// Table implements Chart.
func (b TargetBar) Table() Table {
	list := []Point{b.Reached, b.Target}
	if b.Expected != nil {
		list = []Point{b.Reached, *b.Expected, b.Target}
	}
	return points(b.Head, list, "")
}

// Draw implements Chart.
func (b TargetBar) Draw() Drawing {
	d := Drawing{Width: b.width(320), Height: 30}
	if b.Expected != nil {
		expected := b.Expected.drawn()
		b.Expected = &expected
	}
	var e extent
	e.add(0, b.Reached.Value, b.Target.Value*1.07)
	if b.Expected != nil {
		e.add(b.Expected.Value)
		e.interval(b.Expected.Interval)
	}
	x := scale{low: e.low, high: max(e.high, e.low+1e-9), from: 0, to: d.Width}
	d.add(Box{Y: 4, W: d.Width, H: 8, Fill: "sunken", Class: "track"})
	if p := b.Expected; p != nil && p.Interval != nil {
		low, high := x.at(p.Interval.Low), x.at(p.Interval.High)
		d.add(Box{X: low, Y: 4, W: high - low, H: 8, Fill: "c3", Class: "range"})
	}
	if known(b.Reached.Value) {
		from, to := x.at(min(0, b.Reached.Value)), x.at(max(0, b.Reached.Value))
		d.add(Box{X: from, Y: 4, W: to - from, H: 8, Fill: "c1", Class: "k1"})
	}
	if p := b.Expected; p != nil && known(p.Value) {
		at := x.at(p.Value)
		text := p.Label + " " + p.text(b.Head)
		if p.Interval != nil {
			text += " (" + b.span(p.Interval) + ")"
		}
		half := width(text) / 2
		d.add(Box{X: at - 1.5, Y: 2, W: 3, H: 12, Fill: "ink"},
			Label{X: min(max(at, half), d.Width-half), Y: 26, Anchor: Middle, Text: text})
	}
	if known(b.Target.Value) {
		d.add(Box{X: x.at(b.Target.Value) - 1, Y: 1, W: 2, H: 14, Fill: "seal", Class: "target"})
	}
	return d
}
