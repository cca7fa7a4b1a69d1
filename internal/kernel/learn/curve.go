package learn

import "math"

// Curve turns a margin into a probability (Platt).
type Curve struct {
	Slope float64 `json:"slope"`
	Shift float64 `json:"shift"`
}

func (c Curve) probability(margin float64) float64 { return sigmoid(c.Slope*margin + c.Shift) }

// fitCurve fits the curve by Newton's method to targets that lie within 0 and 1 (Lin, Lin and Weng, Machine Learning 68, 2007), with a
// weak pull to leaving the margin as it is: few samples bend it little, and it never falls.
func fitCurve(margins []float64, yes []bool) Curve {
	const pull, least = 1.0, 0.05
	var n float64
	for _, y := range yes {
		if y {
			n++
		}
	}
	high, low := (n+1)/(n+2), 1/(float64(len(yes))-n+2)
	c := Curve{Slope: 1}
	for range 50 {
		ga, gb := pull*(c.Slope-1), 0.0
		haa, hab, hbb := pull, 0.0, 1e-9
		for i, m := range margins {
			p, target := c.probability(m), low
			if yes[i] {
				target = high
			}
			d, w := p-target, p*(1-p)
			ga, gb = ga+d*m, gb+d
			haa, hab, hbb = haa+w*m*m, hab+w*m, hbb+w
		}
		det := haa*hbb - hab*hab
		if det < 1e-12 {
			break
		}
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		c.Slope, c.Shift = max(least, c.Slope-da), c.Shift-db
		if math.Abs(da)+math.Abs(db) < 1e-9 {
			break
		}
	}
	return c
}
