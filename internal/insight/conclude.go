package insight

import (
	"math"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/stat"
)

// weeks is how many same weekdays before a day its figures are compared with (contract.md, "Report names").
const weeks = 8

// Conclusion says what a report means, with evidence and how sure it is; its sentences are texts of the catalogue.
type Conclusion struct {
	Sentences  []Sentence
	Confidence string // none, low, medium, high
	Evidence   []Evidence
}

// Sentence is a text with its values: "conclusion.<code>". Metric and figures are worded by the door.
type Sentence struct {
	Code      string // above, below, usual, thin, span
	Metric    string
	Row       string // value of the report's dimension that it is about
	Value     float64
	Low, High float64
	Base      float64 // what Value is compared with
	N         int64   // cases that it rests on
}

// Evidence is one comparison.
type Evidence struct {
	Metric   string  `json:"metric"`
	Row      string  `json:"row,omitempty"` // value of the dimension that it is about
	Value    float64 `json:"value"`
	Baseline float64 `json:"baseline"` // mean of the days compared with
	N        int     `json:"n"`        // days compared with
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// conclude compares the day with the same weekdays of the last eight weeks: counts by a Poisson prediction interval, money by a
// robust interval of those days. A span of days, or fewer than four such days with anything in them, allows no conclusion.
func conclude(d definition, p Params, g gathered) Conclusion {
	if p.From != p.Until {
		return Conclusion{Confidence: "none", Sentences: []Sentence{{Code: "span"}}}
	}
	filled := 0
	for w := 1; w <= weeks; w++ {
		if g.on("leads", w) > 0 || g.on("visits", w) > 0 {
			filled++
		}
	}
	if filled < weeks/2 {
		return Conclusion{Confidence: "none", Sentences: []Sentence{{Code: "thin", Value: float64(filled)}}}
	}
	c := Conclusion{Confidence: "medium"}
	if filled == weeks {
		c.Confidence = "high"
	}
	for _, key := range d.main {
		c.compare(g, key)
	}
	if len(c.Sentences) == 0 {
		c.Sentences = []Sentence{{Code: "usual"}}
	}
	return c
}

// on is a sum of the day, or of the same weekday so many weeks before it.
func (g gathered) on(metric string, week int) int64 {
	if sums := g.past[metric]; sums != nil {
		return sums[week]
	}
	return 0
}

const yuan = 100 // fen

// compare judges one metric of the day; only what lies outside its usual range gets a sentence.
func (c *Conclusion) compare(g gathered, key string) {
	m, _ := MetricByID(key)
	today := g.on(key, 0)
	past := make([]int64, weeks)
	var sum int64
	for w := range past {
		past[w] = g.on(key, w+1)
		sum += past[w]
	}
	var low, high float64
	var within bool
	if m.Unit == "n" {
		low, high, within = stat.WithinUsual(today, past)
	} else {
		low, high, _ = stat.WithinUsualAmount(today, past)
		low, high = math.Floor(low/yuan)*yuan, math.Ceil(high/yuan)*yuan // the estimate is no finer
		within = low <= float64(today) && float64(today) <= high
	}
	c.Evidence = append(c.Evidence, Evidence{Metric: key, Value: float64(today), Baseline: float64(sum) / weeks, N: weeks, Low: low, High: high})
	switch {
	case within:
	case float64(today) > high:
		c.Sentences = append(c.Sentences, Sentence{Code: "above", Metric: key, Value: float64(today), Low: low, High: high})
	default:
		c.Sentences = append(c.Sentences, Sentence{Code: "below", Metric: key, Value: float64(today), Low: low, High: high})
	}
}

// trends gives the metrics that are drawn, by day.
func (g gathered) trends(d definition, p Params) []Trend {
	since := trendFrom(p)
	out := make([]Trend, 0, len(d.trend))
	for _, m := range d.trend {
		t := Trend{Metric: m, From: since, Values: make([]float64, p.Until-since+1)}
		for i := range t.Values {
			t.Values[i] = g.trend[m][since+bizdate.Date(i)]
		}
		out = append(out, t)
	}
	return out
}
