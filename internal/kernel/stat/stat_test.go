package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s = %.4f, want %.4f", what, got, want)
	}
}

// The bounds are those of Garwood's table.
func TestPoisson(t *testing.T) {
	for _, c := range []struct {
		n         int64
		low, high float64
	}{{0, 0, 3.689}, {1, 0.0253, 5.572}, {5, 1.623, 11.668}, {10, 4.795, 18.390}, {100, 81.364, 121.627}} {
		low, high := Poisson(c.n)
		near(t, "low", low, c.low, 0.001)
		near(t, "high", high, c.high, 0.001)
	}
}

// Newcombe (Statistics in Medicine 17, 1998), table I, method 3.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int64
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		low, high := Wilson(c.k, c.n)
		near(t, "low", low, c.low, 0.0001)
		near(t, "high", high, c.high, 0.0001)
	}
}

// The range holds a new count of the same mean at least as often as it says, and not always.
func TestINS7_WithinUsual_Coverage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(mean float64) int64 {
		limit, p := math.Exp(-mean), 1.0
		for n := int64(0); ; n++ {
			if p *= r.Float64(); p <= limit {
				return n
			}
		}
	}
	for _, mean := range []float64{0.5, 3, 12, 60} {
		in := 0
		for range 2000 {
			past := make([]int64, 8)
			for i := range past {
				past[i] = draw(mean)
			}
			if _, _, ok := WithinUsual(draw(mean), past); ok {
				in++
			}
		}
		if share := float64(in) / 2000; share < 0.93 || share > 0.999 {
			t.Errorf("mean %.1f: %.3f of the counts lie within the range", mean, share)
		}
	}
	if _, _, ok := WithinUsual(40, []int64{10, 12, 9, 11, 10, 8, 12, 10}); ok {
		t.Error("40 after eight days of about 10 counts as usual")
	}
}

func TestWithinUsualAmount(t *testing.T) {
	past := []int64{1000, 1100, 950, 1050, 1020, 980, 1010, 990}
	if _, _, ok := WithinUsualAmount(1005, past); !ok {
		t.Error("the middle of the past amounts counts as unusual")
	}
	if low, high, ok := WithinUsualAmount(5000, past); ok || low > 1000 || high < 1000 {
		t.Errorf("5000 counts as usual within %.0f to %.0f", low, high)
	}
}
