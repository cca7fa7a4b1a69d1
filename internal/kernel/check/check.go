// Package check is the form of an invariant that `zhike check` proves (TRU-8). Each domain lists its own.
package check

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

const (
	// AtMost is the most findings of one query of a check.
	AtMost = 100_000
	// Listed is how many findings of a check are named; the others are counted.
	Listed = 100
)

// Check is an invariant of the database.
type Check struct {
	Name string // domain.word
	Rule string // rule of the specification that it proves
	// Queries find nothing if the invariant holds.
	Queries []Query
	// Run, for what queries cannot say, names what breaks the invariant, each with its ids. It reads one snapshot and writes nothing.
	Run func(ctx context.Context, tx *op.Tx) ([]string, error)
}

// Finding is one breach of an invariant.
type Finding struct {
	Check string `json:"check"`
	Rule  string `json:"rule"`
	What  string `json:"what"`
	More  int    `json:"more,omitempty"` // of those that are counted and not named: how many
}

// String gives the finding in one line.
func (f Finding) String() string { return f.Check + " (" + f.Rule + "): " + f.What }

// Run runs checks in order and collects what they find.
func Run(ctx context.Context, tx *op.Tx, list []Check) ([]Finding, error) {
	var out []Finding
	for _, c := range list {
		found, err := c.find(ctx, tx)
		if err != nil {
			return out, fmt.Errorf("check %s: %w", c.Name, err)
		}
		for _, what := range found {
			out = append(out, Finding{Check: c.Name, Rule: c.Rule, What: what})
		}
	}
	return out, nil
}

// Cap names the first findings of each check, and counts the others in a last one.
func Cap(list []Finding) (out []Finding) {
	seen, last := map[string]int{}, map[string]int{} // by check: findings so far, place of the one that counts
	for _, f := range list {
		seen[f.Check]++
		switch n := seen[f.Check]; {
		case n <= Listed:
			out = append(out, f)
		case n == Listed+1:
			last[f.Check] = len(out)
			out = append(out, Finding{Check: f.Check, Rule: f.Rule, What: "and 1 more", More: 1})
		default:
			counted := &out[last[f.Check]]
			counted.More++
			counted.What = fmt.Sprintf("and %d more", counted.More)
		}
	}
	return out
}

// Count is how many findings a list stands for.
func Count(list []Finding) (n int) {
	for _, f := range list {
		n += max(1, f.More)
	}
	return n
}

// Query is a query whose every row is a breach: the id of a record, what it has and what it should have.
type Query struct {
	What string // what differs: "contract: paid, sum of its lines"
	Text string // selects id, got, want; constant
	Args []any
}

type unequal struct {
	ID   id.ID `db:"id"`
	Got  int64 `db:"got"`
	Want int64 `db:"want"`
}

// find names what breaks the invariant.
func (c Check) find(ctx context.Context, tx *op.Tx) (out []string, err error) {
	u := tx.Unscoped("an invariant is about every record; only ids and sums are named")
	for _, q := range c.Queries {
		rows, err := op.AllOf[unequal](ctx, u, q.Text+fmt.Sprintf(" LIMIT %d", AtMost), q.Args...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.What, err)
		}
		for _, r := range rows {
			out = append(out, fmt.Sprintf("%s: %s has %d, want %d", q.What, r.ID, r.Got, r.Want))
		}
	}
	if c.Run == nil {
		return out, nil
	}
	found, err := c.Run(ctx, tx)
	return append(out, found...), err
}
