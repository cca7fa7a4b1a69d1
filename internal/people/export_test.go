package people

import (
	"context"

	"zhike/internal/kernel/op"
)

// Find is Search with the number of terms up to which they are looked at one by one; 0 looks through the persons in scope.
func Find(ctx context.Context, tx *op.Tx, text string, limit int, few int64) ([]Brief, error) {
	return find(ctx, tx, text, limit, few, false)
}

// FindHumans is SearchHumans likewise.
func FindHumans(ctx context.Context, tx *op.Tx, text string, limit int, few int64) ([]Brief, error) {
	return find(ctx, tx, text, limit, few, true)
}
