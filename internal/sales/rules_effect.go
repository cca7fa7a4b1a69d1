package sales

import (
	"math"

	"zhike/internal/kernel/money"
	"zhike/internal/kernel/stat"
)

// Verdict is what the effect of a promotion comes to.
type Verdict string

// The verdicts on a promotion.
const (
	VerdictNotBegun Verdict = "not-begun"
	VerdictThin     Verdict = "too-thin"
	VerdictUnknown  Verdict = "unrecorded" // the school, or its records, began while or after what it would be compared with
	VerdictMoved    Verdict = "moved"      // most of what it brought was pulled forward
	VerdictMore     Verdict = "more"
	VerdictFewer    Verdict = "fewer"
	VerdictOther    Verdict = "other-cause" // surely more were signed than had it: most of them came of something else
	VerdictNone     Verdict = "no-difference"
)

// PerContract is what each additional contract cost. It is known only where there surely are any; High is 0 where there is no upper bound.
type PerContract struct {
	Known bool      `json:"known"`
	Value money.Fen `json:"value_fen"`
	Low   money.Fen `json:"low_fen"`
	High  money.Fen `json:"high_fen"`
}

const (
	fewestSigned = 10 // contracts of both periods, below which no difference is told
	surely       = 50 // contracts of both periods, from which a difference is told with some confidence
)

// more is the difference of two counts with its interval, by the exact intervals of each (as stat.Difference does for shares).
func more(a, b Span) More {
	lowA, highA := stat.Poisson(a.Contracts)
	lowB, highB := stat.Poisson(b.Contracts)
	x, y := float64(a.Contracts), float64(b.Contracts)
	return More{
		Value: a.Contracts - b.Contracts, Low: x - y - math.Hypot(x-lowA, highB-y), High: x - y + math.Hypot(highA-x, y-lowB), Thin: a.Contracts+b.Contracts < fewestSigned,
	}
}

// within is what of a difference so many contracts can explain.
func (m More) within(with int64) More {
	m.Value, m.Low, m.High = min(m.Value, with), min(m.Low, float64(with)), min(m.High, float64(with))
	return m
}

// Surely tells whether there were more, beyond chance.
func (m More) Surely() bool { return !m.Thin && m.Low > 0 }

// conclude compares the periods and says what they come to.
func (e *PromotionEffect) conclude() {
	if e.Renewals.Known {
		r := &e.Renewals
		r.Beyond = max(0, float64(r.Early)-float64(r.With)*(usualN-usualOf)/usualN)
		low, _ := stat.Wilson(r.Early, r.With)
		r.Sure = r.With > 0 && low > float64(usualN-usualOf)/usualN
	}
	if !e.Begun {
		e.Verdict = VerdictNotBegun
		return
	}
	e.compare()
	e.Brought = e.Additional.within(e.With)
	if e.Brought.Surely() && !e.elsewhere() {
		e.Each = each(e.Away(), e.Brought)
	}
	e.Verdict = e.verdict()
}

func each(cost money.Fen, m More) PerContract {
	return PerContract{Known: true, Value: money.Fen(math.Round(float64(cost) / float64(m.Value))), Low: money.Fen(float64(cost) / m.High), High: money.Fen(float64(cost) / m.Low)}
}

// Moved is how many contracts it surely pulled forward: by person, or as they are missing afterwards, whichever is more. Nobody is missing for it who
// did not have it: where surely more are missing than that, they have another cause, as the season.
func (e PromotionEffect) Moved() float64 {
	var n float64
	if e.Renewals.Sure {
		n = e.Renewals.Beyond
	}
	if e.Ended && !e.Dip.Thin && e.Dip.High < 0 && -e.Dip.High <= float64(e.With) {
		n = max(n, float64(min(-e.Dip.Value, e.With)))
	}
	return n
}

// elsewhere tells that surely more were signed additionally than had it.
func (e PromotionEffect) elsewhere() bool { return e.Additional.Low > float64(e.With) }

// verdict weighs what was surely pulled forward against what it brought: half of it or more is most.
func (e PromotionEffect) verdict() Verdict {
	moved := e.Moved()
	switch {
	case e.Brought.Surely() && e.elsewhere():
		return VerdictOther
	case e.Brought.Surely() && 2*moved >= float64(e.Brought.Value):
		return VerdictMoved
	case e.Brought.Surely():
		return VerdictMore
	case moved > 0 && 2*moved >= float64(e.With):
		return VerdictMoved
	case e.Unrecorded:
		return VerdictUnknown
	case e.Additional.Thin:
		return VerdictThin
	case e.Additional.High < 0:
		return VerdictFewer
	}
	return VerdictNone
}

// Confident tells whether the verdict rests on enough contracts to act on it.
func (e PromotionEffect) Confident() bool {
	return e.Over && !e.Additional.Thin && e.During.Contracts+e.Before.Contracts >= surely
}
