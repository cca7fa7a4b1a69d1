package salesdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/sales"
)

type promotionID struct {
	ID id.ID `path:"id" json:"promotion_id"`
}

type promotionsQuery struct {
	api.Paging
	State string       `query:"state" enum:"draft,waiting,rejected,active,stopped" doc:"all if left out"`
	On    bizdate.Date `query:"on" doc:"given on that day"`
	Q     string       `query:"q" maxLength:"100" doc:"in number, name and goal"`
}

// apiPromotions registers promotions (SAL-8).
func apiPromotions(a *api.API) {
	api.List(a, "/promotions", "sales.promotions", "promotion:read", func(ctx context.Context, tx *op.Tx, q promotionsQuery) (page.Page[sales.Promotion], error) {
		return sales.Promotions(ctx, tx, sales.PromotionFilter{Text: q.Q, State: sales.PromotionState(q.State), On: q.On}, q.Request())
	})
	api.Get(a, "/promotions/{id}", "sales.promotion", "promotion:read", func(ctx context.Context, tx *op.Tx, q promotionID) (sales.Promotion, error) {
		return sales.PromotionByID(ctx, tx, q.ID)
	})
	api.Get(a, "/promotions/{id}/effect", "sales.promotion-effect", "report:read", func(ctx context.Context, tx *op.Tx, q promotionID) (sales.PromotionEffect, error) {
		e, err := sales.EffectOf(ctx, tx, q.ID)
		if err != nil {
			return e, err
		}
		e.Compared = e.BaselineWords(ctx)
		return e, nil
	})
	api.Post(a, "/promotions", sales.RegisterPromotion)
	api.Patch(a, "/promotions/{id}", sales.ChangePromotion)
	api.Post(a, "/promotions/{id}/start", sales.StartPromotion)
	api.Post(a, "/promotions/{id}/stop", sales.StopPromotion)
}
