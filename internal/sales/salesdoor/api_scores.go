package salesdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/sales"
)

type scoresQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
}

type trainingID struct {
	ID id.ID `path:"id" json:"model_id"`
}

// TrainingList is the latest trainings, the last one first.
type TrainingList struct {
	Trainings []sales.ScoreModel `json:"trainings"`
}

func apiScores(a *api.API) {
	api.List(a, "/enquiry-scores", "sales.enquiry-scores", "enquiry:read", scores)
	api.Get(a, "/score-models", "sales.score-models", "score-model:read", func(ctx context.Context, tx *op.Tx, _ struct{}) (out TrainingList, err error) {
		out.Trainings, err = sales.Trainings(ctx, tx)
		return out, err
	})
	api.Get(a, "/score-models/{id}", "sales.score-model", "score-model:read", func(ctx context.Context, tx *op.Tx, q trainingID) (sales.ScoreModel, error) {
		return sales.TrainingByID(ctx, tx, q.ID)
	})
	api.Post(a, "/score-models", sales.TrainScores)
	api.Post(a, "/score-models/{id}/keep", sales.KeepScores)
}

func scores(ctx context.Context, tx *op.Tx, q scoresQuery) (page.Page[sales.EnquiryScore], error) {
	if q.Limit == 0 {
		q.Limit = page.Usual
	}
	list, err := sales.Scores(ctx, tx, q.Cursor, q.Limit)
	return page.Page[sales.EnquiryScore]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}
