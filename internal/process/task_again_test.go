package process_test

import (
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// TestUIB2_LateTaskPutOff: that a late task was put off is taken back: it is late again, to the minute; nobody else can make it so.
func TestUIB2_LateTaskPutOff(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		me := s.Principal(s.HD)
		key := handTask(t, me, s, id.None, "整理资料")
		was := s.Clock.Now().Add(40 * time.Minute).UTC().Truncate(time.Microsecond)
		s.Exec(t, "UPDATE tasks SET due_at = ? WHERE id = ?", was, key)
		s.Clock.Set(s.Clock.Now().Add(72 * time.Hour))
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 2
		ctx := op.WithUndo(me)
		if _, err := process.ChangeTask.Run(ctx, s.Ops, process.ChangeTaskInput{TaskID: key, Due: &day}); err != nil {
			t.Fatal(err)
		}
		due := func(at time.Time) int64 {
			return s.Count(t, "SELECT COUNT(*) FROM tasks WHERE id = ? AND due_at = ?", key, at)
		}
		if due((day + 1).In(s.Dir.Zone(s.HD)).UTC()) != 1 {
			t.Error("the task was not put off")
		}
		if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
			t.Fatal(err)
		}
		if due(was) != 1 {
			t.Error("the task is not late again")
		}
		past := was.Add(-time.Hour)
		if _, err := process.ChangeTask.Run(me, s.Ops, process.ChangeTaskInput{TaskID: key, DueAt: &past}); err != nil || due(was) != 1 {
			t.Errorf("made later by hand: %v", err)
		}
	})
}

// TestTRU2_HandOverTwice: all that a list holds is handed over once: the same form sent again brings the same answer, though the list has changed
// by it. A colleague who is named twice gets no more than the others.
func TestTRU2_HandOverTwice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, from := s.Principal(s.HD), s.StaffID(s.Consultant(s.HD))
		one, two := s.StaffID(s.Consultant2(s.HD)), s.StaffID(s.FrontDesk(s.HD))
		for range 5 {
			handTask(t, boss, s, from, "整理资料")
		}
		keep := handTask(t, boss, s, from, "留下")
		in := process.ReassignTasksInput{
			Matching: &process.TaskChoice{StaffID: from, Kind: process.OtherTask, Except: []id.ID{keep}, Total: 6}, StaffIDs: []id.ID{one, one, two, one}, Reason: "absence",
		}
		again := op.WithKey(boss, "the form")
		for range 2 {
			if got, err := process.ReassignTasks.Run(again, s.Ops, in); err != nil || got.Done != 5 || len(got.Refused) != 0 {
				t.Errorf("handed over: %+v, %v", got, err)
			}
		}
		for who, want := range map[id.ID]int64{one: 3, two: 2, from: 1} {
			if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE staff = ?", who); n != want {
				t.Errorf("%d tasks, want %d", n, want)
			}
		}
		_, err := process.ReassignTasks.Run(boss, s.Ops, in)
		refusedWith(t, "after the list changed", err, "count-changed")
	})
}
