package insight

import (
	"context"

	"zhike/internal/kernel/op"
)

// ReportPlan is how SQLite reads what a report needs, a line a step.
func ReportPlan(ctx context.Context, tx *op.Tx, name string, p Params) ([]string, error) {
	type step struct {
		ID      int64  `db:"id"`
		Parent  int64  `db:"parent"`
		NotUsed int64  `db:"notused"`
		Detail  string `db:"detail"`
	}
	text, args, _, _ := gatherQuery(tx, definitions[name], p)
	steps, err := op.All[step](ctx, tx, "EXPLAIN QUERY PLAN "+text, args...)
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.Detail)
	}
	return lines, err
}
