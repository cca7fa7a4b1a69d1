// Package stat holds what first conclusions need: intervals for counts, shares and sums, with their sources.
package stat

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence of every interval of the program.
const Level = 0.95

// Poisson is the exact interval of the mean of a count (Garwood, Biometrika 28, 1936).
func Poisson(n int64) (low, high float64) { return PoissonAmong(n, 1) }

// tail is what lies on each side of an interval that holds for so many at once (Bonferroni): whoever picks the best and the worst of them errs in
// at most one of twenty cases.
func tail(family int) float64 { return (1 - Level) / 2 / float64(max(family, 1)) }

// PoissonAmong is Poisson for one of so many counts that are compared with each other.
func PoissonAmong(n int64, family int) (low, high float64) {
	a := tail(family)
	if n > 0 {
		low = distuv.Gamma{Alpha: float64(n), Beta: 1}.Quantile(a)
	}
	return low, distuv.Gamma{Alpha: float64(n) + 1, Beta: 1}.Quantile(1 - a)
}

// Wilson is the score interval of a share of n (Wilson, JASA 22, 1927); 0 to 1 where n is 0.
func Wilson(k, n int64) (low, high float64) { return WilsonAmong(k, n, 1) }

// WilsonAmong is Wilson for one of so many shares that are compared with each other.
func WilsonAmong(k, n int64, family int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	z := distuv.UnitNormal.Quantile(1 - tail(family))
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, mid-half), min(1, mid+half)
}

// WithinUsual tells whether a count lies within the range that counts of the same kind before it let expect. Given the sum X of
// m past counts, a further one is negative binomial with size X + 1/2 and mean (X + 1/2)/m: the predictive distribution of a
// Poisson count under Jeffreys' prior (Gelman et al., Bayesian Data Analysis, 2.6). low and high are its 2.5 and 97.5 % points.
func WithinUsual(today int64, past []int64) (low, high float64, within bool) {
	if len(past) == 0 {
		return 0, math.Inf(1), true
	}
	var x int64
	for _, n := range past {
		x += n
	}
	size, p := float64(x)+0.5, float64(len(past))/float64(len(past)+1)
	low, high = negativeBinomial(size, p, (1-Level)/2), negativeBinomial(size, p, 1-(1-Level)/2)
	return low, high, float64(today) >= low && float64(today) <= high
}

// negativeBinomial is the quantile of a count with P(k) = Γ(k+r)/(k! Γ(r)) p^r (1-p)^k.
func negativeBinomial(r, p, q float64) float64 {
	term := math.Pow(p, r)
	if term == 0 { // far from 0: the normal approximation is exact enough there
		mean, sd := r*(1-p)/p, math.Sqrt(r*(1-p))/p
		return math.Max(0, math.Round(mean+sd*distuv.UnitNormal.Quantile(q)))
	}
	sum, k := term, 0.0
	for sum < q && k < 1e6 {
		k++
		term *= (k + r - 1) / k * (1 - p)
		sum += term
	}
	return k
}

// WithinUsualAmount is WithinUsual for amounts: the median of the past ones ± t × their scaled median absolute deviation ×
// √(1 + 1/m) (Leys et al., Journal of Experimental Social Psychology 49, 2013; the factor 1.4826 makes it a standard deviation of
// normal data). Where more than half of the past amounts are equal their mean absolute deviation stands in. The range begins at zero
// where no past amount was below it.
func WithinUsualAmount(today int64, past []int64) (low, high float64, within bool) {
	if len(past) < 2 {
		return 0, math.Inf(1), true
	}
	mid := median(past)
	dev := make([]float64, len(past))
	var mean float64
	for i, v := range past {
		dev[i] = math.Abs(float64(v) - mid)
		mean += dev[i] / float64(len(past))
	}
	scale := 1.4826 * Median(dev)
	if scale == 0 {
		scale = 1.2533 * mean
	}
	m := float64(len(past))
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: m - 1}.Quantile(1-(1-Level)/2) * scale * math.Sqrt(1+1/m)
	low, high = mid-half, mid+half
	if slices.Min(past) >= 0 {
		low = max(0, low)
	}
	return low, high, float64(today) >= low && float64(today) <= high
}

// Median is the median of values; 0 where there is none.
func Median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	return MedianInPlace(slices.Clone(list))
}

func median(list []int64) float64 {
	f := make([]float64, len(list))
	for i, v := range list {
		f[i] = float64(v)
	}
	return MedianInPlace(f)
}

// MedianInPlace is the median of values, of which there is at least one; it changes their order.
func MedianInPlace(own []float64) float64 {
	half := len(own) / 2
	upper := smallest(own, half)
	if len(own)%2 == 1 {
		return upper
	}
	return (slices.Max(own[:half]) + upper) / 2
}

// smallest gives the k-th smallest value, from 0, and puts none greater before it and none less behind it: Hoare's FIND (1961), which
// needs no more than some passes where sorting needs many.
func smallest(list []float64, k int) float64 {
	for low, high := 0, len(list)-1; low < high; {
		pivot := middle(list[low], list[(low+high)/2], list[high])
		i, j := low, high
		for i <= j {
			for list[i] < pivot {
				i++
			}
			for list[j] > pivot {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return list[k]
		}
	}
	return list[k]
}

// middle is the one of three that is neither least nor greatest.
func middle(a, b, c float64) float64 { return max(min(a, b), min(max(a, b), c)) }
