package process

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// TaskFilter chooses tasks.
type TaskFilter struct {
	Staff id.ID     // none: everybody's in scope
	Done  bool      // those done instead of those open
	Late  time.Time // if set, counted are the open ones that were due before it
	After id.ID     // cursor: the last id of the page before
	Limit int
}

// Tasks lists tasks in scope, those due first; done ones newest first.
func Tasks(ctx context.Context, tx *op.Tx, f TaskFilter) ([]Task, error) {
	var list []Task
	sel := tx.Select(&list).Limit(f.Limit)
	if f.Done {
		sel.Where("done_at IS NOT NULL").Order("id DESC")
		if !f.After.IsNone() {
			sel.Where("id < ?", f.After)
		}
	} else {
		sel.Where("done_at IS NULL").Order("due_at, id")
		if !f.After.IsNone() {
			sel.Where("(due_at, id) > (SELECT due_at, id FROM tasks WHERE id = ?)", f.After)
		}
	}
	if !f.Staff.IsNone() {
		sel.Where("staff = ?", f.Staff)
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return list, nil
}

// CountTasks counts the open tasks of a staff member, in scope.
func CountTasks(ctx context.Context, tx *op.Tx, f TaskFilter) (int64, error) {
	text := "SELECT COUNT(*) FROM tasks t WHERE {scope:task t} AND t.done_at IS NULL"
	if f.Done {
		text = "SELECT COUNT(*) FROM tasks t WHERE {scope:task t} AND t.done_at IS NOT NULL"
	}
	var args []any
	if !f.Late.IsZero() {
		text, args = text+" AND t.due_at < ?", append(args, f.Late)
	}
	if !f.Staff.IsNone() {
		text, args = text+" AND t.staff = ?", append(args, f.Staff)
	}
	return op.One[int64](ctx, tx, text, args...)
}

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
