package chart

// Measures of lying bars.
const (
	rowHigh = 32.0
	barHigh = 18.0
	// shortest is how long the longest bar is at least, however long the texts are.
	shortest = 48.0
	// strongWide is how much wider strong text is.
	strongWide = 1.06
)

// lie draws lying bars: name, bar, value. A track behind a bar is its whole, a stroke across it what it is compared with.
func (b Bars) lie() Drawing {
	d := Drawing{Width: b.width(232), Height: max(1, float64(len(b.Points)))*rowHigh + 4}
	names, texts := make([]string, len(b.Points)), make([]string, len(b.Points))
	for i, p := range b.Points {
		names[i], texts[i] = p.Label, p.text(b.Head)
		if p.Compare != nil {
			texts[i] += " · " + b.Compare + " " + b.format(*p.Compare)
		}
	}
	left := min(widest(names)+8, d.Width*0.42)
	right := min(widest(texts)*strongWide+6, d.Width-left-shortest)
	e := b.extent()
	x := scale{low: e.low, high: max(e.high, e.low+1e-9), from: left, to: d.Width - right}
	if e.low < 0 {
		d.add(rule(x.at(0), 2, x.at(0), d.Height-2, "control"))
	}
	for i, p := range b.Points {
		p = p.drawn()
		y := float64(i)*rowHigh + (rowHigh-barHigh)/2
		d.add(Label{X: 0, Y: y + barHigh - 5, Text: fit(p.Label, left-6)})
		end := x.at(0)
		if p.Whole != nil {
			d.add(Box{X: x.at(0), Y: y, W: max(0, x.at(*p.Whole)-x.at(0)), H: barHigh, Fill: "sunken", Class: "track"})
			end = max(end, x.at(*p.Whole))
		}
		if known(p.Value) {
			from, to := x.at(min(p.Value, 0)), x.at(max(p.Value, 0))
			d.add(Box{X: from, Y: y, W: to - from, H: barHigh, Fill: p.Tone.paint(b.Paint), Class: p.Tone.class()})
			end = max(end, to)
		}
		if p.Interval != nil {
			low, high, mid := x.at(p.Interval.Low), x.at(p.Interval.High), y+barHigh/2
			d.add(Path{Points: [][2]float64{{low, mid}, {high, mid}}, Stroke: "ink", Wide: 1.5},
				Path{Points: [][2]float64{{low, mid - 4}, {low, mid + 4}}, Stroke: "ink", Wide: 1.5},
				Path{Points: [][2]float64{{high, mid - 4}, {high, mid + 4}}, Stroke: "ink", Wide: 1.5})
			end = max(end, high)
		}
		if p.Compare != nil {
			at := x.at(*p.Compare)
			d.add(Path{Points: [][2]float64{{at, y - 3}, {at, y + barHigh + 3}}, Stroke: "ink", Wide: 2})
			end = max(end, at)
		}
		d.add(Label{X: end + 5, Y: y + barHigh - 5, Text: texts[i], Strong: true})
	}
	return d
}
