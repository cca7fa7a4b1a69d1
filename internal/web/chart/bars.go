package chart

// Bars compares the values of a few things, with the value at each bar. Bars stand; they lie (rows.go) where names are too long to
// stand under them, or where a point has a whole.
type Bars struct {
	Head

	Points  []Point
	Paint   Paint   // "" is c3
	Compare string  // what Point.Compare or Point.Whole is; stands before its value, and heads its column
	Lying   bool    // lie even where names are short
	Height  float64 // of standing bars; 0 is 112
}

// Table implements Chart.
func (b Bars) Table() Table { return points(b.Head, b.Points, b.Compare) }

// Draw implements Chart.
func (b Bars) Draw() Drawing {
	if b.Paint == "" {
		b.Paint = "c3"
	}
	if b.Lying || b.crowded() {
		return b.lie()
	}
	return b.stand()
}

// crowded tells whether names or values do not fit side by side, or there are marks that standing bars do not have.
func (b Bars) crowded() bool {
	if len(b.Points) == 0 {
		return false
	}
	slot := b.width(232) / float64(len(b.Points))
	for _, p := range b.Points {
		if p.Whole != nil || p.Compare != nil || width(p.Label) > slot-2 || width(p.text(b.Head)) > slot-2 {
			return true
		}
	}
	return false
}

func (b Bars) extent() (e extent) {
	e.add(0)
	for _, p := range b.Points {
		e.add(p.Value)
		e.interval(p.Interval)
		for _, v := range []*float64{p.Compare, p.Whole} {
			if v != nil {
				e.add(*v)
			}
		}
	}
	return e
}

func (b Bars) stand() Drawing {
	d := Drawing{Width: b.width(232), Height: b.Height}
	if d.Height == 0 {
		d.Height = 112
	}
	e := b.extent()
	foot := d.Height - 22
	if e.low < 0 {
		foot -= lineUp // values of bars that hang stand under them
	}
	y := scale{low: e.low, high: max(e.high, e.low+1e-9), from: foot, to: 18}
	slot := d.Width / float64(max(len(b.Points), 1))
	wide := min(slot*0.78, 48)
	for i, p := range b.Points {
		p = p.drawn()
		mid := slot * (float64(i) + 0.5)
		d.add(Label{X: mid, Y: d.Height - 7, Anchor: Middle, Text: p.Label})
		if !known(p.Value) {
			d.add(Label{X: mid, Y: y.at(0) - 4, Anchor: Middle, Text: p.text(b.Head), Strong: true})
			continue
		}
		top, bottom := y.at(max(p.Value, 0)), y.at(min(p.Value, 0))
		d.add(Box{X: mid - wide/2, Y: top, W: wide, H: bottom - top, Fill: p.Tone.paint(b.Paint), Class: p.Tone.class()})
		if p.Interval != nil {
			low, high := y.at(p.Interval.Low), y.at(p.Interval.High)
			d.add(Path{Points: [][2]float64{{mid, low}, {mid, high}}, Stroke: "ink", Wide: 1.5},
				Path{Points: [][2]float64{{mid - 4, low}, {mid + 4, low}}, Stroke: "ink", Wide: 1.5},
				Path{Points: [][2]float64{{mid - 4, high}, {mid + 4, high}}, Stroke: "ink", Wide: 1.5})
			top, bottom = min(top, high), max(bottom, low)
		}
		at := top - 4
		if p.Value < 0 {
			at = bottom + lineUp - 2
		}
		d.add(Label{X: mid, Y: at, Anchor: Middle, Text: p.text(b.Head), Strong: true})
	}
	d.add(rule(0, y.at(0), d.Width, y.at(0), "control"))
	return d
}

// class is what the print style knows a mark of the tone by.
func (t Tone) class() string {
	switch t {
	case Good:
		return "good"
	case Bad:
		return "bad"
	default:
		return "k1"
	}
}
