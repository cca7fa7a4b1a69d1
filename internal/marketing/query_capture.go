package marketing

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// CapturePointByID gives a capture point in scope.
func CapturePointByID(ctx context.Context, tx *op.Tx, key id.ID) (p CapturePoint, err error) {
	err = tx.Select(&p).Where("id = ?", key).Scan(ctx)
	return p, problem.Found(err, "capture-point")
}

var pointSorts = page.Sorts{Usual: "-created", Columns: map[string]string{"created": "created_at", "name": "name"}}

// CapturePointFilter chooses capture points; empty fields hold for all.
type CapturePointFilter struct {
	Campaign id.ID
	Active   *bool
}

// CapturePoints lists capture points in scope, the newest first.
func CapturePoints(ctx context.Context, tx *op.Tx, f CapturePointFilter, r page.Request) (page.Page[CapturePoint], error) {
	var where page.Filter
	if !f.Campaign.IsNone() {
		where.And("campaign = ?", f.Campaign)
	}
	if f.Active != nil {
		where.And("active = ?", *f.Active)
	}
	return page.Read[CapturePoint](ctx, tx, "capture-point", &where, pointSorts, r)
}

// CaptureCounts is what a capture point brought (MKT-11): each submission counts once, however often it was sent.
type CaptureCounts struct {
	Point     id.ID `json:"point_id" db:"point"`
	Views     int64 `json:"views" db:"views"`
	Submitted int64 `json:"submitted" db:"submitted"`
	Waiting   int64 `json:"waiting" db:"waiting"`
	Entered   int64 `json:"entered" db:"entered"`
	Joined    int64 `json:"joined" db:"joined" doc:"of those entered: on an enquiry that was open already"`
	Rejected  int64 `json:"rejected" db:"rejected"`
	Signed    int64 `json:"signed" db:"signed" doc:"of those entered: the enquiry was signed"`
	Lost      int64 `json:"lost" db:"lost"`
}

// CountCaptures counts for points that were read in scope.
func CountCaptures(ctx context.Context, tx *op.Tx, points []id.ID) (map[id.ID]CaptureCounts, error) {
	out := map[id.ID]CaptureCounts{}
	if len(points) == 0 {
		return out, nil
	}
	u := tx.Unscoped("counts of points that were read in scope")
	list, err := op.AllOf[CaptureCounts](ctx, u, `SELECT s.point AS point, COUNT(*) AS submitted, 0 AS views,
		CAST(SUM(CASE WHEN s.state = 'waiting' THEN 1 ELSE 0 END) AS BIGINT) AS waiting, CAST(SUM(CASE WHEN s.state = 'entered' THEN 1 ELSE 0 END) AS BIGINT) AS entered,
		CAST(SUM(CASE WHEN s.state = 'entered' AND EXISTS (SELECT 1 FROM leads f WHERE f.enquiry = s.enquiry AND f.id < s.lead) THEN 1 ELSE 0 END) AS BIGINT) AS joined,
		CAST(SUM(CASE WHEN s.state = 'rejected' THEN 1 ELSE 0 END) AS BIGINT) AS rejected, CAST(SUM(CASE WHEN e.outcome = 'signed' THEN 1 ELSE 0 END) AS BIGINT) AS signed,
		CAST(SUM(CASE WHEN e.outcome = 'lost' THEN 1 ELSE 0 END) AS BIGINT) AS lost
		FROM submissions s LEFT JOIN enquiries e ON e.id = s.enquiry WHERE s.point IN (?) GROUP BY s.point`, points)
	if err != nil {
		return nil, fmt.Errorf("count submissions: %w", err)
	}
	for _, c := range list {
		out[c.Point] = c
	}
	type views struct {
		Point id.ID `db:"point"`
		N     int64 `db:"n"`
	}
	seen, err := op.AllOf[views](ctx, u, "SELECT v.point AS point, CAST(SUM(v.n) AS BIGINT) AS n FROM capture_views v WHERE v.point IN (?) GROUP BY v.point", points)
	if err != nil {
		return nil, fmt.Errorf("count views: %w", err)
	}
	for _, v := range seen {
		c := out[v.Point]
		c.Point, c.Views = v.Point, v.N
		out[v.Point] = c
	}
	return out, nil
}

var submissionSorts = page.Sorts{Usual: "-received", Columns: map[string]string{"received": "received_at"}}

// SubmissionFilter chooses submissions; empty fields hold for all.
type SubmissionFilter struct {
	Point id.ID
	State string
}

// Submissions lists what came, taken or rejected, the newest first (MKT-11).
func Submissions(ctx context.Context, tx *op.Tx, f SubmissionFilter, r page.Request) (page.Page[Submission], error) {
	var where page.Filter
	if !f.Point.IsNone() {
		where.And("point = ?", f.Point)
	}
	if f.State != "" {
		where.And("state = ?", f.State)
	}
	return page.Read[Submission](ctx, tx, "submission", &where, submissionSorts, r)
}

// CaptureView is how often the form of a point was opened on a day.
type CaptureView struct {
	Point id.ID
	Day   bizdate.Date
}

// WriteCaptureViews adds what was seen since the last batch (TRU-19: opening a form writes nothing by itself).
func WriteCaptureViews(ctx context.Context, tx *db.Tx, seen map[CaptureView]int64) error {
	for v, n := range seen {
		_, err := tx.Exec(ctx, "INSERT INTO capture_views (point, day, n) VALUES (?, ?, ?) ON CONFLICT (point, day) DO UPDATE SET n = capture_views.n + excluded.n", v.Point, int64(v.Day), n)
		if err != nil {
			return fmt.Errorf("count views of a form: %w", err)
		}
	}
	return nil
}

// Captured is what somebody left at a capture point, for who has the enquiry: the number is the person's, and masked there.
type Captured struct {
	ID        id.ID             `json:"id" db:"id"`
	Point     id.ID             `json:"point_id" db:"point"`
	PointName string            `json:"point" db:"point_name"`
	Campaign  id.ID             `json:"campaign_id" db:"campaign"`
	Said      string            `json:"said" db:"said"`
	UTM       map[string]string `json:"utm" db:"utm,json"`
	Page      string            `json:"referrer" db:"referrer" doc:"address of the page"`
	Minor     bool              `json:"minor" db:"minor"`
	Guardian  string            `json:"guardian" db:"guardian"`
	Cut       string            `json:"cut" db:"cut" doc:"the fields that were longer and of which only the beginning is kept, with spaces between"`
	ConsentBy string            `json:"consent_by" db:"consent_by" enum:"self,guardian"` // empty: none was given
	ConsentAt time.Time         `json:"consent_at,omitzero" db:"consent_at"`
	Received  time.Time         `json:"received_at" db:"received_at"`
}

// CapturedOf lists what became an enquiry or joined it, the newest first (MKT-11).
func CapturedOf(ctx context.Context, tx *op.Tx, enquiry id.ID) ([]Captured, error) {
	list, err := op.AllOf[Captured](ctx, tx.Unscoped("what came of an enquiry that was read in scope"), `SELECT s.id, s.point, p.name AS point_name, s.campaign, s.said, s.utm, s.referrer, s.minor, s.guardian, s.cut,
		s.consent_by, s.consent_at, s.received_at FROM submissions s JOIN capture_points p ON p.id = s.point WHERE s.enquiry = ? ORDER BY s.id DESC LIMIT 20`, enquiry)
	if err != nil {
		return nil, fmt.Errorf("list submissions of enquiry: %w", err)
	}
	return list, nil
}
