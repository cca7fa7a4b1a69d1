package insight

import (
	"context"
	"fmt"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/rollup"
)

// Checks lists this domain's invariants; the roll-ups are compared by Recount, which needs the whole log.
func Checks() []check.Check {
	return []check.Check{{Name: "insight.paths", Rule: "INS-3", Run: wrongPaths}}
}

// Recount folds the whole log again in memory; `zhike check` compares the result with the roll-ups (INS-3, TRU-8).
type Recount struct {
	registry *event.Registry
	sums     *memSums
}

// NewRecount begins a recount.
func NewRecount(r *event.Registry) *Recount {
	return &Recount{registry: r, sums: &memSums{deltas: rollup.Deltas{}, visits: map[id.ID][]visit{}}}
}

// Event counts one event of the log.
func (r *Recount) Event(e event.Event) error {
	f, err := r.registry.Decode(e)
	if err != nil {
		return err
	}
	return fold(r.sums, f, e)
}

// Differences lists the sums that are not what the log says.
func (r *Recount) Differences(ctx context.Context, tx *op.Tx) ([]string, error) {
	have, err := rollup.Scan(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	var out []string
	note := func(k rollup.Key, is, want int64) {
		out = append(out, fmt.Sprintf("%s on %s at center %s (%s %s): roll-up says %d, the log %d", k.Metric, k.Day, k.Center, k.Dim, k.Value, is, want))
	}
	for k, n := range have {
		if want := r.sums.deltas[k]; want != n {
			note(k, n, want)
		}
	}
	for k, want := range r.sums.deltas {
		if _, ok := have[k]; !ok && want != 0 {
			note(k, 0, want)
		}
	}
	return out, nil
}
