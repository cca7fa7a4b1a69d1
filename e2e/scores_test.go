//go:build e2e

package e2e

import (
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/learn"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// scored lets the open enquiries of a school have scores, from a past that is made here: the more talks, the likelier.
func scored(t *testing.T, s *testkit.School) {
	t.Helper()
	table := learn.Table{Columns: []learn.Column{{Name: "answered", Kind: learn.Number}, {Name: "kind", Kind: learn.Category}}}
	var yes []bool
	for i := range 400 {
		kind := learn.Value{}
		if i%3 == 0 {
			kind = learn.Cat("new")
		}
		yes = append(yes, i%5+i%7 > 4)
		table.Samples = append(table.Samples, learn.Sample{Group: string(rune(i)), Values: []learn.Value{learn.Num(float64(i % 5)), kind}, Yes: yes[i]})
	}
	l, err := learn.Learn(table)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := sales.TrainScores.Run(s.GM(), s.Ops, sales.TrainScoresInput{})
	if err != nil {
		t.Fatal(err)
	}
	q := learn.QualityOf(l.LeftOut, yes)
	m := sales.ScoreModel{State: sales.ScoreReady, Model: &l.Model, Quality: sales.ScoreQuality{
		Enquiries: q.N, Signed: q.Yes, From: bizdate.New(2026, 1, 1), Until: bizdate.New(2026, 3, 1), Days: 90, Entry: &q, Later: &q, Weights: l.Model.Weights(table),
		Refused:  []learn.Refusal{{Column: "last-result", Why: learn.AfterOutcome, Late: 20, Dated: 40}, {Column: "quotes", Why: learn.Later}},
		Warnings: []learn.Warning{{Column: "visits", Without: 0.7, Lift: 0.08}},
	}}
	m.Quality.Low, m.Quality.High = q.Range()
	if _, err := sales.KeepScores.Run(s.System(), s.Ops, sales.KeepScoresInput{ModelID: asked.ID, Learned: &m}); err != nil {
		t.Fatal(err)
	}
	if err := sales.ScoreOpen(s.System(), s.Ops); err != nil {
		t.Fatal(err)
	}
}
