package chart

// Dots shows estimates with their intervals, one below the other, so that overlapping ones are seen to overlap.
type Dots struct {
	Head

	Points []Point
}

// Table implements Chart.
func (p Dots) Table() Table { return points(p.Head, p.Points, "") }

// Draw implements Chart.
func (p Dots) Draw() Drawing {
	const row = 30.0
	d := Drawing{Width: p.width(232), Height: float64(len(p.Points))*row + 24}
	names := make([]string, len(p.Points))
	var e extent
	for i, one := range p.Points {
		names[i] = one.Label
		e.add(one.Value)
		e.interval(one.Interval)
	}
	if !e.any {
		e.high = 1
	}
	marks := ticks(e.low, e.high, 3)
	left := min(widest(names)+10, d.Width*0.45)
	first, final := width(p.format(marks[0]))/2, width(p.format(marks[len(marks)-1]))/2
	x := scale{low: marks[0], high: marks[len(marks)-1], from: left + first, to: d.Width - final}
	foot := d.Height - 20
	d.add(rule(x.from, foot, x.to, foot, "rule-2"))
	texts := make([]string, len(marks))
	for i, v := range marks {
		texts[i] = p.format(v)
	}
	for i, shown := range thin(texts, (x.to-x.from)/float64(len(marks)-1)) {
		d.add(rule(x.at(marks[i]), foot, x.at(marks[i]), foot+3, "rule-2"))
		if shown {
			d.add(Label{X: x.at(marks[i]), Y: d.Height - 5, Anchor: Middle, Text: texts[i]})
		}
	}
	for i, one := range p.Points {
		one = one.drawn()
		y := float64(i)*row + 21
		d.add(Label{X: 0, Y: y + 4, Text: fit(one.Label, left-6)})
		paint := one.Tone.paint("c1")
		if one.Interval != nil {
			d.add(Path{Points: [][2]float64{{x.at(one.Interval.Low), y}, {x.at(one.Interval.High), y}}, Stroke: paint, Wide: 2, Class: one.Tone.class()})
		}
		if known(one.Value) {
			d.add(Disc{X: x.at(one.Value), Y: y, R: 4.5, Fill: "surface", Stroke: paint, Wide: 2.5, Class: one.Tone.class()},
				Label{X: x.at(one.Value), Y: y - 8, Anchor: Middle, Text: one.text(p.Head), Strong: true})
		}
	}
	return d
}
