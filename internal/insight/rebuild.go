package insight

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/rollup"
)

// edition is that of fold. Raise it with every change of what fold counts, or of the grains that are kept: migrate then counts the whole log again.
const edition = 4

// Rebuild counts the whole log again where the roll-ups were kept by another edition of the program (INS-3); else it does nothing.
func Rebuild(ctx context.Context, r *op.Runner, registry *event.Registry) error {
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		var was int64
		err := tx.QueryRow(ctx, "SELECT n FROM versions WHERE id = 'roll-ups'", nil, &was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read edition of roll-ups: %w", err)
		}
		if was == edition {
			return nil
		}
		recount := NewRecount(registry)
		if _, _, _, err := event.Verify(ctx, tx.Tx, recount.Event); err != nil {
			return fmt.Errorf("count the log again: %w", err)
		}
		if err := event.Unsealed(ctx, tx.Tx, recount.Event); err != nil {
			return fmt.Errorf("count the log again: %w", err)
		}
		if err := rollup.Replace(ctx, tx.Tx, recount.sums.deltas); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO versions (id, n) VALUES ('roll-ups', ?) ON CONFLICT (id) DO UPDATE SET n = excluded.n", int64(edition))
		if err != nil {
			return fmt.Errorf("note edition of roll-ups: %w", err)
		}
		return nil
	})
}
