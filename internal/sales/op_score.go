package sales

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// TrainScores lets the enquiry scores be learned anew from the company's own history (SAL-12); a job does it. Refused: score-busy while an
// earlier training has not ended.
var TrainScores = op.Op[TrainScoresInput, ScoreTraining]{
	Name: "sales.train-scores", Rule: "SAL-12", Needs: "score-model:create", Fact: facts.ScoreTrainingAsked{}, Do: trainScores,
}

// TrainScoresInput says what is scored.
type TrainScoresInput struct {
	Scored string `json:"kind,omitempty" enum:"enquiry" doc:"enquiry if left out"`
}

// ScoreTraining is a training that was asked for, or ended.
type ScoreTraining struct {
	ID    id.ID  `json:"id"`
	State string `json:"state"`
}

// Training is the job that learns.
type Training struct {
	ModelID id.ID `json:"model_id"`
}

// Kind implements op.Job.
func (Training) Kind() string { return "train-scores" }

func trainScores(ctx context.Context, tx *op.Tx, in TrainScoresInput) (ScoreTraining, error) {
	if in.Scored != "" && in.Scored != ScoreKind {
		return ScoreTraining{}, problem.Refuse("SAL-12", "invalid", problem.Field{Location: "kind", Code: "not-one-of", Value: in.Scored, Args: map[string]any{"list": ScoreKind}})
	}
	last, found, err := lastTraining(ctx, tx, "")
	if err != nil {
		return ScoreTraining{}, err
	}
	if found && last.State == ScoreWaiting && tx.Now.Sub(last.Asked) < trainingTime {
		return ScoreTraining{}, problem.Refuse("SAL-12", "score-busy", problem.Field{Location: "kind", Value: ScoreKind})
	}
	m := ScoreModel{ID: tx.NewID(), Kind: ScoreKind, State: ScoreWaiting, By: tx.Viewer.Login, Asked: tx.Now}
	if err := tx.Insert(ctx, m); err != nil {
		return ScoreTraining{}, err
	}
	if err := tx.Enqueue(ctx, Training{ModelID: m.ID}); err != nil {
		return ScoreTraining{}, err
	}
	tx.Record(m.ID, facts.ScoreTrainingAsked{Model: m.ID, Scored: m.Kind})
	return ScoreTraining{ID: m.ID, State: m.State}, nil
}

// KeepScores ends a training: it keeps what the job learned, and of earlier trainings their figures only (SAL-12). Refused: not-learned
// where nobody learned anything, training-over where another worker was first.
var KeepScores = op.Op[KeepScoresInput, ScoreTraining]{
	Name: "sales.keep-scores", Rule: "SAL-12", Needs: "score-model:keep", Fact: facts.ScoresTrained{}, Do: keepScores,
}

// KeepScoresInput names the training; what was learned comes from the job alone.
type KeepScoresInput struct {
	ModelID id.ID       `json:"model_id" path:"id"`
	Learned *ScoreModel `json:"-"`
}

func keepScores(ctx context.Context, tx *op.Tx, in KeepScoresInput) (ScoreTraining, error) {
	var m ScoreModel
	err := tx.Select(&m).Where("id = ?", in.ModelID).Scan(ctx)
	if err := problem.Found(err, "score-model"); err != nil {
		return ScoreTraining{}, err
	}
	switch {
	case in.Learned == nil:
		return ScoreTraining{}, problem.Refuse("SAL-12", "not-learned", problem.Field{Location: "model_id", Value: m.ID})
	case m.State != ScoreWaiting:
		return ScoreTraining{}, problem.Refuse("SAL-12", "training-over", problem.Field{Location: "model_id", Value: m.ID})
	}
	if _, err := tx.Exec(ctx, "UPDATE score_models SET model = 'null' WHERE kind = ? AND id <> ? AND model <> 'null'", m.Kind, m.ID); err != nil {
		return ScoreTraining{}, fmt.Errorf("drop earlier models: %w", err)
	}
	m.State, m.Quality, m.Model, m.Trained = in.Learned.State, in.Learned.Quality, in.Learned.Model, tx.Now
	if err := tx.Save(ctx, &m, "state", "quality", "model", "trained_at"); err != nil {
		return ScoreTraining{}, err
	}
	f := facts.ScoresTrained{Model: m.ID, Scored: m.Kind, State: m.State, Enquiries: int64(m.Quality.Enquiries), Signed: int64(m.Quality.Signed)}
	if m.Quality.Entry != nil {
		f.AUC = int64(m.Quality.Entry.AUC*10_000 + 0.5)
	}
	tx.Record(m.ID, f)
	return ScoreTraining{ID: m.ID, State: m.State}, nil
}
