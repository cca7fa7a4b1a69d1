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
	var out []string
	for _, grain := range []string{rollup.Day, rollup.Month, rollup.Whole} {
		have, err := rollup.Scan(ctx, tx.Tx, grain)
		if err != nil {
			return nil, err
		}
		want := r.sums.deltas.By(grain)
		for k := range want {
			have[k] += 0 // also where none is kept
		}
		for k, n := range have {
			if n != want[k] {
				out = append(out, fmt.Sprintf("%s on %s (%s) at center %s (%s %s): roll-up says %d, the log %d", k.Metric, k.Day, grain, k.Center, k.Dim, k.Value, n, want[k]))
			}
		}
	}
	return out, nil
}
