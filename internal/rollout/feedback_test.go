package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

func give(t *testing.T, s *testkit.School, ctx context.Context, in rollout.GiveFeedbackInput) rollout.FeedbackAnswer {
	t.Helper()
	a, err := rollout.GiveFeedback.Run(ctx, s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func given(t *testing.T, s *testkit.School, ctx context.Context, state string) (ids []id.ID) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
		p, err := rollout.FeedbackList(ctx, tx, state, page.Request{Limit: 50})
		for _, f := range p.Items {
			ids = append(ids, f.ID)
		}
		return err
	})
	return ids
}

// What a consultant says about a page is kept with the page, phones masked, and its record; IT answers it, and the giver is told. The log
// holds no word of it.
func TestROL8_Feedback(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		giver, other, it := s.Consultant(s.HD), s.FrontDesk(s.HD), s.IT()
		key := s.Clock.NewID()
		in := rollout.GiveFeedbackInput{
			Category: "broken", Said: " 保存以后还是旧的 ", Page: "/enquiries/" + key.String() + "?q=13800138000",
			HTML: `<!DOCTYPE html><html><body><h1>何雨桐</h1><p>138 0013 8000 · 138****8000</p></body></html>`,
		}
		a := give(t, s, giver, in)
		var f rollout.Feedback
		s.Read(t, it, func(ctx context.Context, tx *op.Tx) (err error) {
			f, err = rollout.FeedbackByID(ctx, tx, a.ID)
			return err
		})
		shown, err := f.Shown()
		if err != nil || f.Staff != s.StaffID(giver) || f.Said != "保存以后还是旧的" || f.RecordKind != "enquiries" || f.Record != key || strings.Contains(f.Page, "13800138000") {
			t.Errorf("kept %+v, %v", f, err)
		}
		if want := strings.Replace(in.HTML, "138 0013 8000", "138 **** 8000", 1); shown != want {
			t.Errorf("shown again: %s", shown)
		}
		for who, n := range map[context.Context]int{giver: 1, it: 1, s.GM(): 1, other: 0, s.Principal(s.HD): 0} {
			if got := given(t, s, who, "open"); len(got) != n {
				t.Errorf("%d in the list, want %d", len(got), n)
			}
		}
		if _, err := rollout.AnswerFeedback.Run(it, s.Ops, rollout.AnswerFeedbackInput{FeedbackID: a.ID, Outcome: "fixed", Answer: "已修好"}); err != nil {
			t.Fatal(err)
		}
		if got := told(t, s, giver); !slices.Equal(got, []string{"feedback-answered"}) {
			t.Errorf("the giver is told %v", got)
		}
		if open, answered := given(t, s, giver, "open"), given(t, s, giver, "answered"); len(open) != 0 || len(answered) != 1 {
			t.Errorf("open %v, answered %v", open, answered)
		}
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			log, err := op.AllOf[string](ctx, tx.Unscoped("test"), "SELECT payload FROM events WHERE kind LIKE 'rollout.feedback%'")
			if len(log) != 2 || strings.Contains(strings.Join(log, ""), "保存") || strings.Contains(strings.Join(log, ""), "修好") {
				t.Errorf("facts: %v", log)
			}
			return err
		})
		s.Check(t)
	})
}

// The page that came with a feedback goes after as many days as the setting says; what was said stays (ROL-8, TRU-23).
func TestROL8_PagesAreForgotten(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		a := give(t, s, s.Consultant(s.HD), rollout.GiveFeedbackInput{Category: "broken", Said: "看不懂", Page: "/enquiries", HTML: "<h1>何雨桐</h1>"})
		if _, err := organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{Key: organization.FeedbackPageDays, Value: "10"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil { // as the next request does
			t.Fatal(err)
		}
		after := func(d time.Duration) (shown string, f rollout.Feedback) {
			t.Helper()
			s.Clock.Set(kept(t, s, a.ID).Created.Add(d))
			if err := s.Ops.Write(s.System(), rollout.ForgetPages); err != nil {
				t.Fatal(err)
			}
			f = kept(t, s, a.ID)
			shown, err := f.Shown()
			if err != nil {
				t.Fatal(err)
			}
			return shown, f
		}
		const day = 24 * time.Hour
		if shown, _ := after(10 * day); shown != "<h1>何雨桐</h1>" {
			t.Errorf("on the last day the page is %q", shown)
		}
		if shown, f := after(10*day + time.Second); shown != "" || f.Said != "看不懂" {
			t.Errorf("after it the page is %q, said %q", shown, f.Said)
		}
		s.Check(t)
	})
}

// kept reads a feedback.
func kept(t *testing.T, s *testkit.School, key id.ID) (f rollout.Feedback) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		f, err = rollout.FeedbackByID(ctx, tx, key)
		return err
	})
	return f
}

func TestROL8_FeedbackRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		giver, it := s.Consultant(s.HD), s.IT()
		ok := rollout.GiveFeedbackInput{Category: "wish", Page: "/"}
		a := give(t, s, giver, ok)
		give := func(ctx context.Context, edit func(in *rollout.GiveFeedbackInput)) error {
			in := ok
			edit(&in)
			_, err := rollout.GiveFeedback.Run(ctx, s.Ops, in)
			return err
		}
		answer := func(ctx context.Context, in rollout.AnswerFeedbackInput) error {
			_, err := rollout.AnswerFeedback.Run(ctx, s.Ops, in)
			return err
		}
		fixed := rollout.AnswerFeedbackInput{FeedbackID: a.ID, Outcome: "fixed", Answer: "x"}
		for _, c := range []struct {
			name string
			err  error
			want string
		}{
			{"no category", give(giver, func(in *rollout.GiveFeedbackInput) { in.Category = "" }), "422 invalid category:required"},
			{"another site", give(giver, func(in *rollout.GiveFeedbackInput) { in.Page = "//evil.example" }), "422 invalid page:unknown"},
			{"too much said", give(giver, func(in *rollout.GiveFeedbackInput) { in.Said = strings.Repeat("长", 2001) }), "422 invalid said:too-long"},
			{"a page too big", give(giver, func(in *rollout.GiveFeedbackInput) { in.HTML = strings.Repeat("x", 1_000_001) }), "422 invalid page_html:too-long"},
			{"the giver answers", answer(giver, fixed), "403 forbidden"},
			{"no answer", answer(it, rollout.AnswerFeedbackInput{FeedbackID: a.ID, Answer: " "}), "422 invalid outcome:required answer:required"},
			{"unknown", answer(it, rollout.AnswerFeedbackInput{FeedbackID: s.Clock.NewID(), Outcome: "no", Answer: "x"}), "404 not-found"},
			{"answered", answer(it, fixed), "<nil>"},
			{"again", answer(it, fixed), "422 feedback-answered feedback_id:"},
		} {
			if got := words(c.err); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	})
}

// words is a refusal as status, code and fields.
func words(err error) string {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return fmt.Sprint(err)
	}
	text := fmt.Sprintf("%d %s", p.Status, p.Code)
	for _, f := range p.Fields {
		text += " " + f.Location + ":" + f.Code
	}
	return text
}
