package process

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Notices lists one's notices, newest first, and how many are unread.
func Notices(ctx context.Context, tx *op.Tx, before id.ID, limit int) (list []Notice, unread int64, err error) {
	sel := tx.Select(&list).Where("staff = ?", tx.Viewer.Staff).Order("id DESC").Limit(limit)
	if !before.IsNone() {
		sel.Where("id < ?", before)
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, 0, fmt.Errorf("list notices: %w", err)
	}
	unread, err = Unread(ctx, tx)
	return list, unread, err
}

// Unread counts one's unread notices.
func Unread(ctx context.Context, tx *op.Tx) (int64, error) {
	n, err := op.One[int64](ctx, tx, "SELECT COUNT(*) FROM notices n WHERE {scope:notice n} AND n.staff = ? AND n.read_at IS NULL", tx.Viewer.Staff)
	if err != nil {
		return 0, fmt.Errorf("count notices: %w", err)
	}
	return n, nil
}
