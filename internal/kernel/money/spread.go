package money

import (
	"cmp"
	"math/bits"
	"slices"
)

// Spread divides f over weights in proportion, so that the parts sum to exactly f (largest remainders; Hamilton 1792). f and the
// weights are not negative, and the weights sum to more than zero unless f is zero. Where f is at most that sum, no part is
// more than its weight.
func (f Fen) Spread(weights []Fen) []Fen {
	parts := make([]Fen, len(weights))
	var sum Fen
	for _, w := range weights {
		sum += w
	}
	if f == 0 || sum == 0 {
		return parts
	}
	rest := f
	order := make([]int, len(weights))
	remainder := make([]uint64, len(weights))
	for i, w := range weights {
		// 128 bits: an amount times an amount is more than 64 hold
		hi, lo := bits.Mul64(uint64(f), uint64(w))
		quo, rem := bits.Div64(hi, lo, uint64(sum))
		parts[i], remainder[i], order[i] = Fen(quo), rem, i
		rest -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainder[b], remainder[a]) })
	for _, i := range order[:rest] {
		parts[i]++
	}
	return parts
}
