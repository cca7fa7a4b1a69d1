package insight_test

import (
	"math/rand/v2"
	"testing"

	"zhike/internal/insight"
)

// channelRates are the usual rates of three channels, far apart: of appointments, visits and contracts.
var channelRates = map[string][3]float64{"ad": {0.3, 0.5, 0.15}, "walk-in": {0.7, 0.8, 0.4}, "referral": {0.85, 0.9, 0.6}}

// lived draws what becomes of n leads of a channel; worse is what the rates of a consultant are multiplied by.
func lived(r *rand.Rand, channel string, n int, worse [3]float64) (c insight.Cases) {
	for range n {
		c[0]++
		for step, p := range channelRates[channel] {
			if r.Float64() >= p*worse[step] {
				break
			}
			c[step+1]++
		}
	}
	return c
}

// Consultants who are alike and have other channels are told apart in at most one of twenty reports (SAL-11).
func TestSAL11_AlikeAreNotRanked(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 5))
	const draws = 400
	told := 0
	for range draws {
		strata := map[string]map[string]insight.Cases{}
		for _, who := range []string{"a", "b", "c", "d", "e", "f"} {
			strata[who] = map[string]insight.Cases{}
			for channel := range channelRates {
				strata[who][channel] = lived(r, channel, 5+r.IntN(200), [3]float64{1, 1, 1})
			}
		}
		for _, f := range insight.Compare(strata) {
			if f.Coach != "" || len(f.Strong) > 0 || f.Steps[3].Better != 0 {
				told++
				break
			}
		}
	}
	if told*20 > draws {
		t.Errorf("of %d reports on consultants who are alike %d tell them apart", draws, told)
	}
}

// Who signs truly worse, with cases enough, is named with that step and no other (SAL-11).
func TestSAL11_WorseStepIsNamed(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 3))
	const draws = 100
	named, wrong := 0, 0
	for range draws {
		strata := map[string]map[string]insight.Cases{}
		for i, who := range []string{"worse", "b", "c", "d", "e"} {
			factor := [3]float64{1, 1, 1}
			if i == 0 {
				factor[2] = 0.5
			}
			strata[who] = map[string]insight.Cases{"ad": lived(r, "ad", 300-50*i, factor), "walk-in": lived(r, "walk-in", 100+40*i, factor), "referral": lived(r, "referral", 150, factor)}
		}
		for who, f := range insight.Compare(strata) {
			switch {
			case who == "worse" && f.Coach == "contract":
				named++
			case f.Coach != "":
				wrong++
			}
		}
	}
	if named < draws*95/100 || wrong > draws*5/100 {
		t.Errorf("of %d reports the worse step is named in %d; somebody or something else in %d", draws, named, wrong)
	}
}

// Who is better in every channel and worse in all, having the hard ones, is shown the right way round (Simpson 1951), with an interval that holds its own rate.
func TestSAL11_SimpsonIsShownRight(t *testing.T) {
	strata := map[string]map[string]insight.Cases{
		"hard": {"ad": {2700, 1200, 900, 405}, "referral": {300, 270, 240, 180}},
		"easy": {"ad": {300, 120, 90, 24}, "referral": {2700, 2100, 1800, 1260}},
	}
	got := insight.Compare(strata)
	hard, easy := got["hard"].Steps[3], got["easy"].Steps[3]
	if raw := 585.0 / 3000; hard.Rate <= easy.Rate || hard.Better != 1 || easy.Better != -1 || raw >= 1284.0/3000 {
		t.Errorf("adjusted rates: hard %+v, easy %+v", hard, easy)
	}
	if hard.Low > hard.Rate || hard.High < hard.Rate || hard.Low >= hard.High || hard.Low <= hard.Usual {
		t.Errorf("interval of %+v", hard)
	}
}

// Who is worse at two steps is to be coached in the one that costs more contracts (SAL-11): of 1,000 leads some 60 by inviting too few, some 45 by signing too few.
func TestSAL11_CostlierStepIsCoached(t *testing.T) {
	strata := map[string]map[string]insight.Cases{"worse": {"walk-in": {1000, 450, 360, 95}}}
	for _, who := range []string{"b", "c", "d", "e"} {
		strata[who] = map[string]insight.Cases{"walk-in": {1000, 700, 560, 224}}
	}
	f := insight.Compare(strata)["worse"]
	if f.Steps[0].Better != -1 || f.Steps[2].Better != -1 || f.Coach != "appointment" || len(f.Strong) > 0 {
		t.Errorf("%+v", f)
	}
}

// With too few cases, or nobody beside, nothing is said (SAL-11).
func TestSAL11_TooThin(t *testing.T) {
	for name, strata := range map[string]map[string]map[string]insight.Cases{
		"few":    {"a": {"ad": {20, 15, 10, 0}}, "b": {"ad": {25, 5, 4, 4}}},
		"alone":  {"a": {"ad": {500, 300, 200, 10}}},
		"apart":  {"a": {"ad": {500, 300, 200, 10}}, "b": {"referral": {500, 400, 350, 300}}},
		"nobody": {},
	} {
		for who, f := range insight.Compare(strata) {
			if !f.Thin() || f.Coach != "" || len(f.Strong) > 0 {
				t.Errorf("%s: %s is compared: %+v", name, who, f)
			}
		}
	}
}

// A forecast holds the month's end in at least nine of ten draws, of counts that vary as Poisson ones and more, and of amounts; under three months it is too thin
// (SAL-14).
func TestSAL14_ForecastHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for name, draw := range map[string]func() (total, reached int64){
		"poisson": func() (int64, int64) { a, b := counted(r, 6), counted(r, 9); return a + b, a },
		"few":     func() (int64, int64) { a, b := counted(r, 0.7), counted(r, 0.9); return a + b, a },
		"varies":  func() (int64, int64) { m := 10 + 20*r.Float64(); a, b := counted(r, m), counted(r, m); return a + b, a },
		"amounts": func() (int64, int64) {
			var a, b int64
			for range counted(r, 5) {
				a += int64(1e6 * r.ExpFloat64())
			}
			for range counted(r, 7) {
				b += int64(1e6 * r.ExpFloat64())
			}
			return a + b, a
		},
	} {
		const draws = 600
		held := 0
		for range draws {
			var total, reached []int64
			for range 3 + r.IntN(10) {
				x, y := draw()
				total, reached = append(total, x+1), append(reached, y+1) // none of them empty
			}
			end, here := draw()
			if o := insight.Expected(total, reached, here, name != "amounts"); o.Low <= float64(end) && float64(end) <= o.High {
				held++
			}
		}
		if held*10 < draws*9 {
			t.Errorf("%s: of %d forecasts %d hold the end of the month", name, draws, held)
		}
	}
	if o := insight.Expected([]int64{0, 0, 5, 6}, []int64{0, 0, 2, 3}, 4, true); !o.Thin {
		t.Errorf("two months with anything tell %+v", o)
	}
	if o := insight.Expected([]int64{10, 10, 10}, []int64{4, 4, 4}, 7, false); o.Thin || o.V != 13 || o.Months != 3 {
		t.Errorf("four working days into a month like the others: %+v", o)
	}
}

// counted draws a Poisson count.
func counted(r *rand.Rand, mean float64) (n int64) {
	for left := mean - r.ExpFloat64(); left > 0; left -= r.ExpFloat64() {
		n++
	}
	return n
}
