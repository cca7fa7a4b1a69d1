package process_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// A question that nobody answers ends: the asker is reminded when the time is over, and the request is withdrawn when it is over again (PRC-6).
func TestPRC6_QuestionUnanswered(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		consultant := s.Consultant(s.HD)
		q := asked(t, s, 3456)
		back := func() {
			t.Helper()
			if err := run(s.Principal(s.HD), s, process.AskBack, q.Approval, "哪家竞品？"); err != nil {
				t.Fatal(err)
			}
		}
		due := func(late time.Duration) {
			t.Helper()
			s.Clock.Set(approval(t, s, q.Approval).Due.Add(late))
			if err := process.DueApprovals(t.Context(), s.Ops); err != nil {
				t.Fatal(err)
			}
		}
		s.Clock.Set(s.Clock.Now().Add(time.Hour))
		back()
		due(-time.Second)
		newest(t, s, consultant, "approval-returned")
		due(0)
		newest(t, s, consultant, "approval-unanswered")
		if a := approval(t, s, q.Approval); a.State != process.Returned || !a.Reminded || !a.Due.After(s.Clock.Now()) {
			t.Errorf("reminded = %+v", a)
		}
		if err := run(consultant, s, process.AnswerBack, q.Approval, "新东方"); err != nil {
			t.Fatal(err)
		}
		s.Clock.Set(s.Clock.Now().Add(time.Minute))
		back()
		if a := approval(t, s, q.Approval); a.Reminded {
			t.Errorf("a new question counts as reminded: %+v", a)
		}
		due(0)
		due(0)
		newest(t, s, consultant, "approval-lapsed")
		if a := approval(t, s, q.Approval); a.State != process.Withdrawn || quoteState(t, s, q.ID) != sales.QuoteRefused {
			t.Errorf("not answered at all: %+v", a)
		}
		s.Check(t)
	})
}

// Whoever decides sees how requests of like size by others ended, not those of another size (PRC-6).
func TestPRC6_SimilarOfOthers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		gm := s.GM()
		likes := func(a process.Approval) (out []id.ID) {
			s.Read(t, gm, func(ctx context.Context, tx *op.Tx) error {
				list, err := process.Similar(ctx, tx, a, 10)
				for _, l := range list {
					out = append(out, l.ID)
				}
				return err
			})
			return out
		}
		q := asked(t, s, 3456)
		if err := approve(s.Principal(s.HD), s, q.Approval); err != nil {
			t.Fatal(err)
		}
		a := approval(t, s, q.Approval)
		other := process.Approval{ID: s.HD, Matter: a.Matter, Staff: s.StaffID(s.Consultant2(s.HD)), Size: a.Size * 2}
		if got := likes(other); len(got) != 1 || got[0] != a.ID {
			t.Errorf("of like size: %v", got)
		}
		other.Size = a.Size*2 + 2
		if got := likes(other); len(got) != 0 {
			t.Errorf("of another size: %v", got)
		}
		other.Staff = a.Staff
		if got := likes(other); len(got) != 1 {
			t.Errorf("of the same asker: %v", got)
		}
	})
}

// Late tasks are counted over all that are open, however many a page shows (PRC-5).
func TestPRC5_LateTasksCounted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, who := s.Principal(s.HD), s.StaffID(s.Consultant(s.HD))
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for i := range 4 {
			if _, err := process.GiveTask.Run(boss, s.Ops, process.GiveTaskInput{StaffID: who, Task: "coach-visit", Due: today + bizdate.Date(i/3*30)}); err != nil {
				t.Fatal(err)
			}
		}
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 5))
		s.Read(t, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) error {
			late, err := process.CountTasks(ctx, tx, process.TaskFilter{Staff: who, Late: tx.Now})
			if late != 3 {
				t.Errorf("%d late, want 3", late)
			}
			return err
		})
	})
}
