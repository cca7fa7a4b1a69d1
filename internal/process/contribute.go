package process

import (
	"context"
	"fmt"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Checks lists this domain's invariants (TRU-8).
func Checks() []check.Check {
	return []check.Check{{Name: "process.case-steps", Rule: "PRC-2", Run: checkSteps}}
}

// checkSteps: no case jumped a gate: what a gate asks for was done before what it guards.
func checkSteps(ctx context.Context, tx *op.Tx) ([]string, error) {
	ids, err := op.AllOf[id.ID](ctx, tx.Unscoped("check"), `SELECT s.case_id FROM case_steps s
		WHERE s.step = 'contract' AND NOT EXISTS (SELECT 1 FROM case_steps q WHERE q.case_id = s.case_id AND q.step = 'quote')
		OR s.step = 'payment' AND NOT EXISTS (SELECT 1 FROM case_steps q WHERE q.case_id = s.case_id AND q.step = 'signature') LIMIT 100`)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, v := range ids {
		out = append(out, fmt.Sprintf("case %s did a step whose mandatory step before is missing", v))
	}
	return out, nil
}
