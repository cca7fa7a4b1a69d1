package stat

import "math"

// Difference is the interval of the difference of two independent shares, k1 of n1 less k2 of n2, by the score intervals of each (Newcombe,
// Statistics in Medicine 17, 1998, pp. 873–890, method 10); -1 to 1 where either group is empty.
func Difference(k1, n1, k2, n2 int64) (difference, low, high float64) {
	if n1 == 0 || n2 == 0 {
		return 0, -1, 1
	}
	p1, p2 := float64(k1)/float64(n1), float64(k2)/float64(n2)
	l1, u1 := Wilson(k1, n1)
	l2, u2 := Wilson(k2, n2)
	d := p1 - p2
	return d, d - math.Hypot(p1-l1, u2-p2), d + math.Hypot(u1-p1, p2-l2)
}
