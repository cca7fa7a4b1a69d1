package stat

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestMedianOfCounts(t *testing.T) {
	for _, c := range []struct {
		counts map[int64]int64
		want   float64
		ok     bool
	}{
		{nil, 0, false},
		{map[int64]int64{5: 0, 7: -1}, 0, false},
		{map[int64]int64{5: 1}, 5, true},
		{map[int64]int64{5: 1, 8: 1}, 6.5, true},
		{map[int64]int64{0: 3, 10: 1, 600: 3}, 10, true},
		{map[int64]int64{1: 2, 4: 2}, 2.5, true},
	} {
		if got, ok := MedianOfCounts(c.counts); got != c.want || ok != c.ok {
			t.Errorf("%v: %g, %t, want %g, %t", c.counts, got, ok, c.want, c.ok)
		}
	}
}

// Counting values first changes nothing.
func TestMedianOfCounts_AsOfList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Int64Range(-3, 12), 1, 40).Draw(t, "values")
		counts := map[int64]int64{}
		for _, v := range list {
			counts[v]++
		}
		if got, _ := MedianOfCounts(counts); got != median(list) {
			t.Fatalf("%v: %g, want %g", list, got, median(list))
		}
	})
}

// The median is the one of the sorted values, however they repeat, and the list stays as it is.
func TestMedian_AsSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.OneOf(rapid.SliceOfN(rapid.Float64Range(-9, 9), 1, 60), rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 3), func(i int) float64 { return float64(i) }), 1, 60)).Draw(t, "values")
		before, sorted := slices.Clone(list), slices.Sorted(slices.Values(list))
		want := (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
		if len(sorted)%2 == 1 {
			want = sorted[len(sorted)/2]
		}
		if got := Median(list); got != want {
			t.Fatalf("%v: %g, want %g", list, got, want)
		}
		if !slices.Equal(list, before) {
			t.Fatalf("the list was changed: %v, was %v", list, before)
		}
	})
}

// Amounts that may be negative (net cash) keep their lower bound; amounts that never were do not get one below zero.
func TestWithinUsualAmount_Sign(t *testing.T) {
	if low, high, ok := WithinUsualAmount(-450, []int64{-500, -400, -450, -480, -430, -460, -440, -470}); !ok || low > -460 || low >= high {
		t.Errorf("negative amounts: %.0f to %.0f, within %t", low, high, ok)
	}
	if low, _, _ := WithinUsualAmount(5, []int64{0, 10, 1, 8, 3, 12, 0, 7}); low != 0 {
		t.Errorf("amounts from zero: low = %.1f", low)
	}
}
