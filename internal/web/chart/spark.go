package chart

// Spark is a course without axes, as high as a line of text: for a cell of a table or a figure (E. Tufte, Beautiful Evidence, 2006).
// The value stands beside it on the page, so it is not written here.
type Spark struct {
	Head

	Labels []string // of the places along, for the table
	Series Series
}

// Table implements Chart.
func (s Spark) Table() Table { return columns(s.Head, s.Labels, []Series{s.Series}) }

// Draw implements Chart.
func (s Spark) Draw() Drawing {
	d := Drawing{Width: s.width(96), Height: 22}
	var e extent
	e.add(s.Series.Values...)
	for i := range s.Series.Band {
		e.interval(s.Series.band(i))
	}
	x := scale{low: 0, high: float64(len(s.Series.Values) - 1), from: 2, to: d.Width - 5}
	y := scale{low: e.low, high: e.high, from: d.Height - 5, to: 5}
	d.add(band(s.Series, 0, x, y)...)
	d.add(strokes(s.Series, 0, x, y)...)
	return d
}
