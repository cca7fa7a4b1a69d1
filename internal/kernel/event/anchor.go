package event

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/money"
)

// Moves is a fact that moves money or hours: what came in, less what went out.
type Moves interface {
	Fact
	Moves() (money.Fen, hours.Centi)
}

// Anchor is the state of the sealed log at a number. Signed, and kept where whoever writes to the database does not write, it shows
// a log that was replaced as a whole (TRU-24).
type Anchor struct {
	Day    bizdate.Date     `json:"day"` // the company's business date that it closes
	At     time.Time        `json:"at"`
	Seq    int64            `json:"seq"`
	Hash   string           `json:"hash"`   // of the block that ends with Seq, hexadecimal
	Counts map[string]int64 `json:"counts"` // events by kind
	Money  money.Fen        `json:"money_fen"`
	Hours  hours.Centi      `json:"hours_x100"`
	Views  int64            `json:"views"`      // number of the last block of views
	Looks  string           `json:"views_hash"` // of that block, hexadecimal
	// File is the SHA-256 of a copy of the database in this state, hexadecimal; of a backup's seal only (TRU-13).
	File string `json:"file_sha256,omitempty"`
}

func (a *Anchor) add(r *Registry, e Event) error {
	a.Counts[e.Kind]++
	if !r.moves(e.Kind) {
		return nil
	}
	f, err := r.Decode(e)
	if err != nil {
		return err
	}
	fen, centi := f.(Moves).Moves() //nolint:forcetypeassert // r.moves said so
	a.Money += fen
	a.Hours += centi
	return nil
}

// SignedAnchor is an anchor as it is kept: a line of JSON, whose anchor is signed as it stands there (Ed25519, RFC 8032).
type SignedAnchor struct {
	Body      json.RawMessage `json:"anchor"`
	Key       string          `json:"key"` // public, hexadecimal
	Signature []byte          `json:"signature"`
}

// Open gives the anchor, if its signature is that of its key.
func (s SignedAnchor) Open() (a Anchor, err error) {
	key, err := hex.DecodeString(s.Key)
	if err != nil || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, s.Body, s.Signature) {
		return a, errSignature
	}
	if err := json.Unmarshal(s.Body, &a); err != nil {
		return a, fmt.Errorf("read anchor: %w", err)
	}
	return a, nil
}

var errSignature = errors.New("the signature does not fit")

// MakeAnchor closes a day: it signs the state of the sealed log and keeps it in the table anchors. It tells false where the day, or a
// later one, is closed already, and where nothing was sealed. It is safe to run from several nodes.
func MakeAnchor(ctx context.Context, tx *db.Tx, r *Registry, key ed25519.PrivateKey, day bizdate.Date, now time.Time) (bool, error) {
	if err := tx.Lock(ctx, "event_head", 1); err != nil {
		return false, fmt.Errorf("lock head of the log: %w", err)
	}
	last, a, err := state(ctx, tx, r)
	if err != nil || a.Seq == 0 || last.Seq > 0 && last.Day >= day {
		return false, err
	}
	a.Day, a.At = day, now
	signed, err := a.sign(key)
	if err != nil {
		return false, err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	_, err = tx.Exec(ctx, "INSERT INTO anchors (day, seq, body, signed_by, signature) VALUES (?, ?, ?, ?, ?)",
		int64(day), a.Seq, string(signed.Body), []byte(public), signed.Signature)
	if err != nil {
		return false, fmt.Errorf("keep anchor: %w", err)
	}
	return true, nil
}

// SealCopy signs the state of the sealed log for a copy of the database, whose SHA-256 is given; it is kept nowhere.
func SealCopy(ctx context.Context, tx *db.Tx, r *Registry, key ed25519.PrivateKey, day bizdate.Date, now time.Time, sha256 string) (SignedAnchor, error) {
	_, a, err := state(ctx, tx, r)
	if err != nil {
		return SignedAnchor{}, err
	}
	a.Day, a.At, a.File = day, now, sha256
	return a.sign(key)
}

func (a Anchor) sign(key ed25519.PrivateKey) (SignedAnchor, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return SignedAnchor{}, fmt.Errorf("write anchor: %w", err)
	}
	public, _ := key.Public().(ed25519.PublicKey)
	return SignedAnchor{Body: body, Key: hex.EncodeToString(public), Signature: ed25519.Sign(key, body)}, nil
}

// state counts the sealed log from its last anchor on; without a day. Number 0 is a log of which nothing was sealed.
func state(ctx context.Context, tx *db.Tx, r *Registry) (last, a Anchor, err error) {
	kept, err := Anchors(ctx, tx)
	if err != nil {
		return last, a, err
	}
	last = Anchor{Counts: map[string]int64{}}
	if len(kept) > 0 {
		if last, err = kept[len(kept)-1].Open(); err != nil {
			return last, a, fmt.Errorf("read last anchor: %w", err)
		}
	}
	a = Anchor{Counts: maps.Clone(last.Counts), Money: last.Money, Hours: last.Hours}
	var hash []byte
	err = tx.QueryRow(ctx, "SELECT last_seq, hash FROM event_blocks ORDER BY no DESC LIMIT 1", nil, &a.Seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return last, a, nil
	}
	if err != nil {
		return last, a, fmt.Errorf("read last block: %w", err)
	}
	a.Hash = hex.EncodeToString(hash)
	err = tx.QueryRow(ctx, "SELECT no, hash FROM view_blocks ORDER BY no DESC LIMIT 1", nil, &a.Views, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		hash = nil
	} else if err != nil {
		return last, a, fmt.Errorf("read last block of views: %w", err)
	}
	a.Looks = hex.EncodeToString(hash)
	err = between(ctx, tx, last.Seq, a.Seq, func(e Event) error { return a.add(r, e) })
	return last, a, err
}

// Anchors lists the anchors that the database keeps, in order.
func Anchors(ctx context.Context, tx *db.Tx) (out []SignedAnchor, err error) {
	rows, err := tx.Query(ctx, "SELECT body, signed_by, signature FROM anchors ORDER BY day")
	if err != nil {
		return nil, fmt.Errorf("read anchors: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		var key []byte
		var s SignedAnchor
		if err := rows.Scan(&body, &key, &s.Signature); err != nil {
			return nil, fmt.Errorf("read anchors: %w", err)
		}
		s.Body, s.Key = json.RawMessage(body), hex.EncodeToString(key)
		out = append(out, s)
	}
	return out, rows.Err()
}

// between hands over the sealed events after one number up to another.
func between(ctx context.Context, tx *db.Tx, after, until int64, each func(Event) error) error {
	rows, err := tx.Query(ctx, `SELECT id, seq, at, day, kind, actor, by_login, center, person, subject, run, payload, digest
		FROM events WHERE seq > ? AND seq <= ? ORDER BY seq`, after, until)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
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

// AnchorCheck compares anchors with the log while Verify reads it.
type AnchorCheck struct {
	registry *Registry
	want     []Anchor
	now      Anchor
	faults   []string
}

// NewAnchorCheck takes the anchors to compare with; those that are not signed with one of the keys, hexadecimal, are faults.
func NewAnchorCheck(r *Registry, list []SignedAnchor, keys ...string) *AnchorCheck {
	c := &AnchorCheck{registry: r, now: Anchor{Counts: map[string]int64{}}}
	for i, s := range list {
		a, err := s.Open()
		switch {
		case err != nil:
			c.faults = append(c.faults, fmt.Sprintf("anchor %d: %v", i+1, err))
		case !slices.Contains(keys, s.Key):
			c.note(a, "signed with another key")
		default:
			c.want = append(c.want, a)
		}
	}
	slices.SortStableFunc(c.want, func(a, b Anchor) int { return int(a.Seq - b.Seq) })
	return c
}

func (c *AnchorCheck) note(a Anchor, what string) {
	if fault := fmt.Sprintf("anchor of %s (event %d): %s", a.Day, a.Seq, what); !slices.Contains(c.faults, fault) {
		c.faults = append(c.faults, fault) // once, of the database and of the file
	}
}

// Event takes the next event of the sealed log.
func (c *AnchorCheck) Event(e Event) error {
	for len(c.want) > 0 && c.want[0].Seq < e.Seq {
		c.compare()
	}
	return c.now.add(c.registry, e)
}

func (c *AnchorCheck) compare() {
	a := c.want[0]
	c.want = c.want[1:]
	if !maps.Equal(a.Counts, c.now.Counts) {
		c.note(a, "counts of events differ")
	}
	if a.Money != c.now.Money || a.Hours != c.now.Hours {
		c.note(a, fmt.Sprintf("money %d and hours %d, the log has %d and %d", a.Money, a.Hours, c.now.Money, c.now.Hours))
	}
}

// Faults lists what differs, once the whole log was read; blocks are read for their hashes.
func (c *AnchorCheck) Faults(ctx context.Context, tx *db.Tx, list []SignedAnchor) ([]string, error) {
	for len(c.want) > 0 {
		c.compare()
	}
	blocks, err := readBlocks(ctx, tx)
	if err != nil {
		return nil, err
	}
	views, err := viewBlocks(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		a, err := s.Open()
		if err != nil || a.Seq == 0 {
			continue // a fault already, or of a log of which nothing was sealed
		}
		i := slices.IndexFunc(blocks, func(b block) bool { return b.last == a.Seq })
		if i < 0 || hex.EncodeToString(blocks[i].hash) != a.Hash {
			c.note(a, "the chain was another one")
		}
		if n := int(a.Views); n > len(views) || n > 0 && hex.EncodeToString(views[n-1].hash) != a.Looks {
			c.note(a, "the chain of views was another one")
		}
	}
	return c.faults, nil
}
