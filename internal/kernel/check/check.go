// Package check is the form of an invariant that `zhike check` proves (TRU-8). Each domain lists its own.
package check

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// AtMost is the most findings that one query of a check names; the first ones say enough.
const AtMost = 500

// Check is an invariant of the database.
type Check struct {
	Name string // domain.word
	Rule string // rule of the specification that it proves
	// Run names what breaks the invariant, each with its ids; nothing if it holds. It reads one snapshot and writes nothing.
	Run func(ctx context.Context, tx *op.Tx) ([]string, error)
}

// Finding is one breach of an invariant.
type Finding struct {
	Check string `json:"check"`
	Rule  string `json:"rule"`
	What  string `json:"what"`
}

// String gives the finding in one line.
func (f Finding) String() string { return f.Check + " (" + f.Rule + "): " + f.What }

// Run runs checks in order and collects what they find.
func Run(ctx context.Context, tx *op.Tx, list []Check) ([]Finding, error) {
	var out []Finding
	for _, c := range list {
		found, err := c.Run(ctx, tx)
		if err != nil {
			return out, fmt.Errorf("check %s: %w", c.Name, err)
		}
		for _, what := range found {
			out = append(out, Finding{Check: c.Name, Rule: c.Rule, What: what})
		}
	}
	return out, nil
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

// None makes the Run of a check out of queries that must find nothing.
func None(queries ...Query) func(ctx context.Context, tx *op.Tx) ([]string, error) {
	return func(ctx context.Context, tx *op.Tx) (out []string, err error) {
		u := tx.Unscoped("an invariant is about every record; only ids and sums are named")
		for _, q := range queries {
			rows, err := op.AllOf[unequal](ctx, u, q.Text+fmt.Sprintf(" LIMIT %d", AtMost), q.Args...)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", q.What, err)
			}
			for _, r := range rows {
				out = append(out, fmt.Sprintf("%s: %s has %d, want %d", q.What, r.ID, r.Got, r.Want))
			}
		}
		return out, nil
	}
}
