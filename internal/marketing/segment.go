package marketing

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Segment is whom nested conditions choose (客群, MKT-10).
type Segment struct {
	ID         id.ID           `json:"id" db:"id"`
	Name       string          `json:"name" db:"name"`
	Note       string          `json:"note" db:"note"`
	Center     id.ID           `json:"center_id" db:"center"` // whose it is; none: the whole company's
	Conditions []condition.Row `json:"conditions" db:"conditions,json"`
	Share      int64           `json:"control_share" db:"share" doc:"per cent that are held back as control group"`
	Seed       int64           `json:"-" db:"seed"`                     // of the draw
	Drawn      time.Time       `json:"drawn_at,omitzero" db:"drawn_at"` // last time
	Active     bool            `json:"active" db:"active"`              // else it is offered no more
	Staff      id.ID           `json:"staff_id" db:"staff"`             // who made it
	Created    time.Time       `json:"created_at" db:"created_at"`      //
	Version    int64           `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Segment) TableName() string { return "segments" }

// MostShare is the greatest share of a control group, in per cent.
const MostShare = 50

// held decides by chance whether a person is held back: the same person, segment and share give the same answer.
func (s Segment) held(person id.ID) bool {
	h := sha256.New()
	var seed [8]byte
	binary.BigEndian.PutUint64(seed[:], uint64(s.Seed))
	h.Write(seed[:])
	h.Write(person[:])
	const scale = 1 << 53
	u := float64(binary.BigEndian.Uint64(h.Sum(nil))>>11) / scale
	return u < float64(s.Share)/100
}

// undrawn is the condition of a person p who was not drawn for a segment yet.
const undrawn = "NOT EXISTS (SELECT 1 FROM segment_members m WHERE m.segment = ? AND m.person = p.id)"

const drawAtOnce = 1000

// draw puts those who were not drawn yet on a side each; who is on one stays there. The segment is locked.
func (s Segment) draw(ctx context.Context, tx *op.Tx) (drawn, control int64, err error) {
	q, err := condition.Of(tx).Compile(ctx, tx, s.Conditions)
	if err != nil {
		return 0, 0, err
	}
	type person struct {
		ID     id.ID `db:"id"`
		Center id.ID `db:"center"`
	}
	q = q.And(undrawn, s.ID)
	for after := id.None; ; {
		list, err := condition.List[person](ctx, tx, q, "p.id, p.center", after, 0, drawAtOnce)
		if err != nil || len(list) == 0 {
			return drawn, control, err
		}
		rows := make([][]any, len(list))
		for i, p := range list {
			held, center := s.held(p.ID), p.Center
			if !s.Center.IsNone() {
				center = s.Center
			}
			rows[i] = []any{tx.NewID(), s.ID, p.ID, center, held, tx.Now}
			if drawn++; held {
				control++
			}
		}
		if err := tx.InsertRows(ctx, "segment_members (id, segment, person, center, control, drawn_at)", "", rows); err != nil {
			return 0, 0, fmt.Errorf("keep drawn persons: %w", err)
		}
		after = list[len(list)-1].ID
	}
}

// changed tells what differs from what a segment was.
func (s Segment) changed(was Segment) []string {
	fields := []string{}
	same := slices.EqualFunc(s.Conditions, was.Conditions, func(a, b condition.Row) bool {
		return a.Depth == b.Depth && a.Group == b.Group && a.Field == b.Field && a.Is == b.Is && slices.Equal(a.Values, b.Values)
	})
	for _, f := range []struct {
		name string
		is   bool
	}{
		{"name", s.Name != was.Name},
		{"note", s.Note != was.Note},
		{"center_id", s.Center != was.Center},
		{"conditions", !same},
		{"active", s.Active != was.Active},
	} {
		if f.is {
			fields = append(fields, f.name)
		}
	}
	return fields
}
