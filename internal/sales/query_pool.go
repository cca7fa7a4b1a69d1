package sales

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
)

// PoolEntry is an enquiry of the public pool as anybody of its center sees it: what it is about, not who asks (PPL-8).
type PoolEntry struct {
	ID        id.ID     `json:"id" db:"id"`
	Center    id.ID     `json:"center_id" db:"center"`
	Channel   id.ID     `json:"channel_id" db:"channel"`
	Course    id.ID     `json:"course_id" db:"course"`
	Kind      string    `json:"kind" db:"kind"`
	Reached   Stage     `json:"reached" db:"reached"` // how far it had come
	Grade     string    `json:"grade" db:"grade"`
	Entered   time.Time `json:"entered_at" db:"entered_at"`
	LastTouch time.Time `json:"last_touch_at,omitzero" db:"last_touch_at"`
	Pooled    time.Time `json:"pooled_at,omitzero" db:"pooled_at"` // when it returned; zero: nobody has had it
	LastOwner id.ID     `json:"last_owner_id" db:"last_owner"`
	Touches   int64     `json:"touches" db:"touches"`
}

// HeldBack is until when a member of staff who had the entry last cannot claim it (PPL-8); zero for everybody else.
func (e PoolEntry) HeldBack(dir *organization.Directory, staff id.ID, now time.Time) time.Time {
	again := ownAgain(dir, e.Center, e.Pooled)
	if e.Pooled.IsZero() || e.LastOwner != staff || !now.Before(again) {
		return time.Time{}
	}
	return again
}

// PoolList is a page of the pool and how much lies in it.
type PoolList struct {
	Items []PoolEntry
	Total int64
	Next  string // cursor of the next page; "" at the end
}

// PoolFilter chooses entries of the pool; empty fields hold for all.
type PoolFilter struct {
	Center, Channel, Course id.ID
	Grade                   string
	After                   string // cursor
	Limit, Offset           int
}

func (f PoolFilter) where() (text string, args []any) {
	text = "{scope:pool e} AND " + inPool
	for _, c := range []struct {
		column string
		value  id.ID
	}{{"center", f.Center}, {"channel", f.Channel}, {"course", f.Course}} {
		if !c.value.IsNone() {
			text, args = text+" AND e."+c.column+" = ?", append(args, c.value)
		}
	}
	if f.Grade != "" {
		text, args = text+" AND e.grade = ?", append(args, f.Grade)
	}
	return text, args
}

const poolColumns = `e.id, e.center, e.channel, e.course, e.kind, e.reached, e.grade, e.entered_at, e.last_touch_at, e.pooled_at, e.last_owner,
	(SELECT COUNT(*) FROM touches t WHERE t.enquiry = e.id AND t.withdrawn_at IS NULL) AS touches`

// Pool lists what lies in the public pool of the viewer's centers: high intention first, then the newest (PPL-8).
func Pool(ctx context.Context, tx *op.Tx, f PoolFilter) (out PoolList, err error) {
	where, args := f.where()
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*) FROM enquiries e WHERE "+where, args...); err != nil {
		return out, fmt.Errorf("count pool: %w", err)
	}
	offset, err := offsetOf(f.After, f.Offset)
	if err != nil {
		return out, err
	}
	text := "SELECT " + poolColumns + " FROM enquiries e WHERE " + where + " ORDER BY CASE WHEN e.grade = '' THEN 'D' ELSE e.grade END, e.entered_at DESC, e.id DESC LIMIT ? OFFSET ?"
	if out.Items, err = op.All[PoolEntry](ctx, tx, text, append(args, f.Limit, offset)...); err != nil {
		return out, fmt.Errorf("list pool: %w", err)
	}
	out.Next = nextCursor(offset, len(out.Items), f.Limit, out.Total)
	return out, nil
}

// viewedFor is how long an entry of the pool may be read after it was asked for.
const viewedFor = 10 * time.Minute

// Viewed is an entry of the pool with who asks and what was said until now.
type Viewed struct {
	PoolEntry
	Name     string      `json:"name"`
	Contacts []PoolTouch `json:"contacts"`
}

// PoolTouch is a contact with somebody whose enquiry lies in the pool.
type PoolTouch struct {
	Channel string    `json:"channel" db:"channel"`
	Result  string    `json:"result" db:"result"`
	Note    string    `json:"note" db:"note"`
	At      time.Time `json:"at" db:"at"`
}

// ViewedEntry reads an entry of the pool that the viewer has just asked for by ViewPoolEntry; it holds no phone. Without that there is
// nothing to read: view-first.
func ViewedEntry(ctx context.Context, tx *op.Tx, key id.ID) (out Viewed, err error) {
	account := tx.Viewer.Account
	type row struct {
		PoolEntry
		Person id.ID `db:"person"`
		Fresh  int64 `db:"fresh"`
	}
	e, err := op.One[row](ctx, tx, "SELECT "+poolColumns+`, e.person, (SELECT COUNT(*) FROM pool_views w WHERE w.account = ? AND w.day >= ? AND w.enquiry = e.id AND w.at > ?) AS fresh
		FROM enquiries e WHERE {scope:pool e} AND `+inPool+" AND e.id = ?", account[:], int64(tx.Today(tx.Viewer.Center))-1, tx.Now.Add(-viewedFor), key)
	if errors.Is(err, sql.ErrNoRows) {
		return out, problem.NotFound("pool")
	}
	if err != nil {
		return out, fmt.Errorf("read entry of pool: %w", err)
	}
	if e.Fresh == 0 {
		return out, problem.Refuse("PPL-8", "view-first", problem.Field{Location: "enquiry_id", Value: key})
	}
	brief, err := people.Briefs(ctx, tx, []id.ID{e.Person})
	if err != nil {
		return out, err
	}
	out = Viewed{PoolEntry: e.PoolEntry, Name: brief[e.Person].Shown()}
	out.Contacts, err = op.All[PoolTouch](ctx, tx, `SELECT t.channel, t.result, t.note, t.at FROM touches t JOIN enquiries e ON e.id = t.enquiry
		WHERE {scope:pool e} AND t.enquiry = ? AND t.withdrawn_at IS NULL ORDER BY t.at DESC, t.id DESC LIMIT 20`, key)
	if err != nil {
		return out, fmt.Errorf("list contacts of entry: %w", err)
	}
	return out, nil
}

// PoolUse is what the viewer claimed and looked at in the pool today.
type PoolUse struct {
	Claims int64 `json:"claims" db:"claims"`
	Views  int64 `json:"views" db:"views"`
}

// PoolUsed gives the viewer's use of the pool today.
func PoolUsed(ctx context.Context, tx *op.Tx) (out PoolUse, err error) {
	account := tx.Viewer.Account
	out, err = op.OneOf[PoolUse](ctx, tx.Unscoped("one's own count of the day"), "SELECT claims, views FROM pool_days WHERE account = ? AND day = ?", account[:], int64(tx.Today(tx.Viewer.Center)))
	if errors.Is(err, sql.ErrNoRows) {
		return PoolUse{}, nil
	}
	if err != nil {
		return out, fmt.Errorf("read use of pool: %w", err)
	}
	return out, nil
}
