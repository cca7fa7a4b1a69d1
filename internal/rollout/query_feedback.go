package rollout

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// FeedbackByID reads a feedback in scope.
func FeedbackByID(ctx context.Context, tx *op.Tx, key id.ID) (f Feedback, err error) {
	err = tx.Select(&f).Where("id = ?", key).Scan(ctx)
	return f, problem.Found(err, "feedback")
}

// FeedbackList gives a page of the feedback in scope, without the pages that came with it, the latest first; state "" is all of it. It
// goes by offset, or after the cursor, the id of the last one.
func FeedbackList(ctx context.Context, tx *op.Tx, state string, r page.Request) (out page.Page[Feedback], err error) {
	where, args := "{scope:feedback f}", []any(nil)
	if state != "" {
		where, args = where+" AND f.state = ?", append(args, state)
	}
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*) FROM feedback f WHERE "+where, args...); err != nil {
		return out, fmt.Errorf("count feedback: %w", err)
	}
	if r.Cursor != "" {
		before, err := id.Parse(r.Cursor)
		if err != nil {
			return out, problem.Refuse("", "invalid", problem.Field{Location: "cursor", Code: "bad-cursor", Value: r.Cursor})
		}
		where, args = where+" AND f.id < ?", append(args, before)
	}
	out.Items, err = op.All[Feedback](ctx, tx, `SELECT f.id, f.staff, f.center, f.category, f.said, f.page, f.record_kind, f.record, f.state, f.outcome, f.answer,
		f.answered_by, f.answered_at, f.created_at, f.version FROM feedback f WHERE `+where+" ORDER BY f.id DESC LIMIT ? OFFSET ?", append(args, r.Limit+1, r.Offset)...)
	if err != nil {
		return out, fmt.Errorf("list feedback: %w", err)
	}
	if len(out.Items) > r.Limit {
		out.Items = out.Items[:r.Limit]
		out.Next = out.Items[r.Limit-1].ID.String()
	}
	return out, nil
}

// FeedbackCounts counts the feedback in scope by state.
func FeedbackCounts(ctx context.Context, tx *op.Tx) (map[string]int64, error) {
	type row struct {
		State string `db:"state"`
		N     int64  `db:"n"`
	}
	rows, err := op.All[row](ctx, tx, "SELECT f.state, COUNT(*) AS n FROM feedback f WHERE {scope:feedback f} GROUP BY f.state")
	if err != nil {
		return nil, fmt.Errorf("count feedback: %w", err)
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}
