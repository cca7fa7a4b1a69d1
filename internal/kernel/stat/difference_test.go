package stat

import (
	"testing"
)

// Newcombe (Statistics in Medicine 17, 1998, pp. 873–890), table II, method 10.
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		k1, n1, k2, n2 int64
		low, high      float64
	}{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.0582, 0.8062},
		{5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775},
		{10, 10, 0, 20, 0.6791, 1},
	} {
		_, low, high := Difference(c.k1, c.n1, c.k2, c.n2)
		near(t, "low", low, c.low, 0.0001)
		near(t, "high", high, c.high, 0.0001)
	}
	if _, low, high := Difference(0, 0, 1, 2); low != -1 || high != 1 {
		t.Errorf("of nobody: %v to %v", low, high)
	}
}
