package learn

import (
	"cmp"
	"slices"
)

const (
	mostTrees = 400
	patience  = 25 // trees without a better loss on rows left out, after which no more are grown
)

// Model estimates.
type Model struct {
	Columns []binned `json:"columns"`
	Base    float64  `json:"base"` // log odds before anything is known
	Trees   []tree   `json:"trees"`
	Curve   Curve    `json:"curve"`
}

// Part is what one column adds to an estimate, in log odds.
type Part struct {
	Column string  `json:"column"`
	Adds   float64 `json:"adds"`
}

// Learned is a model with what it estimated for the samples that it learned from, each by a model that had not seen its group.
type Learned struct {
	Model   Model
	LeftOut []float64 // calibrated
}

// Learn grows a model and tells how it does on rows left out.
func Learn(t Table) (Learned, error) {
	if err := t.check(); err != nil {
		return Learned{}, err
	}
	fold := foldsOf(t.Samples)
	out := leaveOut(t, fold, mostTrees)
	columns := binsOf(t)
	b := newBooster(columns, coded(t, columns), t.Samples, everyOne(len(t.Samples)))
	for range out.trees {
		b.step()
	}
	yes := make([]bool, len(t.Samples))
	for i, s := range t.Samples {
		yes[i] = s.Yes
	}
	return Learned{
		Model:   Model{Columns: columns, Base: b.base, Trees: b.trees, Curve: fitCurve(out.margins, yes)},
		LeftOut: calibrated(out.margins, yes, fold),
	}, nil
}

func binsOf(t Table) []binned {
	out := make([]binned, len(t.Columns))
	for i := range t.Columns {
		out[i] = binColumn(t, i)
	}
	return out
}

func everyOne(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

// leftOut is what models of the other folds give for each sample.
type leftOut struct {
	margins []float64
	trees   int       // at which the loss is least
	gains   []float64 // what the splits of each column gained
}

// leaveOut grows a model for each fold without it. Bins are found without the fold as well.
func leaveOut(t Table, fold []int, most int) (out leftOut) {
	var boosters [Folds]*booster
	for f := range boosters {
		var learn []int32
		seen := Table{Columns: t.Columns}
		for i, of := range fold {
			if of != f {
				learn = append(learn, int32(i))
				seen.Samples = append(seen.Samples, t.Samples[i])
			}
		}
		columns := binsOf(seen)
		boosters[f] = newBooster(columns, coded(t, columns), t.Samples, learn)
	}
	now := make([]float64, len(fold))
	least := 0.0
	for n := 0; n <= most && n-out.trees <= patience; n++ {
		sum := 0.0
		for i, f := range fold {
			now[i] = boosters[f].margin[i]
			sum += loss(t.Samples[i].Yes, now[i])
		}
		if n == 0 || sum < least {
			out.margins, out.trees, least = slices.Clone(now), n, sum
		}
		for _, b := range boosters {
			b.step()
		}
	}
	out.gains = make([]float64, len(t.Columns))
	for _, b := range boosters {
		for c, g := range b.gains {
			out.gains[c] += g
		}
	}
	return out
}

// calibrated turns margins into probabilities; the curve of a fold is that of the other folds.
func calibrated(margins []float64, yes []bool, fold []int) []float64 {
	out := make([]float64, len(margins))
	for f := range Folds {
		var m []float64
		var y []bool
		for i, of := range fold {
			if of != f {
				m, y = append(m, margins[i]), append(y, yes[i])
			}
		}
		c := fitCurve(m, y)
		for i, of := range fold {
			if of == f {
				out[i] = c.probability(margins[i])
			}
		}
	}
	return out
}

// Estimate gives the probability of a yes, and what each column adds to it, the largest part first. The parts and the log odds of the
// mean estimate add up to the log odds of the probability.
func (m Model) Estimate(values []Value) (probability float64, parts []Part) {
	row := make([]uint8, len(m.Columns))
	for i, b := range m.Columns {
		row[i] = b.bin(values[i])
	}
	margin := m.Base
	adds := make([]float64, len(m.Columns))
	for _, t := range m.Trees {
		margin += t.value(row)
		t.shares(row, adds)
	}
	for i, a := range adds {
		if a != 0 {
			parts = append(parts, Part{Column: m.Columns[i].Name, Adds: m.Curve.Slope * a})
		}
	}
	slices.SortStableFunc(parts, func(a, b Part) int { return cmp.Compare(max(b.Adds, -b.Adds), max(a.Adds, -a.Adds)) })
	return m.Curve.probability(margin), parts
}

// Names are the columns that an estimate needs, in order.
func (m Model) Names() []Column {
	out := make([]Column, len(m.Columns))
	for i, b := range m.Columns {
		out[i] = b.Column
	}
	return out
}

// Level tells whether a text is a level of a column that stands for itself: rare ones do not.
func (m Model) Level(column, text string) bool {
	i := slices.IndexFunc(m.Columns, func(b binned) bool { return b.Name == column })
	return i >= 0 && slices.Contains(m.Columns[i].Levels, text)
}

// weightSamples are enough to see which columns count.
const weightSamples = 500

// Weights are the columns of a model by how much they move its estimates: the mean of their parts without sign.
func (m Model) Weights(t Table) []Part {
	t = t.some(weightSamples)
	sum := make([]Part, len(m.Columns))
	for i, b := range m.Columns {
		sum[i].Column = b.Name
	}
	for _, s := range t.Samples {
		_, parts := m.Estimate(s.Values)
		for _, p := range parts {
			i := slices.IndexFunc(m.Columns, func(b binned) bool { return b.Name == p.Column })
			sum[i].Adds += max(p.Adds, -p.Adds) / float64(len(t.Samples))
		}
	}
	sum = slices.DeleteFunc(sum, func(p Part) bool { return p.Adds == 0 })
	slices.SortStableFunc(sum, func(a, b Part) int { return cmp.Compare(b.Adds, a.Adds) })
	return sum
}
