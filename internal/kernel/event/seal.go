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

// SealAtMost is the most events of one block.
const SealAtMost = 1000

// Seal gives the events that have none their gapless sequence numbers, in the order of their ids, and chains them as one
// block: its hash is SHA-256 over the hash before it and the digests of its events. It tells how many it sealed. It runs inside
// tx and is safe to run from several nodes.
func Seal(ctx context.Context, tx *db.Tx, now time.Time) (int, error) {
	if err := tx.Lock(ctx, "event_head", 1); err != nil {
		return 0, fmt.Errorf("lock head of the log: %w", err)
	}
	var block, last int64
	var hash []byte
	err := tx.QueryRow(ctx, "SELECT no, last_seq, hash FROM event_blocks ORDER BY no DESC LIMIT 1", nil, &block, &last, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read last block: %w", err)
	}
	ids, digests, err := unsealed(ctx, tx)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	for i, v := range ids {
		if _, err := tx.Exec(ctx, "UPDATE events SET seq = ? WHERE id = ?", last+int64(i)+1, v); err != nil {
			return 0, fmt.Errorf("number event: %w", err)
		}
	}
	first := last + 1
	last += int64(len(ids))
	_, err = tx.Exec(ctx, "INSERT INTO event_blocks (no, first_seq, last_seq, hash, at) VALUES (?, ?, ?, ?, ?)",
		block+1, first, last, link(hash, first, digests), now)
	if err != nil {
		return 0, fmt.Errorf("write block: %w", err)
	}
	return len(ids), nil
}

func unsealed(ctx context.Context, tx *db.Tx) (ids []id.ID, digests [][]byte, err error) {
	rows, err := tx.Query(ctx, "SELECT id, digest FROM events WHERE seq IS NULL ORDER BY id LIMIT ?", SealAtMost)
	if err != nil {
		return nil, nil, fmt.Errorf("read unsealed events: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v id.ID
		var d []byte
		if err := rows.Scan(&v, &d); err != nil {
			return nil, nil, fmt.Errorf("read unsealed events: %w", err)
		}
		ids, digests = append(ids, v), append(digests, d)
	}
	return ids, digests, rows.Err()
}

func link(prev []byte, first int64, digests [][]byte) []byte {
	h := sha256.New()
	h.Write(prev)
	var num [8]byte
	binary.BigEndian.PutUint64(num[:], uint64(first))
	h.Write(num[:])
	for _, d := range digests {
		h.Write(d)
	}
	return h.Sum(nil)
}

// Fault is one place where the log is not what was written.
type Fault struct {
	Seq  int64  // sequence number, or the first one of the block
	What string // edited, missing, added, chain
}

// Verify reads the whole sealed log and names every edit, deletion and insertion (TRU-24). It gives the last sequence number
// and the hash of the last block.
func Verify(ctx context.Context, tx *db.Tx, each func(Event) error) (faults []Fault, head int64, hash []byte, err error) {
	blocks, err := readBlocks(ctx, tx)
	if err != nil {
		return nil, 0, nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, seq, at, day, kind, actor, by_login, center, person, subject, run, payload, digest
		FROM events WHERE seq IS NOT NULL ORDER BY seq`)
	if err != nil {
		return nil, 0, nil, fmt.Errorf("read log: %w", err)
	}
	defer rows.Close()
	v := verifier{blocks: blocks, want: 1}
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, 0, nil, err
		}
		v.event(e)
		if each != nil {
			if err := each(e); err != nil {
				return nil, 0, nil, err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, 0, nil, fmt.Errorf("read log: %w", err)
	}
	v.finish()
	return v.faults, v.want - 1, v.prev, nil
}

type block struct {
	first, last int64
	hash        []byte
}

func readBlocks(ctx context.Context, tx *db.Tx) ([]block, error) {
	rows, err := tx.Query(ctx, "SELECT first_seq, last_seq, hash FROM event_blocks ORDER BY no")
	if err != nil {
		return nil, fmt.Errorf("read blocks: %w", err)
	}
	defer rows.Close()
	var out []block
	for rows.Next() {
		var b block
		if err := rows.Scan(&b.first, &b.last, &b.hash); err != nil {
			return nil, fmt.Errorf("read blocks: %w", err)
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

func scanEvent(rows *sql.Rows) (e Event, err error) {
	var payload string
	err = rows.Scan(&e.ID, &e.Seq, db.Into(&e.At), &e.Day, &e.Kind, &e.Actor, &e.By, &e.Center, &e.Person, &e.Subject, &e.Run, &payload, &e.Digest)
	if err != nil {
		return e, fmt.Errorf("read event: %w", err)
	}
	e.Payload = []byte(payload)
	return e, nil
}

type verifier struct {
	blocks  []block
	faults  []Fault
	want    int64
	prev    []byte
	digests [][]byte
}

func (v *verifier) event(e Event) {
	for v.want < e.Seq {
		v.note(v.want, "missing")
		v.next(nil)
	}
	if e.Seq < v.want {
		v.note(e.Seq, "added")
		return
	}
	sum := e.Sum()
	if !bytes.Equal(sum, e.Digest) {
		v.note(e.Seq, "edited")
	}
	v.next(sum)
}

func (v *verifier) next(digest []byte) {
	v.digests = append(v.digests, digest)
	if len(v.blocks) == 0 {
		v.note(v.want, "added")
	} else if b := v.blocks[0]; v.want == b.last {
		if !bytes.Equal(link(v.prev, b.first, v.digests), b.hash) {
			v.note(b.first, "chain")
		}
		v.prev, v.digests, v.blocks = b.hash, nil, v.blocks[1:]
	}
	v.want++
}

func (v *verifier) finish() {
	for len(v.blocks) > 0 {
		v.note(v.want, "missing")
		v.next(nil)
	}
}

func (v *verifier) note(seq int64, what string) {
	v.faults = append(v.faults, Fault{Seq: seq, What: what})
}

// Unsealed hands over the events that the sealer has not reached, in the order in which it will take them.
func Unsealed(ctx context.Context, tx *db.Tx, each func(Event) error) error {
	rows, err := tx.Query(ctx, `SELECT id, 0, at, day, kind, actor, by_login, center, person, subject, run, payload, digest
		FROM events WHERE seq IS NULL ORDER BY id`)
	if err != nil {
		return fmt.Errorf("read open log: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return err
		}
		if err := each(e); err != nil {
			return err
		}
	}
	return rows.Err()
}
