package db_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"zhike/internal/kernel/db"
)

// BenchmarkWrite measures durable writes: the more wait, the more share a commit.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			d, err := db.Open(b.Context(), filepath.Join(b.TempDir(), "z.db"), db.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = d.Close() })
			if _, _, err := d.Migrate(b.Context(), schema); err != nil {
				b.Fatal(err)
			}
			var left atomic.Int64
			left.Store(int64(b.N))
			var all sync.WaitGroup
			b.ResetTimer()
			for range writers {
				all.Go(func() {
					for left.Add(-1) >= 0 {
						err := d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
							_, err := tx.Exec(ctx, "INSERT INTO notes (text) VALUES (?)", "a note of a usual length, as a consultant writes it")
							return err
						})
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
		})
	}
}
