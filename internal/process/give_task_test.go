package process_test

import (
	"context"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/problem"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// TestPRC5_TaskByHand: a supervisor gives a colleague of the center a task, who is told once; nobody gives one to another center, without the
// right, of an unknown kind or for a day that is over.
func TestPRC5_TaskByHand(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		staff := s.StaffID(s.Consultant(s.HD))
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		in := process.GiveTaskInput{StaffID: staff, Task: "coach-visit", Due: today + 3, Note: "一起接待两位"}
		done, err := process.GiveTask.Run(s.Principal(s.HD), s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE id = ? AND staff = ? AND center = ? AND done_at IS NULL", done.ID, staff, s.HD); n != 1 {
			t.Errorf("%d tasks", n)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE staff = ? AND kind = 'task-given'", staff); n != 1 {
			t.Errorf("told %d times", n)
		}
		for name, c := range map[string]struct {
			ctx  context.Context
			edit func(in *process.GiveTaskInput)
			want string
		}{
			"by a consultant":     {s.Consultant2(s.HD), func(*process.GiveTaskInput) {}, "forbidden"},
			"of another center":   {s.Principal(s.CY), func(*process.GiveTaskInput) {}, "not-found"},
			"of an unknown kind":  {s.Principal(s.HD), func(in *process.GiveTaskInput) { in.Task = "sing" }, "not-one-of"},
			"for a day gone by":   {s.Principal(s.HD), func(in *process.GiveTaskInput) { in.Due = today - 1 }, "task-day"},
			"for a day in a year": {s.Principal(s.HD), func(in *process.GiveTaskInput) { in.Due = today + 400 }, "task-day"},
		} {
			other := in
			c.edit(&other)
			_, err := process.GiveTask.Run(c.ctx, s.Ops, other)
			p, ok := problem.As(err)
			if !ok || p.Code != c.want && (len(p.Fields) == 0 || p.Fields[0].Code != c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE kind LIKE 'coach-%'"); n != 1 {
			t.Errorf("%d tasks after the refusals", n)
		}
	})
}
