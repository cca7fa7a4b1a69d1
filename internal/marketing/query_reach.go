package marketing

import (
	"context"
	"encoding/json"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Reach is how many people a campaign reached, as far as that is counted (MKT-6).
type Reach struct {
	Views   int64 // openings of the forms of its capture points
	Persons int64 // of the longest list of its segment that left the program for it
	Known   bool  // something counts it; else there is none, not 0
}

// N is the count.
func (r Reach) N() int64 { return r.Views + r.Persons }

// exportAhead is how many days before a campaign a list of its segment leaves the program for it.
const exportAhead = 14

// ReachOf counts whom a campaign reached, of everybody: the views of the forms of its capture points on its days, and the persons of its segment
// whose list was exported on its days or shortly before. Of several lists the longest counts, for they hold the same persons.
func ReachOf(ctx context.Context, tx *op.Tx, c Campaign) (r Reach, err error) {
	type views struct {
		Points int64 `db:"points"`
		N      int64 `db:"n"`
	}
	u := tx.Unscoped("counts of a campaign that was seen")
	seen, err := op.OneOf[views](ctx, u, `SELECT COUNT(DISTINCT p.id) AS points, CAST(COALESCE(SUM(v.n), 0) AS BIGINT) AS n
		FROM capture_points p LEFT JOIN capture_views v ON v.point = p.id AND v.day >= ? AND v.day <= ? WHERE p.campaign = ? AND p.kind <> 'api'`, int64(c.From), int64(c.Until), c.ID)
	if err != nil {
		return r, fmt.Errorf("count views of a campaign: %w", err)
	}
	r.Views, r.Known = seen.N, seen.Points > 0
	if c.Segment.IsNone() {
		return r, nil
	}
	list, err := exportsOf(ctx, tx, c.Segment, c.From-exportAhead, c.Until)
	for _, f := range list {
		r.Persons, r.Known = max(r.Persons, f.Rows), true
	}
	return r, err
}

// exportsOf reads which lists of a segment left the program on some days.
func exportsOf(ctx context.Context, tx *op.Tx, segment id.ID, from, until bizdate.Date) (out []facts.SegmentExported, err error) {
	list, err := op.AllOf[string](ctx, tx.Unscoped("counts of a campaign that was seen"), "SELECT v.payload FROM events v WHERE v.subject = ? AND v.kind = ? AND v.day >= ? AND v.day <= ?",
		segment, facts.SegmentExported{}.Kind(), int64(from), int64(until))
	if err != nil {
		return nil, fmt.Errorf("read exports of a segment: %w", err)
	}
	for _, text := range list {
		var f facts.SegmentExported
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			return nil, fmt.Errorf("read export of a segment: %w", err)
		}
		out = append(out, f)
	}
	return out, nil
}
