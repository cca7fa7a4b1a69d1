package salesdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/sales"
)

type poolQuery struct {
	Limit     int    `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor    string `query:"cursor" maxLength:"40"`
	CenterID  id.ID  `query:"center_id"`
	ChannelID id.ID  `query:"channel_id"`
	CourseID  id.ID  `query:"course_id"`
	Grade     string `query:"grade" enum:"A,B,C"`
}

// apiPool registers the public pool (PPL-8).
func apiPool(a *api.API) {
	api.List(a, "/pool", "sales.pool", "pool:read", pool)
	api.Get(a, "/pool/{id}", "sales.pool-entry", "pool:read", func(ctx context.Context, tx *op.Tx, q enquiryID) (sales.Viewed, error) {
		return sales.ViewedEntry(ctx, tx, q.ID)
	})
	api.Get(a, "/pool-use", "sales.pool-use", "pool:read", func(ctx context.Context, tx *op.Tx, _ struct{}) (sales.PoolUse, error) {
		return sales.PoolUsed(ctx, tx)
	})
	api.Post(a, "/pool/{id}/view", sales.ViewPoolEntry)
	api.Post(a, "/enquiries/{id}/claim", sales.Claim)
	api.Post(a, "/enquiries/{id}/claim/withdraw", sales.WithdrawClaim)
	api.Post(a, "/enquiries/{id}/assign/withdraw", sales.WithdrawAssignment)
	api.Post(a, "/enquiries/{id}/return", sales.ReturnToPool)
}

func pool(ctx context.Context, tx *op.Tx, q poolQuery) (page.Page[sales.PoolEntry], error) {
	if q.Limit == 0 {
		q.Limit = page.Usual
	}
	list, err := sales.Pool(ctx, tx, sales.PoolFilter{Center: q.CenterID, Channel: q.ChannelID, Course: q.CourseID, Grade: q.Grade, After: q.Cursor, Limit: q.Limit})
	return page.Page[sales.PoolEntry]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}
