package chart

// Waterfall leads from one total to another by what was added and taken away. Totals begin at zero; a change begins where the step
// before it ended. Its text carries the sign, so that falls are not told by colour alone.
type Waterfall struct {
	Head

	Steps  []Step
	Height float64 // 0 is 112
}

// Step is a total or a change.
type Step struct {
	Label string
	Value float64 // of a total, its amount; else the change
	Total bool
	Text  string // as written, with its sign; empty is Head.Format
	Href  string
}

func (s Step) text(h Head) string {
	switch {
	case s.Text != "":
		return s.Text
	case !s.Total && s.Value > 0:
		return "+" + h.format(s.Value)
	default:
		return h.format(s.Value)
	}
}

// Table implements Chart.
func (w Waterfall) Table() Table {
	t := Table{Caption: w.Title, Columns: []string{w.Of, w.Value}}
	for _, s := range w.Steps {
		t.Rows = append(t.Rows, []Cell{{Text: s.Label}, {Text: s.text(w.Head), Href: s.Href}})
	}
	return t
}

// bounds are where each step begins and ends.
func (w Waterfall) bounds() (list [][2]float64, e extent) {
	at := 0.0
	e.add(0)
	for _, s := range w.Steps {
		from, v := at, s.Value
		if !known(v) {
			v = 0
		}
		if s.Total {
			from, at = 0, v
		} else {
			at += v
		}
		e.add(from, at)
		list = append(list, [2]float64{from, at})
	}
	return list, e
}

// Draw implements Chart.
func (w Waterfall) Draw() Drawing {
	d := Drawing{Width: w.width(232), Height: w.Height}
	if d.Height == 0 {
		d.Height = 112
	}
	bounds, e := w.bounds()
	y := scale{low: e.low, high: max(e.high, e.low+1e-9), from: d.Height - 22, to: 18}
	slot := d.Width / float64(max(len(w.Steps), 1))
	wide := min(slot*0.75, 48)
	for i, s := range w.Steps {
		from, to := bounds[i][0], bounds[i][1]
		mid := slot * (float64(i) + 0.5)
		top, bottom := y.at(max(from, to)), y.at(min(from, to))
		if i > 0 && !s.Total {
			d.add(Path{Points: [][2]float64{{mid - slot + wide/2, y.at(from)}, {mid - wide/2, y.at(from)}}, Stroke: "control", Wide: 1, Dash: "1 2"})
		}
		paint, class := Paint("c1"), "k1"
		switch {
		case s.Total:
			paint, class = "c4", "k4"
		case s.Value < 0:
			paint, class = "bad", "bad"
		}
		d.add(Box{X: mid - wide/2, Y: top, W: wide, H: max(2, bottom-top), Fill: paint, Class: class},
			Label{X: mid, Y: top - 4, Anchor: Middle, Text: s.text(w.Head), Strong: true},
			Label{X: mid, Y: d.Height - 7, Anchor: Middle, Text: fit(s.Label, slot)})
	}
	d.add(rule(0, y.at(0), d.Width, y.at(0), "control"))
	return d
}
