package sales

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/stat"
)

// Baseline is what the contracts of a promotion are compared with.
type Baseline string

// The baselines of promotions.
const (
	BaselineNone   Baseline = "none"             // not begun, or nothing is recorded of the period before
	BaselineSeason Baseline = "season"           // the period before, as it went on a year earlier
	BaselineThin   Baseline = "before-no-season" // the period before alone: a year earlier there are too few contracts
	BaselineLong   Baseline = "before-too-long"  // the period before alone: the promotion is as long as a season
)

// YearBefore is the three periods a year earlier, from the same day of the calendar on: what the season did then. A promotion of that time is part
// of it.
type YearBefore struct {
	Before Span `json:"before"`
	During Span `json:"during"`
	After  Span `json:"after"`
}

const (
	fewestYearBefore = 20  // contracts before and during, a year earlier, below which they tell nothing of the season
	fewestToGrow     = 10  // of those before: fewer are no measure of how they rise
	longestSeasonal  = 121 // days of a promotion up to which its three periods and those of a year earlier share no day
)

// earlier is the span so many days earlier.
func (s Span) earlier(days bizdate.Date) Span {
	return Span{From: s.From - days, Until: s.Until - days}
}

func (s Span) days() bizdate.Date { return s.Until - s.From + 1 }

// baseline chooses what a promotion is compared with; recorded tells that there are contracts older than the periods a year earlier.
func (e PromotionEffect) baseline(recorded bool) Baseline {
	switch y := e.YearBefore; {
	case !e.Begun || e.Unrecorded:
		return BaselineNone
	case e.During.days() > longestSeasonal:
		return BaselineLong
	case !recorded || y.Before.Contracts < fewestToGrow || y.Before.Contracts+y.During.Contracts < fewestYearBefore:
		return BaselineThin
	}
	return BaselineSeason
}

// moreInSeason is how many more contracts were signed in a than b and the season let expect. The season is how the same days of the calendar went
// from then (b's) to now (a's) a year earlier, so that a ratio of ratios of four independent Poisson counts says what is beyond it (differences in
// differences on the log scale):
//
//	R = (a / b) / (now / then)    var(log R) = 1/a + 1/b + 1/now + 1/then    more = a − b·now/then = a·(1 − 1/R)
//
// Given their sums, four Poisson counts are a fourfold table and R is its odds ratio: the interval is Woolf's (Annals of Human Genetics 19, 1955,
// pp. 251–253), with a half added to each count so that none is 0 (Gart, Biometrika 53, 1966, pp. 215–220); those of more follow by the last
// equation, and exclude 0 where R's exclude 1. A year earlier the days of the week and movable feasts lie elsewhere; this is not corrected.
func moreInSeason(a, b, now, then Span) More {
	x, y, n, t := float64(a.Contracts)+0.5, float64(b.Contracts)+0.5, float64(now.Contracts)+0.5, float64(then.Contracts)+0.5
	ratio := x * t / (y * n)
	half := distuv.UnitNormal.Quantile((1+stat.Level)/2) * math.Sqrt(1/x+1/y+1/n+1/t)
	more := func(r float64) float64 { return x * (1 - 1/r) }
	return More{
		Value: int64(math.Round(more(ratio))), Low: more(ratio * math.Exp(-half)), High: more(ratio * math.Exp(half)), Thin: a.Contracts+b.Contracts < fewestSigned,
	}
}

// compare sets the periods beside their baseline.
func (e *PromotionEffect) compare() {
	y := e.YearBefore
	compared := func(a, now Span) More {
		if e.Baseline == BaselineSeason {
			return moreInSeason(a, e.Before, now, y.Before)
		}
		return more(a, e.Before)
	}
	e.Additional = compared(e.During, y.During)
	if e.Ended {
		e.Dip = compared(e.After, y.After)
	}
	if e.Unrecorded {
		e.Additional.Thin, e.Dip.Thin = true, true
	}
}
