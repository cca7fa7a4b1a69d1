package marketing

import (
	"context"
	"fmt"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// SegmentByID gives a segment in scope.
func SegmentByID(ctx context.Context, tx *op.Tx, key id.ID) (s Segment, err error) {
	err = tx.Select(&s).Where("id = ?", key).Scan(ctx)
	return s, problem.Found(err, "segment")
}

// segmentOf reads a segment that was seen.
func segmentOf(ctx context.Context, tx *op.Tx, key id.ID) (s Segment, err error) {
	err = tx.Unscoped("the operation's subject was seen").Select(&s).Where("id = ?", key).Scan(ctx)
	return s, problem.Found(err, "segment")
}

// SegmentFilter chooses segments; empty fields hold for all.
type SegmentFilter struct{ Active *bool }

var segmentSorts = page.Sorts{Usual: "-created", Columns: map[string]string{"created": "created_at", "name": "name"}}

// Segments lists segments in scope, the newest first.
func Segments(ctx context.Context, tx *op.Tx, f SegmentFilter, r page.Request) (page.Page[Segment], error) {
	var where page.Filter
	if f.Active != nil {
		where.And("active = ?", *f.Active)
	}
	return page.Read[Segment](ctx, tx, "segment", &where, segmentSorts, r)
}

// Sides of a segment.
const (
	Everybody = ""
	Contacted = "contacted" // who is not held back
	Control   = "control"   // who is held back
	Unagreed  = "left-out"  // who is not held back, but left out of a list that goes out: see LeftOut
)

// Sides lists them.
var Sides = []string{Everybody, Contacted, Control, Unagreed}

const heldBack = "EXISTS (SELECT 1 FROM segment_members m WHERE m.segment = ? AND m.person = p.id AND m.control = TRUE)"

// Side is the query of the persons of a segment, or of one side of it, in the viewer's scope of segment-member:read.
func (s Segment) Side(ctx context.Context, tx *op.Tx, side string) (condition.Query, error) {
	q, err := condition.Of(tx).Compile(ctx, tx, s.Conditions)
	if err != nil {
		return q, err
	}
	switch side {
	case Contacted:
		q = q.And("NOT "+heldBack, s.ID)
	case Control:
		q = q.And(heldBack, s.ID)
	}
	return q, nil
}

// SegmentCounts is how many persons of a segment the viewer sees.
type SegmentCounts struct {
	Segment id.ID `json:"segment_id"`
	Count   int64 `json:"count"`
	Control int64 `json:"control" doc:"of them held back as control group"`
}

// CountSegment counts the persons of a segment (MKT-10).
func CountSegment(ctx context.Context, tx *op.Tx, s Segment) (out SegmentCounts, err error) {
	out.Segment = s.ID
	q, err := s.Side(ctx, tx, Everybody)
	if err != nil {
		return out, err
	}
	if out.Count, err = q.Count(ctx, tx); err != nil || s.Drawn.IsZero() {
		return out, err
	}
	out.Control, err = q.And(heldBack, s.ID).Count(ctx, tx)
	return out, err
}

// CountConditions counts whom conditions that are being built would choose.
func CountConditions(ctx context.Context, tx *op.Tx, rows []condition.Row) (int64, error) {
	if !tx.Viewer.May("segment-member:read") {
		return 0, problem.Forbidden("segment-member:read")
	}
	q, err := condition.Of(tx).Compile(ctx, tx, rows)
	if err != nil {
		return 0, err
	}
	return q.Count(ctx, tx)
}

// CampaignsFor lists the campaigns in scope that are for a segment, the newest first, at most 20.
func CampaignsFor(ctx context.Context, tx *op.Tx, segment id.ID) (list []Campaign, err error) {
	if !tx.Viewer.May("campaign:read") {
		return nil, nil
	}
	if err := tx.Select(&list).Where("segment = ?", segment).Order("from_day DESC, id DESC").Limit(20).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list campaigns of segment: %w", err)
	}
	return list, nil
}
