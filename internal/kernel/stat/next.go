package stat

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// NextOf predicts a further value from past ones of the same kind: their mean, with the wider of two prediction intervals: that of a normal
// value given mean and deviation of m past ones, mean ± t × s × √(1 + 1/m) (Hahn and Meeker, Statistical Intervals, 4.8), and, of counts, that
// of a Poisson count under Jeffreys' prior (see WithinUsual), which few equal counts would else be narrower than. It does not begin below zero
// where no past value did. ok is false for fewer than two.
func NextOf(past []int64, counts bool) (mean, low, high float64, ok bool) {
	m := float64(len(past))
	if m < 2 {
		return 0, 0, 0, false
	}
	for _, v := range past {
		mean += float64(v) / m
	}
	var squares float64
	for _, v := range past {
		squares += (float64(v) - mean) * (float64(v) - mean)
	}
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: m - 1}.Quantile(1-(1-Level)/2) * math.Sqrt(squares/(m-1)) * math.Sqrt(1+1/m)
	low, high = mean-half, mean+half
	if counts {
		l, h, _ := WithinUsual(0, past)
		low, high = min(low, l), max(high, h)
	}
	if slices.Min(past) >= 0 {
		low = max(0, low)
	}
	return mean, low, high, true
}
