package learn

import "math"

// booster adds tree after tree to what the samples that it learns from are estimated at.
type booster struct {
	columns []binned
	bins    [][]uint8
	yes     []bool
	learn   []int32 // samples that it learns from
	margin  []float64
	grad    []float64
	hess    []float64
	base    float64
	gains   []float64
	trees   []tree
}

func newBooster(columns []binned, bins [][]uint8, samples []Sample, learn []int32) *booster {
	b := &booster{columns: columns, bins: bins, learn: learn, gains: make([]float64, len(columns))}
	b.yes, b.margin = make([]bool, len(samples)), make([]float64, len(samples))
	b.grad, b.hess = make([]float64, len(samples)), make([]float64, len(samples))
	yes := 0.0
	for i, s := range samples {
		b.yes[i] = s.Yes
	}
	for _, i := range learn {
		if b.yes[i] {
			yes++
		}
	}
	b.base = logit((yes + 1) / (float64(len(learn)) + 2))
	for i := range b.margin {
		b.margin[i] = b.base
	}
	return b
}

// step adds a tree and moves the margins of all samples, also of those left out.
func (b *booster) step() {
	for _, i := range b.learn {
		p := sigmoid(b.margin[i])
		b.grad[i], b.hess[i] = p, p*(1-p)
		if b.yes[i] {
			b.grad[i]--
		}
	}
	g := grower{columns: b.columns, bins: b.bins, grad: b.grad, hess: b.hess, gains: b.gains, all: float64(len(b.learn))}
	g.grow(b.learn, depth)
	b.trees = append(b.trees, g.tree)
	for i := range b.margin {
		b.margin[i] += g.tree.of(b.bins, i)
	}
}

// loss is the logarithmic loss of a margin.
func loss(yes bool, margin float64) float64 {
	if yes {
		margin = -margin
	}
	if margin > 30 {
		return margin
	}
	return math.Log1p(math.Exp(margin))
}
