package sales

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

const (
	trainingEvery = 7 * 24 * time.Hour // without anybody's asking, in the night after that
	trainingTime  = 2 * time.Hour      // after which a training whose worker vanished is given up
	scoresAge     = 24 * time.Hour     // after which a score is made anew, as time goes on
	scoredAtOnce  = 200
)

// Trainer does the job of a training.
type Trainer struct{ Run *op.Runner }

// Do learns and keeps what was learned, then scores the open enquiries. A training that another worker ended is left alone.
func (t Trainer) Do(ctx context.Context, job Training) error {
	ctx = op.WithViewer(ctx, policy.System())
	var m ScoreModel
	err := t.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		return tx.Select(&m).Where("id = ?", job.ModelID).Scan(ctx)
	})
	if err != nil {
		return fmt.Errorf("read training: %w", err)
	}
	if m.State != ScoreWaiting {
		return nil
	}
	list, fields, now, err := readHistory(ctx, t.Run)
	if err != nil {
		return err
	}
	learned, err := newHistory(list, fields, now).train()
	if err != nil {
		return fmt.Errorf("train scores: %w", err)
	}
	if _, err := KeepScores.Run(ctx, t.Run, KeepScoresInput{ModelID: m.ID, Learned: &learned}); err != nil {
		if p, refused := problem.As(err); refused && p.Code == "training-over" {
			return nil
		}
		return err
	}
	return ScoreOpen(ctx, t.Run)
}

// DueScores asks for a training each week, and keeps the scores of open enquiries up to date (SAL-12). A job runs it every minute.
func DueScores(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	due := false
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		last, found, err := lastTraining(ctx, tx, "")
		if err != nil {
			return err
		}
		if due = !found || trainingDue(tx.Now.Sub(last.Asked), tx.Now.In(tx.Zone(id.None)).Hour()); due && !found {
			due, err = decidedBefore(ctx, tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	if due {
		if _, err := TrainScores.Run(ctx, r, TrainScoresInput{}); err != nil {
			if _, refused := problem.As(err); !refused {
				return err
			}
		}
	}
	return ScoreOpen(ctx, r)
}

// trainingDue tells whether a training is due so long after the last one, at an hour of the day: in the night, when it disturbs nobody, unless the
// program was not running then.
func trainingDue(since time.Duration, hour int) bool {
	return since >= trainingEvery && hour >= 1 && hour < 5 || since >= trainingEvery+24*time.Hour
}

// lastTraining is the latest training that is not in a state; "" for whatever state.
func lastTraining(ctx context.Context, tx *op.Tx, not string) (m ScoreModel, found bool, err error) {
	err = tx.Unscoped("trainings hold no records of people").Select(&m).Where("kind = ? AND state <> ?", ScoreKind, not).Order("id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("read training: %w", err)
	}
	return m, true, nil
}

// ScoreOpen scores the open enquiries whose score is missing, of an earlier model, older than what happened since, or older than a day, and
// drops those of enquiries that ended. Without a model there is no score.
func ScoreOpen(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var m ScoreModel
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		m, _, err = lastTraining(ctx, tx, ScoreWaiting)
		return err
	})
	if err != nil {
		return err
	}
	if err := dropScores(ctx, r, m); err != nil || m.Model == nil {
		return err
	}
	for after := id.None; ; {
		var list []EnquiryScore
		err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
			list, err = dueForScore(ctx, tx, m, after)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].Enquiry
		if err := keepOpenScores(ctx, r, m.ID, list); err != nil {
			return err
		}
	}
}

// dropScores takes away what does not hold any more; it writes only where there is something.
func dropScores(ctx context.Context, r *op.Runner, m ScoreModel) error {
	stale, args := " FROM enquiry_scores", []any(nil)
	if m.Model != nil {
		stale += " WHERE model <> ? OR NOT EXISTS (SELECT 1 FROM enquiries e WHERE e.id = enquiry_scores.enquiry AND e.outcome = 'open')"
		args = []any{m.ID}
	}
	n := int64(0)
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = op.OneOf[int64](ctx, tx.Unscoped("work of the system"), "SELECT COUNT(*)"+stale, args...)
		return err
	})
	if err != nil || n == 0 {
		return err
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE"+stale, args...); err != nil {
			return fmt.Errorf("drop scores: %w", err)
		}
		return nil
	})
}

// dueForScore scores the next enquiries that need it.
func dueForScore(ctx context.Context, tx *op.Tx, m ScoreModel, after id.ID) ([]EnquiryScore, error) {
	text, args := `SELECT e.id FROM enquiries e LEFT JOIN enquiry_scores s ON s.enquiry = e.id
		WHERE e.outcome = 'open' AND (s.enquiry IS NULL OR s.at < ? OR s.at < e.moved_at OR s.at < e.last_touch_at)`, []any{tx.Now.Add(-scoresAge)}
	if !after.IsNone() {
		text, args = text+" AND e.id > ?", append(args, after)
	}
	ids, err := op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), text+" ORDER BY e.id LIMIT ?", append(args, scoredAtOnce)...)
	if err != nil {
		return nil, fmt.Errorf("look for enquiries to score: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	past, err := pastOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]EnquiryScore, len(past))
	for i, p := range past {
		out[i] = p.score(*m.Model, tx.Now)
	}
	return out, nil
}

func keepOpenScores(ctx context.Context, r *op.Runner, model id.ID, list []EnquiryScore) error {
	rows := make([][]any, len(list))
	for i, s := range list {
		reasons, err := json.Marshal(s.Reasons)
		if err != nil {
			return fmt.Errorf("encode reasons: %w", err)
		}
		rows[i] = []any{s.Enquiry, model, s.Ten, string(reasons), s.At}
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		err := tx.InsertRows(ctx, "enquiry_scores (enquiry, model, probability, reasons, at)",
			" ON CONFLICT (enquiry) DO UPDATE SET model = excluded.model, probability = excluded.probability, reasons = excluded.reasons, at = excluded.at", rows)
		if err != nil {
			return fmt.Errorf("keep scores: %w", err)
		}
		return nil
	})
}
