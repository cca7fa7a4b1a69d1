package db_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
)

// part is one part of a transaction: counters that it sets or adds, whether it reads them, and whether it fails at its end.
type part struct {
	upsert, insert []int // counters
	read, fails    bool
}

func drawParts(t *rapid.T) []part {
	key := rapid.IntRange(0, 5)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) part {
		return part{
			upsert: rapid.SliceOfNDistinct(key, 0, 3, rapid.ID).Draw(t, "upsert"), insert: rapid.SliceOfNDistinct(key, 0, 2, rapid.ID).Draw(t, "insert"),
			read: rapid.Bool().Draw(t, "read"), fails: rapid.IntRange(0, 4).Draw(t, "fails") == 0,
		}
	}), 1, 8).Draw(t, "parts")
}

// model does a part on the counters; it tells whether it succeeds, and what it reads.
func (p part) model(n map[int]int64) (map[int]int64, bool) {
	out := maps.Clone(n)
	for _, k := range p.upsert {
		out[k]++
	}
	for _, k := range p.insert {
		if _, there := out[k]; there {
			return n, false
		}
		out[k] = 10
	}
	if p.fails {
		return n, false
	}
	return out, true
}

var errWanted = errors.New("fails")

func (p part) do(ctx context.Context, tx *db.Tx, read func(map[int]int64)) error {
	for _, k := range p.upsert {
		err := tx.InsertRows(ctx, "counters (id, n)", " ON CONFLICT (id) DO UPDATE SET n = counters.n + excluded.n", [][]any{{id.ID{15: byte(k + 1)}, int64(1)}})
		if err != nil {
			return err
		}
	}
	for _, k := range p.insert {
		if err := tx.InsertRows(ctx, "counters (id, n)", "", [][]any{{id.ID{15: byte(k + 1)}, int64(10)}}); err != nil {
			return err
		}
	}
	if p.read {
		got, err := counters(ctx, tx)
		if err != nil {
			return err
		}
		read(got)
	}
	if p.fails {
		return errWanted
	}
	return nil
}

func counters(ctx context.Context, tx *db.Tx) (map[int]int64, error) {
	rows, err := tx.Query(ctx, "SELECT id, n FROM counters")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int]int64{}
	for rows.Next() {
		var key id.ID
		var n int64
		if err := rows.Scan(&key, &n); err != nil {
			return nil, err
		}
		out[int(key[15])-1] = n
	}
	return out, rows.Err()
}

func empty(t *rapid.T, d *db.DB) {
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM counters")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// left compares what the database holds.
func left(t *rapid.T, d *db.DB, want map[int]int64) {
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		got, err := counters(ctx, tx)
		if err == nil && !maps.Equal(got, want) {
			t.Fatalf("left %v, want %v", got, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTRU4_PartsStandAlone: rows that wait to be inserted and parts that fail leave what a plain model leaves: what failed is undone alone,
// what was written is read, a row that is twice is the error of its own part.
func TestTRU4_PartsStandAlone(t *testing.T) {
	each(t, db.Options{}, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			ctx := t.Context()
			empty(t, d)
			parts := drawParts(t)
			var did []bool
			var seen []map[int]int64
			err := d.WriteAlone(ctx, func(ctx context.Context, tx *db.Tx) error {
				did, seen = nil, make([]map[int]int64, len(parts))
				for i, p := range parts {
					err := tx.Savepoint(ctx, func(ctx context.Context) error {
						return p.do(ctx, tx, func(got map[int]int64) { seen[i] = got })
					})
					did = append(did, err == nil)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			want := map[int]int64{}
			for i, p := range parts {
				after, ok := p.model(want)
				if ok != did[i] {
					t.Fatalf("part %d: done %t, want %t", i, did[i], ok)
				}
				if ok && p.read && !maps.Equal(seen[i], after) {
					t.Fatalf("part %d read %v, want %v", i, seen[i], after)
				}
				want = after
			}
			left(t, d, want)
		})
	})
}

// TestTRU5_SpoiltGroup: the writes that shared a transaction with one that failed late are done again and answered once.
func TestTRU5_SpoiltGroup(t *testing.T) {
	each(t, db.Options{}, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			ctx := t.Context()
			empty(t, d)
			adds := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) part {
				return part{upsert: []int{rapid.IntRange(0, 3).Draw(t, "key")}, read: rapid.Bool().Draw(t, "read"), fails: rapid.IntRange(0, 3).Draw(t, "fails") == 0}
			}), 1, 12).Draw(t, "writes")
			answers := make(chan error, len(adds))
			want := map[int]int64{}
			for _, p := range adds {
				if !p.fails {
					want[p.upsert[0]]++
				}
				go func() {
					answers <- d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return p.do(ctx, tx, func(map[int]int64) {}) })
				}()
			}
			for range adds {
				if err := <-answers; err != nil && !errors.Is(err, errWanted) {
					t.Fatal(err)
				}
			}
			left(t, d, want)
		})
	})
}
