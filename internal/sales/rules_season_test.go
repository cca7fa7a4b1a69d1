package sales

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"zhike/internal/kernel/bizdate"
)

// generated is what a promotion comes to in a company whose season multiplies contracts, which has grown since a year ago, and whose promotion
// brings so many times as many; of each period Poisson counts.
func generated(src rand.Source, season, effect float64) PromotionEffect {
	r := rand.New(src)
	count := func(mean float64) int64 { return int64(distuv.Poisson{Lambda: mean, Src: src}.Rand()) }
	base, growth := 20+100*r.Float64(), 0.6+r.Float64()
	e := PromotionEffect{Begun: true, Ended: true, With: 10_000, During: Span{From: 100, Until: 119, Contracts: count(base * growth * season * effect)}, Before: Span{Contracts: count(base * growth)}}
	e.After.Contracts = count(base * growth / season)
	e.YearBefore.During.Contracts, e.YearBefore.Before.Contracts, e.YearBefore.After.Contracts = count(base*season), count(base), count(base/season)
	e.Baseline = e.baseline(true)
	e.conclude()
	return e
}

// Where only the season moved, up or down, an effect is found no oftener than the interval errs, during and after; where the promotion brought
// more or fewer it is found, with no more of it than there is (SAL-8).
func TestSAL8_SeasonIsNotCredited(t *testing.T) {
	src := rand.NewPCG(8, 1)
	const series = 4_000
	for _, season := range []float64{0.4, 0.7, 1, 1.5, 2.5} {
		var more, fewer, dip, rise, thin int
		for range series {
			e := generated(src, season, 1)
			if e.Additional.Thin || e.Baseline != BaselineSeason {
				thin++
				continue
			}
			for n, found := range map[*int]bool{&more: e.Additional.Surely(), &fewer: e.Additional.High < 0, &dip: e.Dip.High < 0, &rise: e.Dip.Surely()} {
				if found {
					*n++
				}
			}
		}
		told := series - thin
		if told < series*9/10 {
			t.Fatalf("season %v: told of %d of %d", season, told, series)
		}
		for name, n := range map[string]int{"more": more, "fewer": fewer, "a dip afterwards": dip, "a rise afterwards": rise} {
			if share := float64(n) / float64(told); share > 0.033 {
				t.Errorf("season %v: %s was found in %.1f %% where there was no effect", season, name, 100*share)
			}
		}
	}
	for _, season := range []float64{0.7, 1, 2} {
		var found, lost, covered int
		for range series {
			e := generated(src, season, 2.5)
			if e.Additional.Surely() {
				found++
			}
			if e.Additional.Low <= float64(e.During.Contracts)*(1-1/2.5) && float64(e.During.Contracts)*(1-1/2.5) <= e.Additional.High {
				covered++
			}
			if e := generated(src, season, 0.4); !e.Additional.Thin && e.Additional.High < 0 {
				lost++
			}
		}
		if found < series*8/10 || lost < series*6/10 || covered < series*94/100 {
			t.Errorf("season %v: of %d, %d times more were found, %d times fewer, and the interval held %d times", season, series, found, lost, covered)
		}
	}
}

// The interval is Woolf's of the odds ratio, turned into contracts: for 70, 35, 60, 30 the ratio is 1.001164 with a standard error of 0.302769 of its
// logarithm. Its sign is that of the ratio, and empty periods leave it finite (SAL-8).
func TestSAL8_SeasonInterval(t *testing.T) {
	n := func(c int64) Span { return Span{Contracts: c} }
	for _, c := range []struct {
		a, b, now, then, value int64
		low, high              float64
	}{
		{70, 35, 60, 30, 0, -56.9681, 31.5985},
		{170, 35, 60, 30, 100, 46.4979, 130.5112},
	} {
		m := moreInSeason(n(c.a), n(c.b), n(c.now), n(c.then))
		if m.Value != c.value || math.Abs(m.Low-c.low) > 1e-4 || math.Abs(m.High-c.high) > 1e-4 || m.Thin {
			t.Errorf("%+v: %+v", c, m)
		}
	}
	for _, c := range [][4]int64{{0, 0, 0, 0}, {0, 40, 20, 20}, {40, 0, 20, 20}, {12, 12, 0, 30}, {12, 12, 30, 0}} {
		m := moreInSeason(n(c[0]), n(c[1]), n(c[2]), n(c[3]))
		if v := float64(m.Value); m.Low > v+0.5 || m.High < v-0.5 || m.High-m.Low > 1e6 || m.Value > c[0] {
			t.Errorf("%v: %+v", c, m)
		}
	}
}

// The season is reckoned where there is enough of a year earlier, and the promotion is shorter than would let the periods of both years share a
// day (SAL-8).
func TestSAL8_Baseline(t *testing.T) {
	for name, c := range map[string]struct {
		days           bizdate.Date
		before, during int64
		recorded       bool
		want           Baseline
	}{
		"enough":                    {20, 10, 10, true, BaselineSeason},
		"one less":                  {20, 10, 9, true, BaselineThin},
		"one less before":           {20, 9, 30, true, BaselineThin},
		"it rests then":             {20, 20, 0, true, BaselineSeason},
		"nothing older is recorded": {20, 30, 60, false, BaselineThin},
		"four months":               {121, 30, 60, true, BaselineSeason},
		"longer":                    {122, 30, 60, true, BaselineLong},
	} {
		e := PromotionEffect{Begun: true, During: Span{From: 1000, Until: 999 + c.days}}
		e.YearBefore.Before.Contracts, e.YearBefore.During.Contracts = c.before, c.during
		if got := e.baseline(c.recorded); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := (PromotionEffect{Begun: true, Unrecorded: true}).baseline(false); got != BaselineNone {
		t.Errorf("nothing recorded before: %s", got)
	}
}
