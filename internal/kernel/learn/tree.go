package learn

import (
	"cmp"
	"math"
	"slices"
)

const (
	depth      = 3
	shrink     = 0.05 // of each tree
	ridge      = 3.0  // added to the second derivatives of a leaf
	levelRidge = 10.0 // the same where the levels of a category are put in order
	leastLeaf  = 20   // samples of a leaf
	leastGain  = 1e-6
)

// node is a part of a tree. A leaf has no children.
type node struct {
	Column int     `json:"c"`
	Left   uint64  `json:"m,omitempty"` // the bins that go to the left
	Kids   [2]int  `json:"k,omitzero"`  // places of left and right; 0 of a leaf
	Value  float64 `json:"v,omitempty"` // of a leaf, in log odds
	Cover  float64 `json:"n"`           // share of the samples that came here
}

func (n node) leaf() bool { return n.Kids[0] == 0 }

func (n node) side(bin uint8) int {
	if n.Left>>bin&1 == 1 {
		return 0
	}
	return 1
}

type tree []node

func (t tree) value(bins []uint8) float64 {
	at := 0
	for !t[at].leaf() {
		at = t[at].Kids[t[at].side(bins[t[at].Column])]
	}
	return t[at].Value
}

// of is the estimate of a sample, whose bins lie in a list a column.
func (t tree) of(bins [][]uint8, sample int) float64 {
	at := 0
	for !t[at].leaf() {
		at = t[at].Kids[t[at].side(bins[t[at].Column][sample])]
	}
	return t[at].Value
}

// grower grows one tree on the gradients and second derivatives of its samples.
type grower struct {
	columns []binned
	bins    [][]uint8
	grad    []float64
	hess    []float64
	gains   []float64 // what the splits of each column gained
	tree    tree
	all     float64
}

// sums are those of the samples of a bin, or of several.
type sums struct{ grad, hess, n float64 }

func (s sums) plus(o sums) sums  { return sums{s.grad + o.grad, s.hess + o.hess, s.n + o.n} }
func (s sums) minus(o sums) sums { return sums{s.grad - o.grad, s.hess - o.hess, s.n - o.n} }

// score is what a leaf of these samples gains.
func (s sums) score(ridge float64) float64 { return s.grad * s.grad / (s.hess + ridge) }

// grow grows the tree below the samples and gives the place of its root.
func (g *grower) grow(samples []int32, levels int) int {
	var total sums
	for _, i := range samples {
		total = total.plus(sums{g.grad[i], g.hess[i], 1})
	}
	at := len(g.tree)
	g.tree = append(g.tree, node{Cover: total.n / g.all, Value: -shrink * total.grad / (total.hess + ridge)})
	if levels == 0 {
		return at
	}
	column, mask, gain := g.best(samples, total)
	if gain < leastGain {
		return at
	}
	g.gains[column] += gain
	var left, right []int32
	for _, i := range samples {
		if mask>>g.bins[column][i]&1 == 1 {
			left = append(left, i)
		} else {
			right = append(right, i)
		}
	}
	kids := [2]int{g.grow(left, levels-1), g.grow(right, levels-1)}
	g.tree[at].Column, g.tree[at].Left, g.tree[at].Kids, g.tree[at].Value = column, mask, kids, 0
	return at
}

// best finds the split that gains most; of equals the first column's.
func (g *grower) best(samples []int32, total sums) (column int, mask uint64, gain float64) {
	for c, b := range g.columns {
		if b.same {
			continue
		}
		var hist [mostBins]sums
		for _, i := range samples {
			h := &hist[g.bins[c][i]]
			h.grad, h.hess, h.n = h.grad+g.grad[i], h.hess+g.hess[i], h.n+1
		}
		split := splitNumber
		if b.Kind == Category {
			split = splitCategory
		}
		m, gained := split(hist[:b.bins()], total)
		if gained > gain {
			column, mask, gain = c, m, gained
		}
	}
	return column, mask, gain
}

// splitNumber tries each end of a bin, with what is not known on either side.
func splitNumber(hist []sums, total sums) (mask uint64, gain float64) {
	for _, missingLeft := range []bool{true, false} {
		var left sums
		var bits uint64
		if missingLeft {
			left, bits = hist[missingBin], 1
		}
		for b := 1; b < len(hist); b++ {
			if g := gainOf(left, total, ridge); g > gain {
				mask, gain = bits, g
			}
			left, bits = left.plus(hist[b]), bits|1<<b
		}
		if g := gainOf(left, total, ridge); !missingLeft && g > gain {
			mask, gain = bits, g
		}
	}
	return mask, gain
}

// splitCategory puts the levels in the order of their gradients and tries each place between two of them.
func splitCategory(hist []sums, total sums) (mask uint64, gain float64) {
	var order []int
	for b, h := range hist {
		if h.n > 0 {
			order = append(order, b)
		}
	}
	slope := func(b int) float64 { return hist[b].grad / (hist[b].hess + levelRidge) }
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(slope(a), slope(b)), cmp.Compare(a, b)) })
	var left sums
	var bits uint64
	for _, b := range order[:max(0, len(order)-1)] {
		left, bits = left.plus(hist[b]), bits|1<<b
		if g := gainOf(left, total, levelRidge); g > gain {
			mask, gain = bits, g
		}
	}
	return mask, gain
}

func gainOf(left, total sums, ridge float64) float64 {
	right := total.minus(left)
	if left.n < leastLeaf || right.n < leastLeaf {
		return 0
	}
	return left.score(ridge) + right.score(ridge) - total.score(ridge)
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }
