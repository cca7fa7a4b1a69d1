package sales_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/learn"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// past enters matters of an old system, in bulk: those who asked for a book sign more often, and the verdict says what came.
func past(t *testing.T, s *testkit.School, n int, edit func(i int, in *sales.EnterInput)) {
	t.Helper()
	ctx := op.WithRun(s.System(), s.Clock.NewID())
	r := rand.New(rand.NewPCG(3, 4))
	err := s.Ops.Batch(ctx, func(ctx context.Context) error {
		for i := range n {
			in := pastMatter(s, r, i)
			if edit != nil {
				edit(i, &in)
			}
			if _, err := sales.Enter.Run(ctx, s.Ops, in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func pastMatter(s *testkit.School, r *rand.Rand, i int) sales.EnterInput {
	book, share := "yes", 0.7
	if r.IntN(2) == 0 {
		book, share = "no", 0.1
	}
	outcome := "lost"
	if r.Float64() < share {
		outcome = "signed"
	}
	day := bizdate.New(2026, 1, 1) + bizdate.Date(i%60)
	return sales.EnterInput{
		Person: &people.RegisterInput{ExternalKey: fmt.Sprint("P", i)}, CenterID: s.HD, ChannelID: s.Web, ExternalKey: fmt.Sprint("L", i),
		Attributes: []people.Attribute{{Field: "book", Text: book}, {Field: "verdict", Text: "will " + outcome}},
		Import:     &sales.Imported{Entered: day.UTC(), Outcome: outcome, OutcomeDay: day + 20, Row: i + 1},
	}
}

// own defines the custom fields of these matters.
func own(t *testing.T, s *testkit.School, verdict string) {
	t.Helper()
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		return people.DefineFields(ctx, tx, []people.Field{
			{Code: "book", Resource: "enquiry", Kind: people.FieldYesNo, NameZH: "要教材", NameEN: "Asked for a book", Known: "entry"},
			{Code: "verdict", Resource: "enquiry", Kind: people.FieldText, NameZH: "结论", NameEN: "Verdict", Known: verdict},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// train asks for a training and does its job.
func train(t *testing.T, s *testkit.School) sales.ScoreModel {
	t.Helper()
	asked, err := sales.TrainScores.Run(s.GM(), s.Ops, sales.TrainScoresInput{})
	if err != nil {
		t.Fatal(err)
	}
	if err := (sales.Trainer{Run: s.Ops}).Do(t.Context(), sales.Training{ModelID: asked.ID}); err != nil {
		t.Fatal(err)
	}
	return ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) (sales.ScoreModel, error) {
		return sales.TrainingByID(ctx, tx, asked.ID)
	})
}

func scoresSeen(t *testing.T, s *testkit.School, ctx context.Context) map[id.ID]sales.EnquiryScore {
	t.Helper()
	out := map[id.ID]sales.EnquiryScore{}
	for _, e := range ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (sales.ScoreList, error) { return sales.Scores(ctx, tx, "", 100) }).Items {
		out[e.Enquiry] = e
	}
	return out
}

// open enters an enquiry of today whose family wants a book, or not.
func open(t *testing.T, s *testkit.School, center id.ID, book string) id.ID {
	t.Helper()
	e, err := sales.Enter.Run(s.FrontDesk(center), s.Ops, sales.EnterInput{
		Person: &people.RegisterInput{Name: "何静" + book}, CenterID: center, ChannelID: s.Web, Attributes: []people.Attribute{{Field: "book", Text: book}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e.ID
}

// A training learns from the company's own past, keeps what it found with its quality, and scores what is open with reasons, each for who sees
// the enquiry.
func TestSAL12_Train(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own(t, s, "later")
		past(t, s, 400, nil)
		likely, unlikely, there := open(t, s, s.HD, "yes"), open(t, s, s.HD, "no"), open(t, s, s.CY, "yes")
		before := len(s.Facts(t))
		m := train(t, s)
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"sales.score-training-asked.1", "sales.scores-trained.1"}) {
			t.Errorf("facts = %v", got)
		}
		q := m.Quality
		if m.State != sales.ScoreReady || q.Enquiries != 400 || q.Entry == nil || q.Entry.AUC < 0.75 || q.Entry.AUC > 0.85 || q.Entry.ECE > 0.15 || q.Low >= q.Entry.AUC || q.High <= q.Entry.AUC {
			t.Fatalf("training: %+v, %+v", m, q.Entry)
		}
		if len(q.Refused) != 1 || q.Refused[0].Column != "field:verdict" || q.Refused[0].Why != "later" {
			t.Errorf("refused: %+v", q.Refused)
		}
		all := scoresSeen(t, s, s.GM())
		if len(all) != 3 || all[likely].Probability < 0.55 || all[unlikely].Probability > 0.3 {
			t.Errorf("scores: %+v", all)
		}
		if r := all[likely].Reasons[0]; r.Column != "field:book" || r.Text != "yes" || r.Adds <= 0 {
			t.Errorf("first reason: %+v", r)
		}
		if here := scoresSeen(t, s, s.Principal(s.HD)); len(here) != 2 || here[there].At != (time.Time{}) {
			t.Errorf("a principal sees %+v", here)
		}
		if theirs := scoresSeen(t, s, s.IT()); len(theirs) != 0 {
			t.Errorf("IT sees %+v", theirs)
		}
		ended(t, s, likely, unlikely)
		s.Check(t)
	})
}

// ended: an enquiry that ended has no score any more, and one that moved has a new one.
func ended(t *testing.T, s *testkit.School, lost, touched id.ID) {
	t.Helper()
	was := scoresSeen(t, s, s.GM())[touched]
	s.Clock.Set(s.Clock.Now().Add(time.Hour))
	if _, err := sales.Lose.Run(s.Principal(s.HD), s.Ops, sales.LoseInput{EnquiryID: lost, Reason: "price"}); err != nil {
		t.Fatal(err)
	}
	_, err := people.RecordTouch.Run(s.Principal(s.HD), s.Ops, people.TouchInput{
		EnquiryID: touched, Channel: "call", Direction: "out", Result: "discuss", NextStep: "call-back", NextDay: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(s.Clock.Now().Add(time.Minute))
	if err := sales.DueScores(t.Context(), s.Ops); err != nil {
		t.Fatal(err)
	}
	now := scoresSeen(t, s, s.GM())
	if _, stays := now[lost]; stays || !now[touched].At.After(was.At) {
		t.Errorf("after a loss and a touch: %+v", now)
	}
}

// The guard: a custom field that nobody marked, but that was filled in after the outcome, is refused; one that was filled in before, yet says
// what came, is named.
func TestSAL12_Guard(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own(t, s, "entry")
		verdict := func(w learn.Warning) bool { return w.Column == "field:verdict" }
		past(t, s, 300, nil)
		m := train(t, s)
		if len(m.Quality.Refused) != 0 || !slices.ContainsFunc(m.Quality.Warnings, verdict) {
			t.Errorf("a field that says what came: refused %+v, warnings %+v", m.Quality.Refused, m.Quality.Warnings)
		}
		s.Exec(t, "UPDATE attributes SET filled_at = ? WHERE field = 'verdict'", s.Clock.Now())
		s.Clock.Set(s.Clock.Now().Add(time.Minute))
		m = train(t, s)
		if len(m.Quality.Refused) != 1 || m.Quality.Refused[0].Column != "field:verdict" || m.Quality.Refused[0].Late != 300 || slices.ContainsFunc(m.Quality.Warnings, verdict) || m.Quality.Entry.AUC > 0.9 {
			t.Errorf("a field filled in afterwards: refused %+v, warnings %+v, AUC %g", m.Quality.Refused, m.Quality.Warnings, m.Quality.Entry.AUC)
		}
	})
}

// Of matters whose file does not say when they were entered, so that they came in after their outcome, what the file knows is learned from all the
// same.
func TestSAL12_UndatedPast(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own(t, s, "later")
		past(t, s, 250, func(_ int, in *sales.EnterInput) { in.Import.Entered = time.Time{} })
		if m := train(t, s); m.State != sales.ScoreReady || m.Quality.Enquiries != 250 || len(m.Quality.Refused) != 1 || m.Quality.Entry.AUC < 0.75 {
			t.Errorf("undated: %+v", m)
		}
	})
}

// Too little history, and history without a law, give no score; what was scored before goes.
func TestSAL12_ThinAndChance(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own(t, s, "later")
		past(t, s, 199, nil)
		open(t, s, s.HD, "yes")
		if m := train(t, s); m.State != sales.ScoreThin || m.Quality.Entry != nil || len(scoresSeen(t, s, s.GM())) != 0 {
			t.Errorf("of 199: %+v", m)
		}
		past(t, s, 200, func(i int, in *sales.EnterInput) {
			in.ExternalKey, in.Person.ExternalKey = in.ExternalKey+"b", in.Person.ExternalKey+"b"
			in.Import.Outcome = []string{"signed", "lost"}[(i+i/2)%2] // against the law of the others
			in.Attributes = []people.Attribute{{Field: "book", Text: []string{"yes", "no"}[i%2]}}
		})
		if m := train(t, s); m.State != sales.ScoreReady || len(scoresSeen(t, s, s.GM())) != 1 {
			t.Errorf("of 399: %+v", m)
		}
		s.Exec(t, "DELETE FROM attributes")
		if m := train(t, s); m.State != sales.ScoreChance || len(scoresSeen(t, s, s.GM())) != 0 {
			t.Errorf("without a law: %+v, %d scores", m, len(scoresSeen(t, s, s.GM())))
		}
	})
}

// What may not be asked for, and who may not ask.
func TestSAL12_TrainRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		asked, err := sales.TrainScores.Run(s.IT(), s.Ops, sales.TrainScoresInput{})
		if err != nil {
			t.Fatal(err)
		}
		trainAs := func(ctx context.Context, kind string) func() error {
			return func() error { return second(sales.TrainScores.Run(ctx, s.Ops, sales.TrainScoresInput{Scored: kind})) }
		}
		keep := func(ctx context.Context, key id.ID) func() error {
			return func() error { return second(sales.KeepScores.Run(ctx, s.Ops, sales.KeepScoresInput{ModelID: key})) }
		}
		refuse(t, s, map[string]refused{
			"busy":        {trainAs(s.GM(), ""), "422 score-busy kind:"},
			"other kind":  {trainAs(s.GM(), "churn"), "422 invalid kind:not-one-of"},
			"principal":   {trainAs(s.Principal(s.HD), ""), "403 forbidden"},
			"consultant":  {trainAs(s.Consultant(s.HD), ""), "403 forbidden"},
			"by hand":     {keep(s.GM(), asked.ID), "403 forbidden"},
			"not learned": {keep(s.System(), asked.ID), "422 not-learned model_id:"},
			"unknown":     {keep(s.System(), s.HD), "404 not-found"},
		})
		if err := (sales.Trainer{Run: s.Ops}).Do(t.Context(), sales.Training{ModelID: asked.ID}); err != nil {
			t.Fatal(err)
		}
		before := len(s.Facts(t))
		if err := (sales.Trainer{Run: s.Ops}).Do(t.Context(), sales.Training{ModelID: asked.ID}); err != nil || len(s.Facts(t)) != before {
			t.Errorf("the job done twice: %v, %d facts more", err, len(s.Facts(t))-before)
		}
		over := func() error {
			return second(sales.KeepScores.Run(s.System(), s.Ops, sales.KeepScoresInput{ModelID: asked.ID, Learned: &sales.ScoreModel{State: sales.ScoreThin}}))
		}
		refuse(t, s, map[string]refused{"over": {over, "422 training-over model_id:"}})
	})
}

// In the night a week after the last training another one is asked for, once, or by day where the program did not run at night; without any outcome none is.
func TestSAL12_Weekly(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own(t, s, "later")
		asked := func() (n int) {
			if err := sales.DueScores(t.Context(), s.Ops); err != nil {
				t.Fatal(err)
			}
			for _, kind := range s.Facts(t) {
				if kind == "sales.score-training-asked.1" {
					n++
				}
			}
			return n
		}
		if n := asked(); n != 0 {
			t.Errorf("without history: asked %d times", n)
		}
		past(t, s, 60, nil)
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{0, 1}, {0, 1}, {6*24*time.Hour + 17*time.Hour, 1}, {7 * time.Hour, 1}, {17 * time.Hour, 2}, {time.Hour, 2}, {8*24*time.Hour + 9*time.Hour, 3}} {
			s.Clock.Set(s.Clock.Now().Add(step.after))
			if n := asked(); n != step.want {
				t.Errorf("%s later: asked %d times, want %d", step.after, n, step.want)
			}
		}
	})
}
