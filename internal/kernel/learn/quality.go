package learn

import (
	"cmp"
	"math"
	"slices"
)

// Quality is how good estimates are.
type Quality struct {
	N     int     `json:"n"`
	Yes   int     `json:"yes"`
	AUC   float64 `json:"auc"`   // the share of pairs of a yes and a no that are in the right order; 0.5 is chance
	Brier float64 `json:"brier"` // mean square error
	ECE   float64 `json:"ece"`   // expected calibration error: mean distance of estimated and real share over the bins
	Bins  []Bin   `json:"bins"`  // of equal width, those with samples
	Lift  []Tenth `json:"lift"`  // the samples by tenths, the highest estimates first
}

// Bin is the samples whose estimate lies in a tenth of 0 to 1.
type Bin struct {
	N    int     `json:"n"`
	Yes  int     `json:"yes"`
	Mean float64 `json:"mean"` // of the estimates
}

// Tenth is a tenth of the samples in the order of their estimates.
type Tenth struct {
	N    int     `json:"n"`
	Yes  int     `json:"yes"`
	Lift float64 `json:"lift"` // share of yes over that of all
	Got  float64 `json:"got"`  // share of all yes in this tenth and those before
}

const parts = 10

// QualityOf compares estimates with what came.
func QualityOf(estimates []float64, yes []bool) Quality {
	q := Quality{N: len(yes), AUC: AUC(estimates, yes)}
	var bins [parts]Bin
	for i, p := range estimates {
		d := p
		b := &bins[min(parts-1, int(p*parts))]
		b.N, b.Mean = b.N+1, b.Mean+p
		if yes[i] {
			b.Yes, q.Yes, d = b.Yes+1, q.Yes+1, p-1
		}
		q.Brier += d * d / float64(len(yes))
	}
	for _, b := range bins {
		if b.N > 0 {
			q.ECE += math.Abs(b.Mean-float64(b.Yes)) / float64(len(yes))
			b.Mean /= float64(b.N)
			q.Bins = append(q.Bins, b)
		}
	}
	q.Lift = lift(estimates, yes, q.Yes)
	return q
}

// AUC is the area under the curve of rightly against wrongly chosen, by ranks; equal estimates count half (Hanley and McNeil, Radiology
// 143, 1982). It is 0.5 where there is no pair.
func AUC(estimates []float64, yes []bool) float64 {
	order := ordered(estimates)
	var n, ranks float64
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && estimates[order[to]] == estimates[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			if yes[i] {
				n++
				ranks += float64(from+to+1) / 2
			}
		}
		from = to
	}
	no := float64(len(yes)) - n
	if n == 0 || no == 0 {
		return 0.5
	}
	return (ranks - n*(n+1)/2) / (n * no)
}

// ordered are the places of estimates, the lowest first.
func ordered(estimates []float64) []int {
	order := make([]int, len(estimates))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(estimates[a], estimates[b]) })
	return order
}

func lift(estimates []float64, yes []bool, all int) (out []Tenth) {
	order := ordered(estimates)
	slices.Reverse(order)
	got := 0
	for i := range parts {
		var t Tenth
		for _, at := range order[i*len(order)/parts : (i+1)*len(order)/parts] {
			t.N++
			if yes[at] {
				t.Yes++
			}
		}
		got += t.Yes
		if t.N > 0 && all > 0 {
			t.Lift = float64(t.Yes) / float64(t.N) / (float64(all) / float64(len(order)))
			t.Got = float64(got) / float64(all)
		}
		out = append(out, t)
	}
	return out
}

// Range is the interval of the AUC at 95 in 100, by the error that Hanley and McNeil (1982) give it.
func (q Quality) Range() (low, high float64) {
	yes, no := float64(q.Yes), float64(q.N-q.Yes)
	if yes == 0 || no == 0 {
		return 0, 1
	}
	a := q.AUC
	q1, q2 := a/(2-a), 2*a*a/(1+a)
	e := 1.96 * math.Sqrt((a*(1-a)+(yes-1)*(q1-a*a)+(no-1)*(q2-a*a))/(yes*no))
	return max(0, a-e), min(1, a+e)
}
