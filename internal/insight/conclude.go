package insight

import (
	"context"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
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
	Value     float64
	Low, High float64
}

// Evidence is one comparison.
type Evidence struct {
	Metric   string  `json:"metric"`
	Value    float64 `json:"value"`
	Baseline float64 `json:"baseline"` // mean of the days compared with
	N        int     `json:"n"`        // days compared with
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// conclude compares the day with the same weekdays of the last eight weeks: counts by a Poisson prediction interval, money by a
// robust interval of those days. A span of days, or fewer than four such days with anything in them, allows no conclusion.
func conclude(ctx context.Context, tx *op.Tx, d definition, r *Report) error {
	p := r.Params
	if p.From != p.Until {
		r.Conclusion = Conclusion{Confidence: "none", Sentences: []Sentence{{Code: "span"}}}
		return nil
	}
	history, err := Figures(ctx, tx, Ask{Metrics: d.main, From: p.From - 7*weeks, Until: p.From, Centers: p.Centers, By: "day"})
	if err != nil {
		return err
	}
	filled := 0
	for w := 1; w <= weeks; w++ {
		day := p.From - 7*bizdate.Date(w)
		if history.Sum("leads", onDay(day)) > 0 || history.Sum("visits", onDay(day)) > 0 {
			filled++
		}
	}
	for day := p.From - 27; day <= p.From; day++ {
		v := history.Sum("visits", onDay(day))
		r.Trend = append(r.Trend, Point{Day: day, V: float64(v)})
	}
	if filled < weeks/2 {
		r.Conclusion = Conclusion{Confidence: "none", Sentences: []Sentence{{Code: "thin", Value: float64(filled)}}}
		return nil
	}
	c := Conclusion{Confidence: "medium"}
	if filled == weeks {
		c.Confidence = "high"
	}
	for _, key := range d.main {
		c.compare(history, key, r)
	}
	if len(c.Sentences) == 0 {
		c.Sentences = []Sentence{{Code: "usual"}}
	}
	r.Conclusion = c
	return nil
}

// compare judges one metric of the day; only what lies outside its usual range gets a sentence.
func (c *Conclusion) compare(history Cells, key string, r *Report) {
	m, _ := MetricByID(key)
	today := history.Sum(key, onDay(r.Params.From))
	past := make([]int64, weeks)
	var sum int64
	for w := range past {
		past[w] = history.Sum(key, onDay(r.Params.From-7*bizdate.Date(w+1)))
		sum += past[w]
	}
	var low, high float64
	var within bool
	if m.Unit == "n" {
		low, high, within = stat.WithinUsual(today, past)
	} else {
		low, high, within = stat.WithinUsualAmount(today, past)
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

func onDay(day bizdate.Date) func(Cell) bool { return func(c Cell) bool { return c.Day == day } }
