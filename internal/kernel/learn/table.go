package learn

import (
	"fmt"
	"time"
)

// Kind is what the values of a column are.
type Kind string

// The kinds of columns.
const (
	Number   Kind = "number"
	Category Kind = "category"
)

// Column is something that is known of every sample, or of some.
type Column struct {
	Name  string `json:"name"`
	Kind  Kind   `json:"kind"`
	Later bool   `json:"later,omitempty"` // whoever defined it says that it is known only after the outcome
}

// Value is a value of a column; the zero Value is one that is not known.
type Value struct {
	Known  bool
	Number float64
	Text   string
	Filled time.Time // when it was first known; zero: not recorded
}

// Num is a number that is known.
func Num(x float64) Value { return Value{Known: true, Number: x} }

// Cat is a level of a category; "" is not known.
func Cat(text string) Value { return Value{Known: text != "", Text: text} }

// Sample is a row to learn from. Samples of one group stay together when rows are left out: they are about the same matter.
type Sample struct {
	Group   string
	Values  []Value
	Yes     bool
	Decided time.Time // when the outcome was known; zero: not recorded
}

// Table is the samples and what their values are called.
type Table struct {
	Columns []Column
	Samples []Sample
}

// check says what is wrong with a table that cannot be learned from.
func (t Table) check() error {
	if len(t.Columns) == 0 || len(t.Samples) == 0 {
		return fmt.Errorf("learn from %d columns and %d samples: nothing there", len(t.Columns), len(t.Samples))
	}
	for i, s := range t.Samples {
		if len(s.Values) != len(t.Columns) {
			return fmt.Errorf("sample %d has %d values for %d columns", i, len(s.Values), len(t.Columns))
		}
	}
	return nil
}

// Without is the table without some of its columns.
func (t Table) Without(names ...string) Table {
	drop := map[string]bool{}
	for _, n := range names {
		drop[n] = true
	}
	var keep []int
	out := Table{Samples: make([]Sample, len(t.Samples))}
	for i, c := range t.Columns {
		if !drop[c.Name] {
			keep, out.Columns = append(keep, i), append(out.Columns, c)
		}
	}
	for i, s := range t.Samples {
		values := make([]Value, len(keep))
		for j, k := range keep {
			values[j] = s.Values[k]
		}
		s.Values = values
		out.Samples[i] = s
	}
	return out
}
