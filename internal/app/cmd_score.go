package app

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/sales"
	"zhike/internal/sales/salesdoor"
)

type scoreCmd struct {
	Train   scoreTrainCmd   `cmd:"" help:"Learn from the company's own history, and score what is open. Example: zhike score train"`
	List    scoreListCmd    `cmd:"" help:"List the scores of what is open, the likeliest first. Example: zhike score list --kind enquiry --format csv"`
	Quality scoreQualityCmd `cmd:"" help:"Say how good the scores are. Example: zhike score quality"`
}

type scoreTrainCmd struct {
	Kind string `name:"kind" enum:"enquiry" default:"enquiry" help:"What is scored: enquiry."`
}

// Run implements kong.
func (c *scoreTrainCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(false, "")
	if err != nil {
		return err
	}
	defer done()
	asked, err := sales.TrainScores.Run(ctx, a.Run, sales.TrainScoresInput{Scored: c.Kind})
	if err != nil {
		return err
	}
	if err := (sales.Trainer{Run: a.Run}).Do(ctx, sales.Training{ModelID: asked.ID}); err != nil {
		return err
	}
	var m sales.ScoreModel
	err = a.Run.Read(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		m, err = sales.TrainingByID(ctx, tx, asked.ID)
		return err
	})
	if err != nil {
		return err
	}
	if err := a.Settle(ctx); err != nil {
		return err
	}
	return s.training(ctx, m)
}

// training prints how good a training is; one that gave no scores is a finding.
func (s *Session) training(ctx context.Context, m sales.ScoreModel) error {
	if s.JSON {
		if err := s.print(m); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(s.Out, salesdoor.ScoreConclusion(ctx, m))
	}
	if m.State != sales.ScoreReady {
		return errFound
	}
	return nil
}

type scoreListCmd struct {
	Kind   string `name:"kind" enum:"enquiry" default:"enquiry" help:"What is scored: enquiry."`
	Format string `name:"format" enum:"table,csv,json" default:"table" help:"table, csv, json."`
}

// scoresAtOnce are read in one go.
const scoresAtOnce = 1000

// Run implements kong.
func (c *scoreListCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(true, "")
	if err != nil {
		return err
	}
	defer done()
	return a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		words, err := salesdoor.LoadScoreWords(ctx, tx)
		if err != nil {
			return err
		}
		var all []sales.EnquiryScore
		for cursor := ""; ; {
			list, err := sales.Scores(ctx, tx, cursor, scoresAtOnce)
			if err != nil {
				return err
			}
			all = append(all, list.Items...)
			if cursor = list.Next; cursor == "" {
				break
			}
		}
		if c.Format == "json" || s.JSON {
			return s.print(append([]sales.EnquiryScore{}, all...))
		}
		return s.scores(ctx, words, all, c.Format == "csv")
	})
}

// scores writes a row for each enquiry: its external key or id, the probability, and the largest reasons.
func (s *Session) scores(ctx context.Context, words salesdoor.ScoreWords, list []sales.EnquiryScore, comma bool) error {
	rows := [][]string{{"key", "probability", "reasons"}}
	for _, e := range list {
		key := e.Enquiry.String()
		if e.ExternalKey != nil {
			key = cmp.Or(*e.ExternalKey, key)
		}
		rows = append(rows, []string{key, strconv.FormatFloat(e.Probability, 'f', 4, 64), strings.Join(words.Reasons(ctx, e), "; ")})
	}
	if comma {
		if err := csv.NewWriter(s.Out).WriteAll(rows); err != nil {
			return fmt.Errorf("print: %w", err)
		}
		return nil
	}
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}

type scoreQualityCmd struct{}

// Run implements kong.
func (c *scoreQualityCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(true, "")
	if err != nil {
		return err
	}
	defer done()
	var list []sales.ScoreModel
	var words salesdoor.ScoreWords
	err = a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		if words, err = salesdoor.LoadScoreWords(ctx, tx); err != nil {
			return err
		}
		list, err = sales.Trainings(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.State == sales.ScoreWaiting {
			continue
		}
		if !s.JSON && m.Quality.Entry != nil {
			s.figures(ctx, words, m.Quality)
		}
		return s.training(ctx, m)
	}
	fmt.Fprintln(s.Err, salesdoor.ScoreConclusion(ctx, sales.ScoreModel{}))
	return errFound
}

// figures prints the quality at entry and later, and what the guard said.
func (s *Session) figures(ctx context.Context, words salesdoor.ScoreWords, q sales.ScoreQuality) {
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, salesdoor.ScoreFigures(ctx, q))
	_ = w.Flush()
	for _, text := range words.Guarded(ctx, q) {
		fmt.Fprintln(s.Out, text)
	}
}
