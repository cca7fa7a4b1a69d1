package rollout

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// ByID reads an import in scope.
func ByID(ctx context.Context, tx *op.Tx, key id.ID) (i ImportRun, err error) {
	err = tx.Select(&i).Where("id = ?", key).Scan(ctx)
	return i, problem.Found(err, "import")
}

// Recent lists imports in scope, the latest first, from the row at offset; and counts them.
func Recent(ctx context.Context, tx *op.Tx, offset, limit int) (list []ImportRun, total int64, err error) {
	if total, err = op.One[int64](ctx, tx, "SELECT COUNT(*) FROM imports i WHERE {scope:import i}"); err != nil {
		return nil, 0, fmt.Errorf("count imports: %w", err)
	}
	list, err = op.All[ImportRun](ctx, tx, `SELECT i.id, i.kind, i.state, i.account, i.staff, i.center, i.name, i.trial, i.counts, i.done, i.read_bytes, i.total_bytes, i.problem,
		i.created_at, i.updated_at FROM imports i WHERE {scope:import i} ORDER BY i.id DESC LIMIT ? OFFSET ?`, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list imports: %w", err)
	}
	return list, total, nil
}

// List gives a page of imports in scope, the latest first; the cursor is the id of the last one.
func List(ctx context.Context, tx *op.Tx, r page.Request) (out page.Page[ImportRun], err error) {
	before, err := id.Parse(r.Cursor)
	if r.Cursor != "" && err != nil {
		return out, problem.Refuse("", "invalid", problem.Field{Location: "cursor", Code: "bad-cursor", Value: r.Cursor})
	}
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*) FROM imports i WHERE {scope:import i}"); err != nil {
		return out, fmt.Errorf("count imports: %w", err)
	}
	sel := tx.Select(&out.Items).Order("id DESC").Limit(r.Limit + 1)
	if r.Cursor != "" {
		sel.Where("id < ?", before)
	}
	if err := sel.Scan(ctx); err != nil {
		return out, fmt.Errorf("list imports: %w", err)
	}
	if len(out.Items) > r.Limit {
		out.Items = out.Items[:r.Limit]
		out.Next = out.Items[r.Limit-1].ID.String()
	}
	for i := range out.Items {
		out.Items[i] = out.Items[i].For(tx.Viewer.Account)
	}
	return out, nil
}

// For is the import as an account sees it: values of rows are shown to who handed the file in, others see the counts.
func (i ImportRun) For(account id.ID) ImportRun {
	if i.Account != account {
		i.Trial.First, i.Trial.Unmapped, i.Counts.First, i.Counts.Unmapped = nil, nil, nil, nil
	}
	return i
}
