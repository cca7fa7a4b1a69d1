package stat

import (
	"maps"
	"slices"
)

// MedianOfCounts is the median of values of which each occurs so many times: durations in whole minutes, as roll-ups keep them so
// that days and centers add up. Of an even number it is the mean of the middle two. ok is false where there is none.
func MedianOfCounts(counts map[int64]int64) (median float64, ok bool) {
	var n int64
	for _, times := range counts {
		n += max(times, 0)
	}
	if n == 0 {
		return 0, false
	}
	var seen int64
	var lower int64
	below := false // whether the lower middle value was seen
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		seen += max(counts[v], 0)
		if !below && seen >= (n+1)/2 {
			lower, below = v, true
		}
		if seen >= n/2+1 {
			return (float64(lower) + float64(v)) / 2, true
		}
	}
	return float64(lower), true
}
