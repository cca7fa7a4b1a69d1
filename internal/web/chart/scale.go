package chart

import (
	"math"
	"slices"
)

// scale maps values to places on the sheet.
type scale struct {
	low, high float64 // values
	from, to  float64 // places of low and high
}

func (s scale) at(v float64) float64 {
	if s.high == s.low {
		return (s.from + s.to) / 2
	}
	return s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from)
}

// extent collects the values that a scale must hold; nothing collected is 0 to 1.
type extent struct {
	low, high float64
	any       bool
}

func (e *extent) add(values ...float64) {
	for _, v := range values {
		switch {
		case !known(v):
		case !e.any:
			e.low, e.high, e.any = v, v, true
		default:
			e.low, e.high = min(e.low, v), max(e.high, v)
		}
	}
}

func (e *extent) interval(i *Interval) {
	if i != nil {
		e.add(i.Low, i.High)
	}
}

// ticks gives some want round values from at or below low to at or above high: "nice numbers for graph labels" (P. Heckbert, in:
// A. Glassner, Graphics Gems, 1990). Without a range one is made around the value.
func ticks(low, high float64, want int) []float64 {
	if low == high {
		low, high = low-math.Abs(low)/10, high+math.Abs(high)/10
		if low == high {
			high = low + 1
		}
	}
	step := nice(nice(high-low, false)/float64(max(want-1, 1)), true)
	digits := math.Pow(10, max(0, -math.Floor(math.Log10(step))))
	var list []float64
	for k := math.Floor(low/step + 1e-9); k <= math.Ceil(high/step-1e-9); k++ {
		list = append(list, math.Round(k*step*digits)/digits)
	}
	return list
}

// nice gives the number 1, 2, 5 or 10 times a power of ten that is near v, or not below it.
func nice(v float64, near bool) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	limits := []float64{1, 2, 5}
	if near {
		limits = []float64{1.5, 3, 7}
	}
	f := v / power
	for i, n := range []float64{1, 2, 5} {
		if f < limits[i] || !near && f == limits[i] {
			return n * power
		}
	}
	return 10 * power
}

// Widths of characters at 11 px, somewhat on the safe side: a server does not know the reader's font.
const (
	fullWidth = 11.2
	halfWidth = 6.3
	slim      = 3.4
	lineUp    = 13.0 // from one line of text to the next
)

// width estimates how wide a text is.
func width(s string) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r >= 0x2E80:
			w += fullWidth
		case r == '.' || r == ',' || r == ':' || r == ' ' || r == '|' || r == 'i' || r == 'l' || r == '\'':
			w += slim
		case r == '%':
			w += halfWidth + 4
		case r >= 'A' && r <= 'Z' || r == 'm' || r == 'w' || r == '¥' || r == '−' || r == '+':
			w += halfWidth + 1.4
		default:
			w += halfWidth
		}
	}
	return w
}

// fit cuts a text to a width, with an ellipsis.
func fit(s string, room float64) string {
	if width(s) <= room {
		return s
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 0; n-- {
		if short := string(runes[:n]) + "…"; width(short) <= room {
			return short
		}
	}
	return ""
}

// widest is the width of the widest of the texts.
func widest(list []string) float64 {
	w := 0.0
	for _, s := range list {
		w = max(w, width(s))
	}
	return w
}

// spread moves places apart so that neighbours are at least gap away from each other, within low and high as far as there is room.
// It gives a new place for each, in the order given.
func spread(places []float64, gap, low, high float64) []float64 {
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case places[a] < places[b]:
			return -1
		case places[a] > places[b]:
			return 1
		}
		return 0
	})
	out := slices.Clone(places)
	least := low
	for _, i := range order {
		out[i] = max(out[i], least)
		least = out[i] + gap
	}
	most := high
	for _, i := range slices.Backward(order) {
		out[i] = min(out[i], most)
		most = out[i] - gap
	}
	return out
}

// thin says which of n labels at equal distances are written so that none touches another: the last one, and every k-th before it.
func thin(labels []string, distance float64) []bool {
	shown := make([]bool, len(labels))
	if len(labels) == 0 {
		return shown
	}
	every := 1
	if distance > 0 {
		every = max(1, int(math.Ceil((widest(labels)+6)/distance)))
	}
	for i := len(labels) - 1; i >= 0; i -= every {
		shown[i] = true
	}
	return shown
}
