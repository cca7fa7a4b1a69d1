package money

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSpread(t *testing.T) {
	tests := []struct {
		f             Fen
		weights, want []Fen
	}{
		{100, []Fen{1, 1, 1}, []Fen{34, 33, 33}},
		{5, []Fen{10, 0, 10}, []Fen{3, 0, 2}},
		{0, []Fen{3, 4}, []Fen{0, 0}},
		{7, []Fen{7}, []Fen{7}},
		{1_000_000_000_000, []Fen{1_000_000_000_000, 1}, []Fen{999_999_999_999, 1}},
	}
	for _, tt := range tests {
		if got := tt.f.Spread(tt.weights); !slices.Equal(got, tt.want) {
			t.Errorf("%d over %v = %v, want %v", tt.f, tt.weights, got, tt.want)
		}
	}
}

func TestSpreadIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Fen { return Fen(rapid.Int64Range(0, 1e12).Draw(t, "weight")) }), 1, 20).Draw(t, "weights")
		var sum Fen
		for _, w := range weights {
			sum += w
		}
		f := Fen(rapid.Int64Range(0, int64(sum)).Draw(t, "amount"))
		var got Fen
		for i, p := range f.Spread(weights) {
			if p < 0 || p > weights[i] {
				t.Fatalf("part %d is %d of weight %d", i, p, weights[i])
			}
			got += p
		}
		if got != f {
			t.Fatalf("parts sum to %d, want %d", got, f)
		}
	})
}

// Even parts sum to the amount, differ by at most a fen, the first ones are the larger, and none falls where the amount grows.
func TestEvenIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, more, n := Fen(rapid.Int64Range(-1e12, 1e12).Draw(t, "amount")), Fen(rapid.Int64Range(0, 1e6).Draw(t, "more")), rapid.IntRange(1, 30).Draw(t, "parts")
		var sum Fen
		parts, grown := f.Even(n), (f + more).Even(n)
		for i, p := range parts {
			if sum += p; i > 0 && p > parts[i-1] || parts[0]-p > 1 || grown[i] < p {
				t.Fatalf("%d in %d parts = %v; %d more: %v", f, n, parts, more, grown)
			}
		}
		if sum != f {
			t.Fatalf("parts sum to %d, want %d", sum, f)
		}
	})
}
