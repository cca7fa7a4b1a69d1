package learn

import (
	"cmp"
	"slices"
)

const (
	// lateShare is the share of a column's values first known after the outcome, from which on the column is refused.
	lateShare = 0.02
	// LeakLift is how much one column may add to the AUC before it is suspected to know the outcome.
	LeakLift = 0.05
	// guardSamples are enough to see such a lift.
	guardSamples = 4000
	// guardColumns are tried.
	guardColumns = 5
)

// Refusal is a column that must not be learned from, and why.
type Refusal struct {
	Column string `json:"column"`
	Why    string `json:"why"`   // later: its definition says so; after-outcome: its values came after the outcome
	Late   int    `json:"late"`  // values that came after the outcome
	Dated  int    `json:"dated"` // values of which both times are known
}

// The reasons of refusals.
const (
	Later        = "later"
	AfterOutcome = "after-outcome"
)

// Refused finds the columns that are known only after the outcome (SAL-12): those whose definition says so, and those whose values were
// first filled after it.
func Refused(t Table) (list []Refusal) {
	for c, column := range t.Columns {
		r := Refusal{Column: column.Name}
		for _, s := range t.Samples {
			v := s.Values[c]
			if !v.Known || v.Filled.IsZero() || s.Decided.IsZero() {
				continue
			}
			r.Dated++
			if v.Filled.After(s.Decided) {
				r.Late++
			}
		}
		switch {
		case column.Later:
			r.Why = Later
		case r.Late > 0 && float64(r.Late) >= lateShare*float64(r.Dated):
			r.Why = AfterOutcome
		default:
			continue
		}
		list = append(list, r)
	}
	return list
}

// Warning is a column that may know the outcome: without it the order of the estimates is much worse.
type Warning struct {
	Column  string  `json:"column"`
	Without float64 `json:"without"` // AUC without it
	Lift    float64 `json:"lift"`    // what it adds to the AUC
}

// Suspect finds the columns that alone lift the AUC on rows left out by more than LeakLift, among those that may be doubted; nil for all. One
// that does has much to say: the columns whose splits gain most are tried.
func Suspect(t Table, doubted func(Column) bool) (list []Warning, err error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if doubted != nil && !slices.ContainsFunc(t.Columns, doubted) {
		return nil, nil
	}
	t = t.some(guardSamples)
	fold := foldsOf(t.Samples)
	yes := make([]bool, len(t.Samples))
	for i, s := range t.Samples {
		yes[i] = s.Yes
	}
	full := leaveOut(t, fold, mostTrees)
	auc := AUC(full.margins, yes)
	tried := slices.DeleteFunc(everyOne(len(t.Columns)), func(c int32) bool { return doubted != nil && !doubted(t.Columns[c]) })
	slices.SortStableFunc(tried, func(a, b int32) int { return cmp.Compare(full.gains[b], full.gains[a]) })
	for _, c := range tried[:min(len(tried), guardColumns)] {
		name := t.Columns[c].Name
		without := AUC(leaveOut(t.Without(name), fold, full.trees).margins, yes)
		if auc-without > LeakLift {
			list = append(list, Warning{Column: name, Without: without, Lift: auc - without})
		}
	}
	return list, nil
}

// some takes samples at even distances; groups that are cut lose samples, no more.
func (t Table) some(n int) Table {
	if len(t.Samples) <= n {
		return t
	}
	out := Table{Columns: slices.Clone(t.Columns)}
	for i := range n {
		out.Samples = append(out.Samples, t.Samples[i*len(t.Samples)/n])
	}
	return out
}
