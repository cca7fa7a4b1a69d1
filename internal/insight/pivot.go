package insight

import (
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/stat"
)

// rowKey is what a row of a report is about: a center, a day, or the value of a dimension.
type rowKey struct {
	center id.ID
	day    bizdate.Date
	value  string
}

// line is the sums of a row, and the counts of its medians by whole number.
type line struct {
	sums    []int64
	medians []map[int64]int64
}

// pivot adds cells up by row, in one pass.
type pivot struct {
	metrics []Metric
	sums    map[string]int // sum → its place in a line
	medians map[string]int
	rows    map[rowKey]*line
	total   *line
}

func newPivot(metrics []string, cells Cells, key func(Cell) rowKey) *pivot {
	sums, medians := sumsOf(metrics)
	p := &pivot{sums: make(map[string]int, len(sums)), medians: make(map[string]int, len(medians)), rows: map[rowKey]*line{}}
	for _, m := range metrics {
		metric, _ := MetricByID(m)
		p.metrics = append(p.metrics, metric)
	}
	for i, s := range sums {
		p.sums[s] = i
	}
	for i, m := range medians {
		p.medians[m] = i
	}
	p.total = p.line()
	for _, c := range cells {
		k := key(c)
		row := p.rows[k]
		if row == nil {
			row = p.line()
			p.rows[k] = row
		}
		p.add(row, c)
		p.add(p.total, c)
	}
	return p
}

func (p *pivot) line() *line {
	return &line{sums: make([]int64, len(p.sums)), medians: make([]map[int64]int64, len(p.medians))}
}

func (p *pivot) add(l *line, c Cell) {
	if i, ok := p.sums[c.Metric]; ok {
		l.sums[i] += c.N
		return
	}
	i, ok := p.medians[c.Metric]
	if !ok {
		return
	}
	if l.medians[i] == nil {
		l.medians[i] = map[int64]int64{}
	}
	l.medians[i][c.Minute] += c.N
}

// figures are those of a row; of one without cells they are zero, or none.
func (p *pivot) figures(k rowKey) []Figure {
	if row := p.rows[k]; row != nil {
		return p.of(row)
	}
	return p.of(p.line())
}

func (p *pivot) of(l *line) []Figure {
	out := make([]Figure, len(p.metrics))
	for i, m := range p.metrics {
		switch {
		case m.Median:
			v, ok := stat.MedianOfCounts(l.medians[p.medians[m.ID]])
			out[i] = Figure{V: v, None: !ok}
		case !m.Ratio():
			out[i] = Figure{V: float64(l.sums[p.sums[m.ID]])}
		case l.sums[p.sums[m.Over]] == 0:
			out[i] = Figure{None: true}
		default:
			out[i] = Figure{V: float64(l.sums[p.sums[m.Num]]) / float64(l.sums[p.sums[m.Over]])}
		}
	}
	return out
}

// sortedRows gives the keys of rows in their order; none comes last.
func sortedRows[T any](rows map[string]T) []string {
	keys := make([]string, 0, len(rows))
	for k := range rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if i := slices.Index(keys, ""); i >= 0 {
		keys = append(slices.Delete(keys, i, i+1), "")
	}
	return keys
}
