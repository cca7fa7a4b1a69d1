package salesdoor_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// pastMatters enters matters of an old system: those with a voucher are signed, but for one in five, and the others are not, but for one in five.
func pastMatters(t *testing.T, s *testkit.School, n int) {
	t.Helper()
	ctx := op.WithRun(s.System(), s.Clock.NewID())
	err := s.Ops.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		return people.DefineFields(ctx, tx, []people.Field{
			{Code: "voucher", Resource: "enquiry", Kind: people.FieldYesNo, NameZH: "体验券", NameEN: "Voucher", Known: "entry"},
			{Code: "result", Resource: "enquiry", Kind: people.FieldText, NameZH: "跟进结论", NameEN: "Conclusion", Known: "later"},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Ops.Batch(ctx, func(ctx context.Context) error {
		for i := range n {
			voucher, outcome := []string{"yes", "no"}[i%2], []string{"signed", "lost"}[i%2]
			if i/2%5 == 0 {
				outcome = []string{"lost", "signed"}[i%2]
			}
			day := bizdate.New(2026, 1, 1) + bizdate.Date(i%50)
			if _, err := sales.Enter.Run(ctx, s.Ops, sales.EnterInput{
				Person: &people.RegisterInput{ExternalKey: fmt.Sprint("P", i)}, CenterID: s.HD, ChannelID: s.Web,
				Attributes: []people.Attribute{{Field: "voucher", Text: voucher}, {Field: "result", Text: outcome}},
				Import:     &sales.Imported{Entered: day.UTC(), Outcome: outcome, OutcomeDay: day + 9, Row: i + 1},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// trained lets a viewer ask on the page, and does the job.
func trained(t *testing.T, s *testkit.School) {
	t.Helper()
	if to, _ := open(s.GM(), t, s).post("/scores", http.StatusSeeOther); !strings.HasPrefix(to, "/scores") {
		t.Errorf("leads to %s", to)
	}
	var list []sales.ScoreModel
	s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = sales.Trainings(ctx, tx)
		return err
	})
	if err := (sales.Trainer{Run: s.Ops}).Do(t.Context(), sales.Training{ModelID: list[0].ID}); err != nil {
		t.Fatal(err)
	}
}

// The page says how good the scores are, what was not learned from and whose enquiries are the likeliest, in both languages; where there is too
// little history it says that. An enquiry shows its score with the reasons.
func TestSAL12_Page(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := open(s.Principal(s.HD), t, s)
		boss.wants(boss.get("/scores", http.StatusOK), "还没有学习过评分")
		trained(t, s)
		boss.wants(boss.get("/scores", http.StatusOK), "历史太少，无法评分：共 0 个咨询单", "历史太少")
		pastMatters(t, s, 300)
		e, err := sales.Enter.Run(s.Principal(s.HD), s.Ops, sales.EnterInput{
			Person: &people.RegisterInput{Name: "何静"}, CenterID: s.HD, ChannelID: s.Web, Attributes: []people.Attribute{{Field: "voucher", Text: "yes"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		trained(t, s)
		page := boss.get("/scores", http.StatusOK)
		boss.wants(page, "300 个咨询单中有 150 个签约", "校准误差", "提升度", "跟进结论：未使用，标记为之后才知道。", "体验券：是（更可能）", "何静", "使用中")
		if strings.Count(page, "<svg") < 2 || !strings.Contains(page, "按估计的十分位") {
			t.Error("no calibration is drawn")
		}
		if strings.Contains(page, `action="/scores"`) {
			t.Error("a principal may learn anew")
		}
		if manager := open(s.GM(), t, s).get("/scores", http.StatusOK); !strings.Contains(manager, `action="/scores"`) {
			t.Error("the general manager may not learn anew")
		}
		boss.wants(boss.get("/enquiries/"+e.ID.String(), http.StatusOK), "签约概率", "体验券：是（更可能）")
		boss.lang = i18n.EN
		boss.wants(boss.get("/scores", http.StatusOK), "Of 300 enquiries 150 were signed", "Voucher: Yes (likelier)", "Conclusion: not used, it is marked as known later.")
		if theirs := open(s.Principal(s.CY), t, s).get("/scores", http.StatusOK); strings.Contains(theirs, "何静") {
			t.Error("another center's enquiry is shown")
		}
		open(s.Consultant(s.HD), t, s).post("/scores", http.StatusForbidden)
		marks(t, s, boss)
		pastQueries(t, s, boss)
	})
}

// pastQueries: more enquiries with scores take no more statements.
func pastQueries(t *testing.T, s *testkit.School, boss site) {
	t.Helper()
	before := boss.queries("/scores")
	for range 5 {
		s.Enquiry(t, s.HD)
	}
	if err := sales.ScoreOpen(s.System(), s.Ops); err != nil {
		t.Fatal(err)
	}
	if after := boss.queries("/scores"); after != before {
		t.Errorf("%d statements, with more scores %d", before, after)
	}
}

// marks: who learns anew also says when a custom field is known, and the next training goes by it.
func marks(t *testing.T, s *testkit.School, boss site) {
	t.Helper()
	manager := open(s.GM(), t, s)
	if page := manager.get("/scores", http.StatusOK); !strings.Contains(page, `action="/scores/fields/entry"`) || !strings.Contains(page, `action="/scores/fields/later"`) {
		t.Error("no field can be marked")
	}
	boss.post("/scores/fields/entry", http.StatusForbidden, "code", "result")
	manager.post("/scores/fields/entry", http.StatusSeeOther, "code", "result")
	manager.post("/scores/fields/entry", http.StatusUnprocessableEntity, "code", "result")
	manager.post("/scores/fields/entry", http.StatusUnprocessableEntity, "code", "nothing")
	trained(t, s)
	manager.wants(manager.get("/scores", http.StatusOK), "跟进结论：单独使 AUC 提高")
	manager.post("/scores/fields/later", http.StatusSeeOther, "code", "result")
	trained(t, s)
	manager.wants(manager.get("/scores", http.StatusOK), "跟进结论：未使用，标记为之后才知道。")
}
