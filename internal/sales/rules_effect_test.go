package sales

import (
	"testing"

	"zhike/internal/kernel/money"
)

// The verdict weighs what was pulled forward against what was brought, and says nothing on too few contracts (SAL-8).
func TestSAL8_Verdict(t *testing.T) {
	renewals := func(with, early int64) Renewals {
		return Renewals{With: with, Early: early, Usual: 20, History: 50, Known: true}
	}
	for name, c := range map[string]struct {
		before, during, after, with int64 // after -1: not over
		renewals                    Renewals
		want                        Verdict
		moved                       float64
	}{
		"too few":                                {4, 5, -1, 3, Renewals{}, VerdictThin, 0},
		"no record of the time before":           {10, 40, -1, 30, Renewals{}, VerdictUnknown, 0},
		"chance":                                 {20, 24, -1, 10, Renewals{}, VerdictNone, 0},
		"more":                                   {10, 40, -1, 30, Renewals{}, VerdictMore, 0},
		"fewer":                                  {40, 10, -1, 5, Renewals{}, VerdictFewer, 0},
		"more, half of it missing afterwards":    {30, 70, 8, 40, Renewals{}, VerdictMoved, 22},
		"more, some of it missing afterwards":    {30, 100, 8, 70, Renewals{}, VerdictMore, 22},
		"more, most of it early renewals":        {10, 40, -1, 30, renewals(30, 24), VerdictMoved, 18},
		"more, early renewals as usual":          {10, 40, -1, 30, renewals(30, 7), VerdictMore, 0},
		"too few, but early renewals nearly all": {1, 8, -1, 8, renewals(8, 8), VerdictMoved, 6.4},
		"far more than had it":                   {10, 60, -1, 9, Renewals{}, VerdictOther, 0},
		"more, and no more than had it":          {35, 58, -1, 9, Renewals{}, VerdictMore, 0},
		"far more missing than had it":           {70, 54, 30, 4, Renewals{}, VerdictNone, 0},
		"missing about as many as had it":        {40, 44, 20, 12, Renewals{}, VerdictMoved, 12},
		"early, but what is usual is not known":  {1, 8, -1, 8, Renewals{With: 8, History: 5}, VerdictThin, 0},
	} {
		e := PromotionEffect{Unrecorded: name == "no record of the time before", Begun: true, Off: money.Yuan(6_000), With: c.with, Before: Span{Contracts: c.before}, During: Span{Contracts: c.during}, Renewals: c.renewals}
		if c.after >= 0 {
			e.Ended, e.After = true, Span{Contracts: c.after}
		}
		e.conclude()
		if e.Verdict != c.want || e.Moved()-c.moved > 1e-9 || c.moved-e.Moved() > 1e-9 {
			t.Errorf("%s: %s, %v pulled forward, want %s, %v", name, e.Verdict, e.Moved(), c.want, c.moved)
		}
		if e.Brought.Value > c.with || e.Moved() > float64(c.with) {
			t.Errorf("%s: brought %+v, %v pulled forward, by %d contracts with it", name, e.Brought, e.Moved(), c.with)
		}
		if sure := e.Additional.Low > 0 && !e.Additional.Thin && e.Verdict != VerdictOther; e.Each.Known != sure || sure && (e.Each.Low > e.Each.Value || e.Each.High < e.Each.Value) {
			t.Errorf("%s: each %+v of %+v", name, e.Each, e.Additional)
		}
	}
}
