package sales

import (
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

const (
	mostTargets     = 2000           // of one operation
	mostOfCount     = 100_000        // the largest target of a count
	mostOfMoney     = 10_000_000_000 // fen: a hundred million yuan
	targetMonthSpan = 60             // months from the running one, both ways
)

// TargetMetricByID finds a metric that a target may be of.
func TargetMetricByID(key string) (TargetMetric, bool) {
	i := slices.IndexFunc(TargetMetrics, func(m TargetMetric) bool { return m.ID == key })
	if i < 0 {
		return TargetMetric{}, false
	}
	return TargetMetrics[i], true
}

func targetMetricNames() string {
	names := make([]string, len(TargetMetrics))
	for i, m := range TargetMetrics {
		names[i] = m.ID
	}
	return strings.Join(names, ", ")
}

// ParseTarget reads a target as people type it or a spreadsheet pastes it: a number of records, or yuan, with or without separators and
// sign of currency; NoTarget for nothing. ok is false for what is none.
func (m TargetMetric) ParseTarget(text string) (amount int64, ok bool) {
	text = strings.NewReplacer(",", "", "\uff0c", "", " ", "", "\u00a0", "", "\u00a5", "", "\uffe5", "").Replace(text)
	if text == "" {
		return NoTarget, true
	}
	if m.Money {
		v, err := money.Parse(text)
		return int64(v), err == nil && v >= 0
	}
	whole, rest, _ := strings.Cut(text, ".")
	v, err := strconv.ParseInt(whole, 10, 64)
	return v, err == nil && v >= 0 && strings.Trim(rest, "0") == ""
}

// FormatTarget writes a target as a field holds it.
func (m TargetMetric) FormatTarget(amount int64) string {
	switch {
	case amount == NoTarget:
		return ""
	case m.Money:
		return strings.TrimSuffix(money.Fen(amount).String(), ".00")
	}
	return strconv.FormatInt(amount, 10)
}

// check refuses what is no target: an unknown metric, a month too far off, an amount out of range, a cell twice, more than one operation takes.
func (in SetTargetsInput) check(today bizdate.Date) error {
	var bad problem.Invalid
	m, known := TargetMetricByID(in.Metric)
	if !known {
		bad.Add("metric", "not-one-of", in.Metric, "list", targetMetricNames())
	}
	if n := len(in.Targets); n == 0 || n > mostTargets {
		bad.Add("targets", "targets-many", n, "most", mostTargets)
		return bad.Err("SAL-14")
	}
	most := int64(mostOfCount)
	if m.Money {
		most = mostOfMoney
	}
	first, last := today.MonthStart().AddMonths(-targetMonthSpan), today.MonthStart().AddMonths(targetMonthSpan)
	seen := map[targetKey]bool{}
	for i, c := range in.Targets {
		at := "targets." + strconv.Itoa(i)
		if c.Month.MonthStart() < first || c.Month.MonthStart() > last {
			bad.Add(at+".month", "target-month", c.Month, "months", targetMonthSpan)
		}
		if c.Value != nil && (*c.Value < 0 || *c.Value > most) {
			bad.Add(at+".value", "target-range", *c.Value)
		}
		key := targetKey{c.Center, c.Staff, c.Month.MonthStart()}
		if seen[key] {
			bad.Add(at, "target-twice", c.Month)
		}
		seen[key] = true
	}
	return bad.Err("SAL-14")
}

// centers lists whose targets they are, each once.
func (in SetTargetsInput) centers() (list []id.ID) {
	for _, c := range in.Targets {
		if !slices.Contains(list, c.Center) {
			list = append(list, c.Center)
		}
	}
	return list
}
