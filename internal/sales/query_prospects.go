package sales

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
)

// Prospect is somebody whom a campaign brought, as marketing sees it (MKT-13): stage, next step and outcome, and no contact.
type Prospect struct {
	ID         id.ID        `json:"id" db:"id"` // of the source record
	Enquiry    id.ID        `json:"enquiry_id" db:"enquiry"`
	Person     id.ID        `json:"person_id" db:"person"`
	Center     id.ID        `json:"center_id" db:"center"`
	Consultant id.ID        `json:"consultant_id" db:"consultant"`
	Channel    id.ID        `json:"channel_id" db:"channel"`
	At         time.Time    `json:"at" db:"at"`
	Stage      Stage        `json:"stage" db:"stage"`
	Outcome    string       `json:"outcome" db:"outcome"`
	LostReason string       `json:"lost_reason" db:"lost_reason"`
	NextStep   string       `json:"next_step" db:"next_step"`
	NextDay    bizdate.Date `json:"next_day" db:"next_day"`
}

// Prospects lists whom a campaign brought, or any campaign where none is named, the newest first, in the scope of lead:read; the cursor is that of
// Enquiries.
func Prospects(ctx context.Context, tx *op.Tx, campaign id.ID, r page.Request) (out page.Page[Prospect], err error) {
	from, args := " FROM leads l JOIN enquiries e ON e.id = l.enquiry WHERE {scope:lead l} AND l.campaign IS NOT NULL", []any{}
	if !campaign.IsNone() {
		from, args = from+" AND l.campaign = ?", append(args, campaign)
	}
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+from, args...); err != nil {
		return out, fmt.Errorf("count prospects: %w", err)
	}
	offset, err := offsetOf(r.Cursor, r.Offset)
	if err != nil {
		return out, err
	}
	limit := r.Limit
	if limit == 0 {
		limit = page.Usual
	}
	out.Items, err = op.All[Prospect](ctx, tx, `SELECT l.id AS id, l.enquiry AS enquiry, e.person AS person, l.center AS center, e.consultant AS consultant, l.channel AS channel, l.at AS at, e.stage AS stage, e.outcome AS outcome,
		e.lost_reason AS lost_reason, e.next_step AS next_step, e.next_day AS next_day`+from+" ORDER BY l.at DESC, l.id DESC LIMIT ? OFFSET ?", append(args, limit, offset)...)
	if err != nil {
		return out, fmt.Errorf("list prospects: %w", err)
	}
	out.Next = nextCursor(offset, len(out.Items), limit, out.Total)
	return out, nil
}
