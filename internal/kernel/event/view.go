package event

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
)

// View says that somebody looked at a record (TRU-19). Looking changes no record and no event: views have a log of their own, written in
// batches.
type View struct {
	ID      id.ID     `json:"id" db:"id"` // ascending in time
	At      time.Time `json:"at" db:"at"`
	Account id.ID     `json:"account_id" db:"account"`
	Kind    string    `json:"kind" db:"kind"` // as in the address: people, enquiries, contracts …
	Record  id.ID     `json:"record_id" db:"record"`
}

// TableName implements op.Record.
func (View) TableName() string { return "record_views" }

// sum is the digest of everything.
func (v View) sum() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(v.At.UnixMicro()))
	b = append(append(append(b, v.ID[:]...), v.Account[:]...), v.Record[:]...)
	sum := sha256.Sum256(append(b, v.Kind...))
	return sum[:]
}

// WriteViews writes a batch of views as one block, chained to the one before by SHA-256. It is safe to run from several nodes.
func WriteViews(ctx context.Context, tx *db.Tx, list []View, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	if err := tx.Lock(ctx, "event_head", 4); err != nil {
		return fmt.Errorf("lock head of the views: %w", err)
	}
	var no int64
	var hash []byte
	err := tx.QueryRow(ctx, "SELECT no, hash FROM view_blocks ORDER BY no DESC LIMIT 1", nil, &no, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read last block of views: %w", err)
	}
	no++
	rows, sums := make([][]any, len(list)), make([][]byte, len(list))
	for i, v := range list {
		v.At = v.At.Truncate(time.Microsecond)
		rows[i], sums[i] = []any{v.ID, no, v.At, v.Account, v.Kind, v.Record}, v.sum()
	}
	if err := tx.InsertRows(ctx, "record_views (id, block, at, account, kind, record)", "", rows); err != nil {
		return fmt.Errorf("write views: %w", err)
	}
	_, err = tx.Exec(ctx, "INSERT INTO view_blocks (no, n, hash, at) VALUES (?, ?, ?, ?)", no, int64(len(list)), link(hash, no, sums), now)
	if err != nil {
		return fmt.Errorf("write block of views: %w", err)
	}
	return nil
}

// VerifyViews reads the whole log of views and names the blocks that are not what was written.
func VerifyViews(ctx context.Context, tx *db.Tx) (faults []string, err error) {
	blocks, err := viewBlocks(ctx, tx)
	if err != nil {
		return nil, err
	}
	sums := map[int64][][]byte{}
	rows, err := tx.Query(ctx, "SELECT id, block, at, account, kind, record FROM record_views ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("read views: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var block int64
		var v View
		if err := rows.Scan(&v.ID, &block, db.Into(&v.At), &v.Account, &v.Kind, &v.Record); err != nil {
			return nil, fmt.Errorf("read views: %w", err)
		}
		sums[block] = append(sums[block], v.sum())
	}
	var prev []byte
	for i, b := range blocks {
		if no := int64(i + 1); b.first != no || !bytes.Equal(link(prev, no, sums[no]), b.hash) {
			faults = append(faults, fmt.Sprintf("block of views %d is not what was written", no))
		}
		prev = b.hash
		delete(sums, b.first)
	}
	for no := range sums {
		faults = append(faults, fmt.Sprintf("block of views %d was added", no))
	}
	return faults, rows.Err()
}

// viewBlocks reads the chain of the views; first is the number of a block, last how many views it has.
func viewBlocks(ctx context.Context, tx *db.Tx) (out []block, err error) {
	rows, err := tx.Query(ctx, "SELECT no, n, hash FROM view_blocks ORDER BY no")
	if err != nil {
		return nil, fmt.Errorf("read blocks of views: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b block
		if err := rows.Scan(&b.first, &b.last, &b.hash); err != nil {
			return nil, fmt.Errorf("read blocks of views: %w", err)
		}
		out = append(out, b)
	}
	return out, rows.Err()
}
