package sales

import (
	"context"
	"fmt"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// RewardByID gives a reward in scope.
func RewardByID(ctx context.Context, tx *op.Tx, key id.ID) (r Reward, err error) {
	return r, problem.Found(tx.Select(&r).Where("id = ?", key).Scan(ctx), "reward")
}

// RewardFilter chooses rewards; empty fields hold for all.
type RewardFilter struct {
	State    RewardState
	Referrer id.ID
	Center   id.ID
}

var rewardSorts = page.Sorts{Usual: "-earned", Columns: map[string]string{"earned": "earned_at", "hours": "hours"}}

// ListRewards lists rewards in scope, the last one first (MKT-12).
func ListRewards(ctx context.Context, tx *op.Tx, f RewardFilter, r page.Request) (page.Page[Reward], error) {
	var where page.Filter
	where.And("state <> 'none'")
	if f.State != "" {
		where.And("state = ?", string(f.State))
	}
	if !f.Referrer.IsNone() {
		where.And("referrer = ?", f.Referrer)
	}
	if !f.Center.IsNone() {
		where.And("center = ?", f.Center)
	}
	return page.Read[Reward](ctx, tx, "reward", &where, rewardSorts, r)
}

// CountRewards counts rewards in scope by state, of one referrer or of all.
func CountRewards(ctx context.Context, tx *op.Tx, referrer id.ID) (map[RewardState]int, error) {
	type row struct {
		State RewardState `db:"state"`
		N     int         `db:"n"`
	}
	list, err := op.All[row](ctx, tx, "SELECT r.state AS state, COUNT(*) AS n FROM rewards r WHERE {scope:reward r} AND r.state <> 'none' AND (? OR r.referrer = ?) GROUP BY r.state", referrer.IsNone(), referrer)
	if err != nil {
		return nil, fmt.Errorf("count rewards: %w", err)
	}
	out := map[RewardState]int{}
	for _, r := range list {
		out[r.State] = r.N
	}
	return out, nil
}

// rewardHours: what stands in hour accounts for a reward is what was given less what was taken back; and no hours stand there for a reward
// that is not booked.
var rewardHours = check.Query{What: "reward: hours in the account", Text: `SELECT r.id, CAST(COALESCE(SUM(h.gift), 0) AS BIGINT) AS got,
	CASE WHEN r.line IS NULL THEN 0 ELSE r.hours - r.taken END AS want FROM rewards r LEFT JOIN hour_entries h ON h.cause = r.id
	GROUP BY r.id, r.line, r.hours, r.taken HAVING COALESCE(SUM(h.gift), 0) <> CASE WHEN r.line IS NULL THEN 0 ELSE r.hours - r.taken END`}
