package app_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zhike/internal/kernel/learn"
	"zhike/internal/kernel/op"
	"zhike/internal/rollout"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// leadsMap says what the columns of the public leads are, and which of them staff filled in while they sold.
const leadsMap = `[columns]
"Prospect ID" = "external_key"
"Lead Number" = "ignore"
"Lead Source" = "channel"
"outcome" = "outcome"
"outcome_day" = "outcome_day"
"Lead Quality" = {field = "custom", known = "later"}
"Lead Profile" = {field = "custom", known = "later"}
"Asymmetrique Activity Index" = {field = "custom", known = "later"}
"Asymmetrique Profile Index" = {field = "custom", known = "later"}
"Asymmetrique Activity Score" = {field = "custom", known = "later"}
"Asymmetrique Profile Score" = {field = "custom", known = "later"}
"Last Notable Activity" = {field = "custom", known = "later"}
"Tags" = {field = "custom", code = "tags", known = "later"}
`

// leadsFile writes the public leads as an old system would: each fifth one open, the others with what became of them. It gives what became of the open
// ones. The test is skipped where the leads are absent.
func leadsFile(t *testing.T) (path string, held map[string]bool) {
	t.Helper()
	f, err := os.Open("../../../shared/data/leads/leads.csv.gz")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the public leads are not here: ../shared/data/leads")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	label, held := slices.Index(rows[0], "Converted"), map[string]bool{}
	for i, row := range rows {
		converted := row[label] == "1"
		row = slices.Delete(row, label, label+1)
		switch {
		case i == 0:
			row = append(row, "outcome", "outcome_day")
		case i%5 == 0:
			held[row[0]] = converted
			row = append(row, "open", "")
		default:
			row = append(row, map[bool]string{true: "signed", false: "lost"}[converted], "2026-03-01")
		}
		rows[i] = row
	}
	path = filepath.Join(t.TempDir(), "leads.csv")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := csv.NewWriter(out).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return path, held
}

// TestSAL12_LeadsThroughTheProgram: the public leads are imported, learned from and scored as a company's own, and the open ones are told apart as well
// as those that were learned from; what was marked as known later is refused.
func TestSAL12_LeadsThroughTheProgram(t *testing.T) {
	t.Parallel()
	path, held := leadsFile(t)
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	if _, err := rollout.Import(s.System(), s.Ops, rollout.Options{Kind: "leads", Path: path, Map: []byte(leadsMap), Rejects: path + ".rejects"}); err != nil {
		t.Fatal(err)
	}
	asked, err := sales.TrainScores.Run(s.GM(), s.Ops, sales.TrainScoresInput{})
	if err != nil {
		t.Fatal(err)
	}
	if err := (sales.Trainer{Run: s.Ops}).Do(t.Context(), sales.Training{ModelID: asked.ID}); err != nil {
		t.Fatal(err)
	}
	var q sales.ScoreQuality
	var estimates []float64
	var yes []bool
	s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
		m, err := sales.TrainingByID(ctx, tx, asked.ID)
		if err != nil {
			return err
		}
		q = m.Quality
		list, err := sales.Scores(ctx, tx, "", 10_000)
		for _, e := range list.Items {
			converted, known := held[*e.ExternalKey]
			if known {
				estimates, yes = append(estimates, e.Probability), append(yes, converted)
			}
		}
		return err
	})
	open := learn.QualityOf(estimates, yes)
	t.Logf("left out: AUC %.4f, calibration error %.4f; open: AUC %.4f, calibration error %.4f of %d", q.Entry.AUC, q.Entry.ECE, open.AUC, open.ECE, open.N)
	if q.Entry.AUC < 0.895 || q.Entry.ECE > 0.02 || open.N != len(held) || open.AUC < 0.89 || open.ECE > 0.04 {
		t.Errorf("quality %+v, of the open ones %+v", q.Entry, open)
	}
	if !slices.ContainsFunc(q.Refused, func(r learn.Refusal) bool { return r.Column == "field:tags" && r.Why == learn.Later }) {
		t.Errorf("refused: %+v", q.Refused)
	}
}
