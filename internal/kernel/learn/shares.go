package learn

// step of the path from the root to a node: the share of coalitions that reach it without and with the column.
type hop struct {
	column        int
	without, with float64
	weight        float64
}

// shares adds to each column its Shapley value of the tree's estimate for a row. What is not in a coalition goes both ways, in the shares in
// which the samples went (Lundberg et al. 2020, algorithm 2).
func (t tree) shares(row []uint8, adds []float64) {
	t.walk(0, nil, hop{column: -1, without: 1, with: 1}, row, adds)
}

func (t tree) walk(at int, path []hop, next hop, row []uint8, adds []float64) {
	path = extend(path, next)
	n := t[at]
	if n.leaf() {
		for i := 1; i < len(path); i++ {
			adds[path[i].column] += unwoundSum(path, i) * (path[i].with - path[i].without) * n.Value
		}
		return
	}
	hot := n.side(row[n.Column])
	before := hop{without: 1, with: 1}
	for i := 1; i < len(path); i++ {
		if path[i].column == n.Column { // a column counts once in a path
			before = path[i]
			path = unwind(path, i)
			break
		}
	}
	for side, kid := range n.Kids {
		to := hop{column: n.Column, without: before.without * t[kid].Cover / n.Cover}
		if side == hot {
			to.with = before.with
		}
		t.walk(kid, path, to, row, adds)
	}
}

// extend adds a step to a path, in a list of its own.
func extend(path []hop, next hop) []hop {
	n := len(path)
	out := append(make([]hop, 0, n+1), path...)
	if n == 0 {
		next.weight = 1
	}
	out = append(out, next)
	for i := n - 1; i >= 0; i-- {
		out[i+1].weight += next.with * out[i].weight * float64(i+1) / float64(n+1)
		out[i].weight = next.without * out[i].weight * float64(n-i) / float64(n+1)
	}
	return out
}

// unwind takes a step out of a path again.
func unwind(path []hop, at int) []hop {
	n := len(path) - 1
	out := append([]hop(nil), path...)
	gone := path[at]
	next := out[n].weight
	for i := n - 1; i >= 0; i-- {
		if gone.with != 0 {
			was := out[i].weight
			out[i].weight = next * float64(n+1) / (float64(i+1) * gone.with)
			next = was - out[i].weight*gone.without*float64(n-i)/float64(n+1)
		} else {
			out[i].weight = out[i].weight * float64(n+1) / (gone.without * float64(n-i))
		}
	}
	for i := at; i < n; i++ {
		out[i].column, out[i].without, out[i].with = out[i+1].column, out[i+1].without, out[i+1].with
	}
	return out[:n]
}

func unwoundSum(path []hop, at int) (sum float64) {
	for _, h := range unwind(path, at) {
		sum += h.weight
	}
	return sum
}
