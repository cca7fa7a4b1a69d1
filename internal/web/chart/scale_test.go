package chart

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      int
		ticks     []float64
	}{
		{105, 543, 5, []float64{100, 200, 300, 400, 500, 600}}, // the example of the source
		{508, 915, 4, []float64{400, 600, 800, 1000}},
		{0.303, 0.715, 3, []float64{0.2, 0.4, 0.6, 0.8}},
		{0, 0, 3, []float64{0, 0.5, 1}},
		{-4, 10, 3, []float64{-10, 0, 10}},
	} {
		if got := ticks(c.low, c.high, c.want); !slices.Equal(got, c.ticks) {
			t.Errorf("ticks(%g, %g, %d) = %v, want %v", c.low, c.high, c.want, got, c.ticks)
		}
	}
}

// Ticks enclose the values, rise, and are few.
func TestTicks_Enclose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(-1e9, 1e9).Draw(t, "a"), rapid.Float64Range(-1e9, 1e9).Draw(t, "b")
		low, high := min(a, b), max(a, b)
		list := ticks(low, high, 4)
		slack := (high-low)*1e-6 + 1e-9
		if len(list) < 2 || len(list) > 10 || list[0] > low+slack || list[len(list)-1] < high-slack || !slices.IsSorted(list) {
			t.Fatalf("ticks(%g, %g) = %v", low, high, list)
		}
	})
}

// Places end at least the gap apart and inside, whenever there is room for all.
func TestSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.SliceOfN(rapid.Float64Range(0, 100), 1, 7).Draw(t, "places")
		got := spread(places, 13, 0, 100)
		sorted := slices.Sorted(slices.Values(got))
		for i, p := range sorted {
			if p < -1e-9 || p > 100+1e-9 || i > 0 && p-sorted[i-1] < 13-1e-9 {
				t.Fatalf("spread(%v) = %v", places, got)
			}
		}
	})
}

func TestFit(t *testing.T) {
	if got := fit("abc", 100); got != "abc" {
		t.Errorf("fit cut %q", got)
	}
	if got := fit("a long name of a channel", 60); width(got) > 60 || got == "" {
		t.Errorf("fit = %q", got)
	}
	if math.IsNaN(width("")) || width("汉字") <= width("ab") {
		t.Error("widths")
	}
}
