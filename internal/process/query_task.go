package process

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// TaskFilter chooses tasks.
type TaskFilter struct {
	Staff  id.ID     // none: everybody's in scope
	Team   bool      // those that the viewer assigns
	Kind   string    // "" is any
	Done   bool      // those done instead of those open
	Late   time.Time // if set, the open ones that were due before it
	From   time.Time // if set, those due at it or later
	Until  time.Time // if set, those due at it or before
	After  id.ID     // cursor: the last id of the page before
	Limit  int
	Offset int  // rows to leave out, for pages by number (UI-L2)
	Newest bool // those due last come first, of the open ones
}

// where is the condition of a filter on the alias tasks.
func (f TaskFilter) where() (text string, args []any) {
	list := []string{"tasks.done_at IS NULL"}
	if f.Done {
		list[0] = "tasks.done_at IS NOT NULL"
	}
	if f.Team {
		list = append(list, "{scope:task:assign tasks}")
	}
	for _, c := range []struct {
		on    bool
		text  string
		value any
	}{
		{!f.Staff.IsNone(), "tasks.staff = ?", f.Staff},
		{f.Kind != "", "tasks.kind = ?", f.Kind},
		{!f.Late.IsZero(), "tasks.due_at < ?", f.Late},
		{!f.From.IsZero(), "tasks.due_at >= ?", f.From},
		{!f.Until.IsZero(), "tasks.due_at <= ?", f.Until},
	} {
		if c.on {
			list, args = append(list, c.text), append(args, c.value)
		}
	}
	return strings.Join(list, " AND "), args
}

// Tasks lists tasks in scope, those due first; done ones newest first.
func Tasks(ctx context.Context, tx *op.Tx, f TaskFilter) ([]Task, error) {
	var list []Task
	text, args := f.where()
	sel := tx.Select(&list).Where(text, args...).Limit(f.Limit).Offset(f.Offset)
	switch {
	case f.Done:
		sel.Order("id DESC")
		if !f.After.IsNone() {
			sel.Where("id < ?", f.After)
		}
	case f.Newest:
		sel.Order("due_at DESC, id DESC")
	default:
		sel.Order("due_at, id")
		if !f.After.IsNone() {
			sel.Where("(due_at, id) > (SELECT due_at, id FROM tasks WHERE id = ?)", f.After)
		}
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return list, nil
}

// CountTasks counts those of a filter in scope, whatever its cursor.
func CountTasks(ctx context.Context, tx *op.Tx, f TaskFilter) (int64, error) {
	text, args := f.where()
	n, err := op.One[int64](ctx, tx, "SELECT COUNT(*) FROM tasks WHERE {scope:task tasks} AND "+text, args...)
	if err != nil {
		return 0, fmt.Errorf("count tasks: %w", err)
	}
	return n, nil
}

// TaskIDs lists the ids of those of a filter in scope, at most so many.
func TaskIDs(ctx context.Context, tx *op.Tx, f TaskFilter) ([]id.ID, error) {
	text, args := f.where()
	list, err := op.All[id.ID](ctx, tx, "SELECT tasks.id FROM tasks WHERE {scope:task tasks} AND "+text+" ORDER BY tasks.due_at, tasks.id LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list ids of tasks: %w", err)
	}
	return list, nil
}

// TaskByID loads one in scope.
func TaskByID(ctx context.Context, tx *op.Tx, key id.ID) (Task, error) { return loadTask(ctx, tx, key) }

// DayEnds is the end of the day of who looks.
func DayEnds(tx *op.Tx) time.Time {
	here := tx.Viewer.Center
	return (tx.Today(here) + 1).In(tx.Zone(here))
}

// Load is how much somebody has to do (PRC-5).
type Load struct {
	Staff id.ID `json:"staff_id" db:"staff"`
	Open  int64 `json:"open" db:"open"`
	Late  int64 `json:"late" db:"late"`
	Today int64 `json:"due_today" db:"today"` // not late, and due until the end of the day
}

// Loads counts the open tasks that the viewer assigns by who has them, those with the most late ones first; until is the end of the day.
func Loads(ctx context.Context, tx *op.Tx, until time.Time) ([]Load, error) {
	list, err := op.All[Load](ctx, tx, `SELECT t.staff, COUNT(*) AS open, SUM(CASE WHEN t.due_at < ? THEN 1 ELSE 0 END) AS late,
		SUM(CASE WHEN t.due_at >= ? AND t.due_at <= ? THEN 1 ELSE 0 END) AS today
		FROM tasks t WHERE {scope:task t} AND {scope:task:assign t} AND t.done_at IS NULL AND t.staff IS NOT NULL GROUP BY t.staff ORDER BY late DESC, open DESC, t.staff`, tx.Now, tx.Now, until)
	if err != nil {
		return nil, fmt.Errorf("count load: %w", err)
	}
	return list, nil
}

// TasksByID gives some tasks in scope by id.
func TasksByID(ctx context.Context, tx *op.Tx, keys []id.ID) (map[id.ID]Task, error) {
	var list []Task
	if err := tx.Select(&list).Where("id IN (?)", keys).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	out := make(map[id.ID]Task, len(list))
	for _, t := range list {
		out[t.ID] = t
	}
	return out, nil
}
