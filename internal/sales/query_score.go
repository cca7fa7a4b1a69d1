package sales

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// ScoreList is a page of scores and how many there are.
type ScoreList struct {
	Items []EnquiryScore
	Total int64
	Next  string // cursor of the next page; "" at the end
}

const scoreColumnsRead = "s.enquiry, e.external_key, e.person, s.probability, s.reasons, s.at"

// Scores lists the scores of open enquiries in scope, the likeliest first.
func Scores(ctx context.Context, tx *op.Tx, cursor string, limit int) (out ScoreList, err error) {
	offset, err := offsetOf(cursor, 0)
	if err != nil {
		return out, err
	}
	const from = " FROM enquiry_scores s JOIN enquiries e ON e.id = s.enquiry WHERE {scope:enquiry e} AND e.outcome = 'open'"
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+from); err != nil {
		return out, fmt.Errorf("count scores: %w", err)
	}
	out.Items, err = op.All[EnquiryScore](ctx, tx, "SELECT "+scoreColumnsRead+from+" ORDER BY s.probability DESC, s.enquiry LIMIT ? OFFSET ?", limit, offset)
	if err != nil {
		return out, fmt.Errorf("list scores: %w", err)
	}
	for i := range out.Items {
		out.Items[i] = out.Items[i].whole()
	}
	out.Next = nextCursor(offset, len(out.Items), limit, out.Total)
	return out, nil
}

// whole fills in what is derived.
func (s EnquiryScore) whole() EnquiryScore {
	s.Probability = float64(s.Ten) / 10_000
	return s
}

// ScoreOf gives the score of an enquiry in scope; found is false where it has none.
func ScoreOf(ctx context.Context, tx *op.Tx, enquiry id.ID) (s EnquiryScore, found bool, err error) {
	s, err = op.One[EnquiryScore](ctx, tx, "SELECT "+scoreColumnsRead+" FROM enquiry_scores s JOIN enquiries e ON e.id = s.enquiry WHERE {scope:enquiry e} AND s.enquiry = ? AND e.outcome = 'open'", enquiry)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read score: %w", err)
	}
	return s.whole(), true, nil
}

// trainingColumns leave out what was learned: only estimating needs it.
const trainingColumns = "m.id, m.kind, m.state, m.asked_by, m.asked_at, m.trained_at, m.quality, m.version FROM score_models m"

// trainingsShown are the latest ones.
const trainingsShown = 20

// Trainings lists the latest trainings, the last one first.
func Trainings(ctx context.Context, tx *op.Tx) (list []ScoreModel, err error) {
	list, err = op.All[ScoreModel](ctx, tx, "SELECT "+trainingColumns+" WHERE {scope:score-model m} AND m.kind = ? ORDER BY m.id DESC LIMIT ?", ScoreKind, trainingsShown)
	if err != nil {
		return nil, fmt.Errorf("list trainings: %w", err)
	}
	return list, nil
}

// TrainingByID gives one training.
func TrainingByID(ctx context.Context, tx *op.Tx, key id.ID) (m ScoreModel, err error) {
	m, err = op.One[ScoreModel](ctx, tx, "SELECT "+trainingColumns+" WHERE {scope:score-model m} AND m.id = ?", key)
	return m, problem.Found(err, "score-model")
}
