package bench

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is the result of a run.
type Report struct {
	Scale        string   `json:"scale"`
	Seed         uint64   `json:"seed"`
	Rounds       int      `json:"rounds"`
	Seconds      float64  `json:"seconds"`
	Cores        int      `json:"cores"`
	Floor        bool     `json:"floor"`
	Acknowledged int64    `json:"acknowledged_writes"` // each was there afterwards
	Bytes        int64    `json:"database_bytes"`
	FloorBytes   int64    `json:"floor_database_bytes,omitempty"`
	Figures      []Figure `json:"figures"`
	Cells        []Cell   `json:"cells"`
}

// Figure is one goal of performance.md with what was measured: the median over the rounds. Ratios are taken within a round, where
// the targets ran right after each other.
type Figure struct {
	Goal     string  `json:"goal"` // PRF-1
	Scenario string  `json:"scenario"`
	Value    float64 `json:"value"`
	Unit     string  `json:"unit"`
	P95      float64 `json:"p95_ms,omitempty"`
	P99      float64 `json:"p99_ms,omitempty"`
	CPU      float64 `json:"server_cpu_us,omitempty"`
	Floor    float64 `json:"floor,omitempty"`
	FloorCPU float64 `json:"floor_server_cpu_us,omitempty"`
	Ratio    *Ratio  `json:"ratio,omitempty"`     // of the value, to the floor's
	CPURatio *Ratio  `json:"cpu_ratio,omitempty"` // of the processor time
	Bound    string  `json:"bound,omitempty"`     // what is wanted of the ratio, or of the value where there is none
	Met      *bool   `json:"met,omitempty"`       // nil where nothing is wanted, or it could not be measured
}

// Ratio is the median over the rounds with its range.
type Ratio struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// Noisy tells that the rounds differ too much to say anything.
func (r Ratio) Noisy() bool { return r.High > 1.5*r.Low }

// wanted is a goal: least or most of the ratio to the floor, or of the value.
type wanted struct {
	goal, scenario, unit string
	least, most          float64
	of                   string // "ratio" or "value"
	value                func(Cell) float64
	budget               float64 // of server processor time at S, in µs; 0: none
}

func perSecond(c Cell) float64 { return c.PerSec }
func median(c Cell) float64    { return c.P50 }
func peak(c Cell) float64      { return c.Peak }

var goals = []wanted{
	{"PRF-1", "create", "/s", 0.5, 0, "ratio", perSecond, 250},
	{"PRF-2", "move", "/s", 0.4, 0, "ratio", perSecond, 350},
	{"PRF-3", "person", "/s", 0.4, 0, "ratio", perSecond, 550},
	{"PRF-3", "person-page", "/s", 0, 0, "", perSecond, 0},
	{"PRF-4", "list", "/s", 0.4, 0, "ratio", perSecond, 1100},
	{"PRF-5", "search", "/s", 0.4, 0, "ratio", perSecond, 0},
	{"PRF-6", "report", "ms", 0, 3, "ratio", median, 450},
	{"MKT-10", "segment", "ms", 0, 200, "value", median, 0},
	{"SAL-3", "work", "ms", 0, 50, "value", median, 0},
	{"SAL-3", "work-page", "ms", 0, 50, "value", median, 0},
	{"SAL-9", "funnel", "ms", 0, 3, "ratio", median, 0},
	{"SAL-9", "steps", "ms", 0, 3, "ratio", median, 0},
	{"PRF-7", "months", "ms", 0, 3, "ratio", median, 0},
	{"PRF-8", "mixed", "/s", 0.4, 0, "ratio", perSecond, 0},
	{"PRF-9", importing, "rows/s", 0.45, 0, "ratio", perSecond, 90},
	{"PRF-10", "create", "MiB peak", 0, 250, "value", peak, 0},
	{"PRF-10", importing, "MiB peak", 0, 250, "value", peak, 0},
	{"PRF-10", "start", "ms", 0, 2000, "value", median, 0},
}

// sum makes the figures from the cells.
func (r *Report) sum(b *bench) {
	r.Scale, r.Seed, r.Rounds, r.Seconds, r.Cores, r.Floor = b.Scale, b.Seed, b.Rounds, b.Seconds, runtime.NumCPU(), len(b.targets) > 1
	r.Bytes = b.company.Bytes
	for _, w := range goals {
		own, beside := r.cells("zhike", w.scenario), r.cells("floor", w.scenario)
		if len(own) == 0 {
			continue
		}
		f := Figure{Goal: w.goal, Scenario: w.scenario, Unit: w.unit, Value: middle(own, w.value), P95: middle(own, func(c Cell) float64 { return c.P95 }), P99: middle(own, func(c Cell) float64 { return c.P99 })}
		f.CPU, f.FloorCPU, f.Floor = middle(own, cpu), middle(beside, cpu), middle(beside, w.value)
		if w.of != "value" {
			f.Ratio, f.CPURatio = ratio(own, beside, w.value), ratio(own, beside, cpu)
		}
		f.judge(w)
		r.Figures = append(r.Figures, f)
	}
}

func cpu(c Cell) float64 { return c.CPU }

func (f *Figure) judge(w wanted) {
	value := f.Value
	if w.of == "ratio" {
		if f.Ratio == nil {
			return
		}
		value = f.Ratio.Median
	}
	met := value >= w.least
	switch {
	case w.least > 0:
		f.Bound = fmt.Sprintf("≥ %g", w.least)
	case w.most > 0:
		f.Bound, met = fmt.Sprintf("≤ %g", w.most), value <= w.most
	default:
		return
	}
	f.Met = &met
}

func (r *Report) cells(target, scenario string) (out []Cell) {
	for _, c := range r.Cells {
		if c.Target == target && c.Scenario == scenario {
			out = append(out, c)
		}
	}
	return out
}

func middle(cells []Cell, value func(Cell) float64) float64 {
	var list []float64
	for _, c := range cells {
		list = append(list, value(c))
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// ratio compares within the rounds; nil where there is nothing to compare.
func ratio(a, b []Cell, value func(Cell) float64) *Ratio {
	var list []float64
	for _, x := range a {
		for _, y := range b {
			if x.Round == y.Round && value(y) > 0 {
				list = append(list, value(x)/value(y))
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.Sort(list)
	return &Ratio{Median: list[len(list)/2], Low: list[0], High: list[len(list)-1]}
}

// Table writes the figures for people.
func (r *Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "scale %s, seed %d, %d rounds of %g s, %d cores; %d acknowledged writes all there, roll-ups equal a recount\n",
		r.Scale, r.Seed, r.Rounds, r.Seconds, r.Cores, r.Acknowledged)
	fmt.Fprintln(t, strings.Join([]string{"goal", "scenario", "value", "unit", "p95 ms", "p99 ms", "CPU µs", "floor", "CPU µs", "ratio", "(range)", "CPU ratio", "wanted", "met", ""}, "\t"))
	for _, f := range r.Figures {
		met := ""
		if f.Met != nil {
			met = map[bool]string{true: "yes", false: "no"}[*f.Met]
		}
		fmt.Fprintln(t, strings.Join([]string{
			f.Goal, f.Scenario, number(f.Value), f.Unit, number(f.P95), number(f.P99), number(f.CPU), number(f.Floor), number(f.FloorCPU),
			f.Ratio.text(), f.Ratio.span(), f.CPURatio.text(), f.Bound, met, "",
		}, "\t"))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	fmt.Fprintf(w, "database %.1f MiB", float64(r.Bytes)/(1<<20))
	if r.FloorBytes > 0 {
		fmt.Fprintf(w, ", floor %.1f MiB", float64(r.FloorBytes)/(1<<20))
	}
	fmt.Fprintln(w)
	return nil
}

func number(v float64) string {
	switch {
	case v == 0:
		return ""
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func (r *Ratio) text() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%.2f", r.Median)
}

func (r *Ratio) span() string {
	if r == nil {
		return ""
	}
	text := fmt.Sprintf("%.2g–%.2g", r.Low, r.High)
	if r.Noisy() {
		text += " noisy"
	}
	return text
}
