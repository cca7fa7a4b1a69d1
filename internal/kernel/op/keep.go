package op

import (
	"context"
	"fmt"

	"zhike/internal/kernel/db"
)

// versions are the counters of slowly changing data as one transaction sees them.
type versions struct {
	n       map[string]int64
	changed map[string]bool // by the transaction itself: what it wrote may yet be undone
}

type versionsKey struct{}

func versionsOf(tx *db.Tx) *versions {
	return tx.Value(versionsKey{}, func() any { return &versions{changed: map[string]bool{}} }).(*versions)
}

type kept struct {
	version int64
	value   any
}

// Keep gives data that change slowly, such as settings, from memory: load reads them when their counter in the database, name, has
// risen, see Changed. The value is shared and must not be changed.
func Keep[T any](ctx context.Context, tx *Tx, name string, load func(ctx context.Context, tx *Tx) (T, error)) (T, error) {
	v := versionsOf(tx.Tx)
	if v.changed[name] {
		return load(ctx, tx)
	}
	if v.n == nil {
		n, err := readVersions(ctx, tx)
		if err != nil {
			var none T
			return none, err
		}
		v.n = n
	}
	if k, ok := tx.run.kept.Load(name); ok && k.(kept).version == v.n[name] {
		return k.(kept).value.(T), nil
	}
	value, err := load(ctx, tx)
	if err == nil {
		tx.run.kept.Store(name, kept{v.n[name], value})
	}
	return value, err
}

// Changed says that the kept data of a name were changed by this transaction: every node loads them again after the commit.
func (t *Tx) Changed(ctx context.Context, name string) error {
	versionsOf(t.Tx).changed[name] = true
	_, err := t.Exec(ctx, "INSERT INTO versions (id, n) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = versions.n + 1", name)
	if err != nil {
		return fmt.Errorf("note change of %s: %w", name, err)
	}
	return nil
}

func readVersions(ctx context.Context, tx *Tx) (map[string]int64, error) {
	rows, err := tx.Query(ctx, "SELECT id, n FROM versions")
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return nil, fmt.Errorf("read versions: %w", err)
		}
		out[name] = n
	}
	return out, rows.Err()
}
