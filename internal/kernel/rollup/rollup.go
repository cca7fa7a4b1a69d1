// Package rollup keeps sums by metric, day, center and one dimension (INS-3). Operations add deltas, one row a key and commit;
// a job folds them. A figure is what is folded plus the open deltas.
package rollup

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
)

// Key names one sum. Dim and Value are empty for the sum over everything.
type Key struct {
	Metric string
	Day    bizdate.Date
	Center id.ID // none for the company's own
	Dim    string
	Value  string // an id or a code
}

// Deltas are changes of sums.
type Deltas map[Key]int64

// Add changes a sum and, for each of dims (dimension, value, …), the sum of that value; empty values count under "".
func (d Deltas) Add(metric string, day bizdate.Date, center id.ID, n int64, dims ...string) {
	d[Key{metric, day, center, "", ""}] += n
	for i := 0; i+1 < len(dims); i += 2 {
		d[Key{metric, day, center, dims[i], dims[i+1]}] += n
	}
}

// Merge adds other to d.
func (d Deltas) Merge(other Deltas) {
	for k, n := range other {
		d[k] += n
	}
}

func (d Deltas) sorted() []Key {
	keys := make([]Key, 0, len(d))
	for k, n := range d {
		if n != 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Metric, b.Metric), cmp.Compare(a.Day, b.Day), slices.Compare(a.Center[:], b.Center[:]),
			cmp.Compare(a.Dim, b.Dim), cmp.Compare(a.Value, b.Value))
	})
	return keys
}

type groupKey struct{}

// Stage adds deltas to what the transaction writes before its commit.
func Stage(tx *db.Tx, d Deltas) {
	tx.Value(groupKey{}, func() any { return Deltas{} }).(Deltas).Merge(d)
}

// Flush writes what was staged. db.Options.Before calls it.
func Flush(ctx context.Context, tx *db.Tx) error {
	d := tx.Value(groupKey{}, func() any { return Deltas{} }).(Deltas)
	keys := d.sorted()
	rows := make([][]any, len(keys))
	for i, k := range keys {
		rows[i] = []any{k.Metric, int64(k.Day), k.Center[:], k.Dim, k.Value, d[k]}
	}
	if err := tx.InsertRows(ctx, "rollup_deltas (metric, day, center, dim, value, n)", "", rows); err != nil {
		return fmt.Errorf("write deltas: %w", err)
	}
	clear(d)
	return nil
}

// FoldAtMost is the most deltas that one Fold takes.
const FoldAtMost = 5000

// Fold moves open deltas into the sums and tells how many. Several nodes may run it.
func Fold(ctx context.Context, tx *db.Tx) (int, error) {
	if err := tx.Lock(ctx, "event_head", 2); err != nil {
		return 0, fmt.Errorf("lock roll-ups: %w", err)
	}
	rows, err := tx.Query(ctx, "SELECT id, metric, day, center, dim, value, n FROM rollup_deltas ORDER BY id LIMIT ?", FoldAtMost)
	if err != nil {
		return 0, fmt.Errorf("read deltas: %w", err)
	}
	defer rows.Close()
	sums, ids := Deltas{}, []int64{}
	for rows.Next() {
		var k Key
		var no, n int64
		if err := rows.Scan(&no, &k.Metric, &k.Day, &k.Center, &k.Dim, &k.Value, &n); err != nil {
			return 0, fmt.Errorf("read deltas: %w", err)
		}
		sums[k] += n
		ids = append(ids, no)
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return 0, err
	}
	_ = rows.Close()
	if err := sums.write(ctx, tx); err != nil {
		return 0, err
	}
	for _, no := range ids {
		if _, err := tx.Exec(ctx, "DELETE FROM rollup_deltas WHERE id = ?", no); err != nil {
			return 0, fmt.Errorf("remove deltas: %w", err)
		}
	}
	return len(ids), nil
}

// The grains of the sums that are kept: of a center by day and by month, and of all centers together by month, under no center.
const (
	Day   = "d"
	Month = "m"
	Whole = "w"
)

// of gives the key of the sum of a grain that a day's sum of a center goes into.
func (k Key) of(grain string) Key {
	if grain != Day {
		k.Day = k.Day.MonthStart()
	}
	if grain == Whole {
		k.Center = id.None
	}
	return k
}

// write adds changes to the sums of every grain, each once.
func (d Deltas) write(ctx context.Context, tx *db.Tx) error {
	for _, grain := range []string{Day, Month, Whole} {
		sums := d.By(grain)
		for _, k := range sums.sorted() {
			_, err := tx.Exec(ctx, `INSERT INTO rollups (center, grain, metric, dim, day, value, n) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (center, grain, metric, dim, day, value) DO UPDATE SET n = rollups.n + excluded.n`,
				k.Center[:], grain, k.Metric, k.Dim, int64(k.Day), k.Value, sums[k])
			if err != nil {
				return fmt.Errorf("fold %s: %w", k.Metric, err)
			}
		}
	}
	return nil
}

// Replace writes sums in the place of all that there are, folded and open.
func Replace(ctx context.Context, tx *db.Tx, sums Deltas) error {
	if err := tx.Lock(ctx, "event_head", 2); err != nil {
		return fmt.Errorf("lock roll-ups: %w", err)
	}
	for _, table := range []string{"rollup_deltas", "rollups"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
			return fmt.Errorf("remove roll-ups: %w", err)
		}
	}
	return sums.write(ctx, tx)
}

// Scan reads every sum of a grain, folded and open together, for the recount of `zhike check`.
func Scan(ctx context.Context, tx *db.Tx, grain string) (Deltas, error) {
	kept, err := read(ctx, tx, "SELECT metric, day, center, dim, value, n FROM rollups WHERE grain = ?", grain)
	if err != nil {
		return nil, err
	}
	open, err := read(ctx, tx, "SELECT metric, day, center, dim, value, n FROM rollup_deltas")
	if err != nil {
		return nil, err
	}
	kept.Merge(open.By(grain))
	maps.DeleteFunc(kept, func(_ Key, n int64) bool { return n == 0 })
	return kept, nil
}

// By gives the sums of a grain of what changed.
func (d Deltas) By(grain string) Deltas {
	out := Deltas{}
	for k, n := range d {
		out[k.of(grain)] += n
	}
	return out
}

// read adds up the rows of a query.
func read(ctx context.Context, tx *db.Tx, text string, args ...any) (Deltas, error) {
	rows, err := tx.Query(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read roll-ups: %w", err)
	}
	defer rows.Close()
	out := Deltas{}
	for rows.Next() {
		var k Key
		var n int64
		if err := rows.Scan(&k.Metric, &k.Day, &k.Center, &k.Dim, &k.Value, &n); err != nil {
			return nil, fmt.Errorf("read roll-ups: %w", err)
		}
		out[k] += n
	}
	return out, rows.Err()
}
