package salesdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/sales"
)

type rewardID struct {
	ID id.ID `path:"id" json:"reward_id"`
}

type rewardsQuery struct {
	api.Paging
	State      string `query:"state" enum:"waiting,booked,reversed" doc:"all if left out"`
	ReferrerID id.ID  `query:"referrer_id"`
	CenterID   id.ID  `query:"center_id"`
}

// apiRewards registers what is given for persons who were brought (MKT-12).
func apiRewards(a *api.API) {
	api.List(a, "/rewards", "sales.rewards", "reward:read", func(ctx context.Context, tx *op.Tx, q rewardsQuery) (page.Page[sales.Reward], error) {
		return sales.ListRewards(ctx, tx, sales.RewardFilter{State: sales.RewardState(q.State), Referrer: q.ReferrerID, Center: q.CenterID}, q.Request())
	})
	api.Get(a, "/rewards/{id}", "sales.reward", "reward:read", func(ctx context.Context, tx *op.Tx, q rewardID) (sales.Reward, error) {
		return sales.RewardByID(ctx, tx, q.ID)
	})
	api.Post(a, "/rewards/{id}/reverse", sales.ReverseReward)
}
