package insight

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/stat"
)

// Arm is what became of those on one side of a segment since each was drawn.
type Arm struct {
	Persons int64 `json:"persons"`
	Visited int64 `json:"visited"`
	Signed  int64 `json:"signed"`
}

// Gain is how much more often something happened to those who were not held back than to the control group: the difference of shares
// with its interval.
type Gain struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Thin  bool    `json:"thin" doc:"too few persons or cases to say anything"`
}

// Sure tells whether the interval leaves no room for none.
func (g Gain) Sure() bool { return !g.Thin && (g.Low > 0 || g.High < 0) }

// SegmentEffect is the effect of what was done for a segment, against its control group (MKT-10).
type SegmentEffect struct {
	Segment   id.ID     `json:"segment_id"`
	Since     time.Time `json:"since,omitzero" doc:"the first draw"`
	Contacted Arm       `json:"contacted"`
	Control   Arm       `json:"control"`
	Visits    Gain      `json:"visits"`
	Signings  Gain      `json:"signings"`
}

// Below these nothing is said: persons on either side, and cases on both together.
const (
	fewestOfArm = 30
	fewestCases = 5
)

func gain(k1, n1, k2, n2 int64) (g Gain) {
	g.Value, g.Low, g.High = stat.Difference(k1, n1, k2, n2)
	g.Thin = min(n1, n2) < fewestOfArm || k1+k2 < fewestCases
	return g
}

// EffectOf compares the visits and signings, since the draw, of the sides of a segment that was read in scope, each person once. Who was on
// both by a merge is of the control group.
func EffectOf(ctx context.Context, tx *op.Tx, segment id.ID) (out SegmentEffect, err error) {
	type row struct {
		Control bool      `db:"control"`
		Persons int64     `db:"persons"`
		Visited int64     `db:"visited"`
		Signed  int64     `db:"signed"`
		Since   time.Time `db:"since"`
	}
	out.Segment = segment
	list, err := op.All[row](ctx, tx, `SELECT d.held = 1 AS control, COUNT(*) AS persons, CAST(SUM(d.visited) AS BIGINT) AS visited, CAST(SUM(d.signed) AS BIGINT) AS signed, MIN(d.since) AS since FROM (
		SELECT m.person AS person, MAX(CASE WHEN m.control = TRUE THEN 1 ELSE 0 END) AS held, MIN(m.drawn_at) AS since,
			MAX(CASE WHEN EXISTS (SELECT 1 FROM visits v WHERE v.person = m.person AND v.withdrawn_at IS NULL AND v.arrived_at >= m.drawn_at) THEN 1 ELSE 0 END) AS visited,
			MAX(CASE WHEN EXISTS (SELECT 1 FROM contracts c WHERE c.student = m.person AND c.signed_at >= m.drawn_at) THEN 1 ELSE 0 END) AS signed
		FROM segment_members m WHERE {scope:segment-member m} AND m.segment = ? GROUP BY m.person) d GROUP BY d.held`, segment)
	if err != nil {
		return out, fmt.Errorf("count sides of segment: %w", err)
	}
	for _, r := range list {
		arm := Arm{Persons: r.Persons, Visited: r.Visited, Signed: r.Signed}
		if out.Since.IsZero() || r.Since.Before(out.Since) {
			out.Since = r.Since
		}
		if r.Control {
			out.Control = arm
		} else {
			out.Contacted = arm
		}
	}
	c, k := out.Contacted, out.Control
	out.Visits = gain(c.Visited, c.Persons, k.Visited, k.Persons)
	out.Signings = gain(c.Signed, c.Persons, k.Signed, k.Persons)
	return out, nil
}
