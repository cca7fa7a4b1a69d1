package process_test

import (
	"context"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// refusedWith fails where an error is not the refusal of a code, of the whole or of its first field.
func refusedWith(t *testing.T, what string, err error, want string) {
	t.Helper()
	p, ok := problem.As(err)
	if !ok || p.Code != want && (len(p.Fields) == 0 || p.Fields[0].Code != want) {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// handTask gives somebody a task of its own title.
func handTask(t *testing.T, ctx context.Context, s *testkit.School, staff id.ID, title string) id.ID {
	t.Helper()
	done, err := process.GiveTask.Run(ctx, s.Ops, process.GiveTaskInput{StaffID: staff, Task: process.OtherTask, Title: title, Due: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 2})
	if err != nil {
		t.Fatal(err)
	}
	return done.ID
}

// TestPRC5_OtherTask: everybody gives oneself a task with a title, about a record that one sees; whom it is about is seen by who has it. A
// record of another center does not exist.
func TestPRC5_OtherTask(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, me := s.Enquiry(t, s.HD), s.FrontDesk(s.HD)
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		in := process.GiveTaskInput{Task: process.OtherTask, Title: " 打印合同 ", Due: today, RecordKind: "enquiry", RecordID: e.ID, Priority: 2}
		done, err := process.GiveTask.Run(me, s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE id = ? AND staff = ? AND given_by = ? AND title = '打印合同' AND person = ? AND priority = 2", done.ID, s.StaffID(me), s.StaffID(me), e.PersonID); n != 1 {
			t.Error("the task is not as given")
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'task-given'"); n != 0 {
			t.Errorf("told of one's own task %d times", n)
		}
		visitor, booked := s.Appointment(t, s.HD)
		colleague := s.Consultant2(s.HD)
		own := process.GiveTaskInput{Task: process.OtherTask, Title: "看看", Due: today, RecordKind: "appointment", RecordID: booked.ID}
		if _, err := process.GiveTask.Run(colleague, s.Ops, own); err != nil {
			t.Fatal(err)
		}
		if _, err := process.RepeatTask.Run(colleague, s.Ops, process.RepeatTaskInput{Title: "看看", Every: "day", From: today, RecordKind: "appointment", RecordID: booked.ID}); err != nil {
			t.Fatal(err)
		}
		if err := process.DueSeries(t.Context(), s.Ops); err != nil {
			t.Fatal(err)
		}
		s.Read(t, colleague, func(ctx context.Context, tx *op.Tx) error {
			if _, err := people.ByID(ctx, tx, visitor.PersonID); err == nil {
				t.Error("a task that one gives oneself opens a colleague's customer")
			}
			return nil
		})
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE staff = ?", s.StaffID(colleague)); n != 0 {
			t.Errorf("told of one's own series %d times", n)
		}
		teacher := s.StaffID(s.Consultant2(s.HD))
		given := in
		given.StaffID = teacher
		if _, err := process.GiveTask.Run(s.Principal(s.HD), s.Ops, given); err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM person_links WHERE person = ? AND kind = 'task' AND owner = ?", e.PersonID, teacher); n != 1 {
			t.Error("who has the task does not see whom it is about")
		}
		other := s.Enquiry(t, s.CY)
		for want, edit := range map[string]func(in *process.GiveTaskInput){
			"required": func(in *process.GiveTaskInput) { in.Title = " " }, "too-long": func(in *process.GiveTaskInput) { in.Title = strings.Repeat("字", 101) },
			"not-found": func(in *process.GiveTaskInput) { in.RecordID = other.ID }, "forbidden": func(in *process.GiveTaskInput) { in.StaffID = teacher },
			"not-one-of": func(in *process.GiveTaskInput) { in.RecordKind = "account" }, "task-day": func(in *process.GiveTaskInput) { in.Due = today - 1 },
		} {
			bad := in
			edit(&bad)
			_, err := process.GiveTask.Run(me, s.Ops, bad)
			refusedWith(t, want, err, want)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE kind = 'other'"); n != 4 {
			t.Errorf("%d tasks after the refusals", n)
		}
		s.Check(t)
	})
}

// TestPRC5_ChangeTask: who gave a task changes and withdraws it, and who has it is told; who only has it may finish it, of which the giver
// hears, and no more.
func TestPRC5_ChangeTask(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, doer := s.Principal(s.HD), s.Consultant(s.HD)
		staff := s.StaffID(doer)
		key := handTask(t, boss, s, staff, "整理资料")
		one, title := int64(1), "整理合同"
		due := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 5
		change := process.ChangeTaskInput{TaskID: key, Due: &due, Priority: &one, Title: &title}
		_, err := process.ChangeTask.Run(doer, s.Ops, change)
		refusedWith(t, "changed by who has it", err, "not-giver")
		_, err = process.WithdrawTask.Run(doer, s.Ops, process.TaskInput{TaskID: key})
		refusedWith(t, "withdrawn by who has it", err, "not-giver")
		_, err = process.ChangeTask.Run(s.Principal(s.CY), s.Ops, change)
		refusedWith(t, "changed from another center", err, "not-found")
		if _, err := process.ChangeTask.Run(boss, s.Ops, change); err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE id = ? AND priority = 1 AND title = '整理合同' AND due_at = ?", key, (due + 1).In(s.Dir.Zone(s.HD)).UTC()); n != 1 {
			t.Error("the task did not change")
		}
		if _, err := process.WithdrawTask.Run(boss, s.Ops, process.TaskInput{TaskID: key}); err != nil {
			t.Fatal(err)
		}
		_, err = process.ChangeTask.Run(boss, s.Ops, change)
		refusedWith(t, "changed after its end", err, "task-done")
		_, err = process.ReopenTask.Run(boss, s.Ops, process.FinishTaskInput{TaskID: key})
		refusedWith(t, "reopened after it was withdrawn", err, "task-open")
		if _, err := process.FinishTask.Run(doer, s.Ops, process.FinishTaskInput{TaskID: handTask(t, boss, s, staff, "贴海报")}); err != nil {
			t.Fatal(err)
		}
		for kind, who := range map[string]id.ID{"task-changed": staff, "task-withdrawn": staff, "task-finished": s.StaffID(boss)} {
			if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = ? AND staff = ?", kind, who); n != 1 {
				t.Errorf("%s told %d times", kind, n)
			}
		}
	})
}

// TestPRC5_Comments: who has a task, who gave it and who watches it talk about it, and each hears of what the others say; nobody else reads it.
func TestPRC5_Comments(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, doer := s.Principal(s.HD), s.Consultant(s.HD)
		key := handTask(t, boss, s, s.StaffID(doer), "整理资料")
		for _, c := range []struct {
			ctx  context.Context
			text string
		}{{doer, "今天来不及"}, {boss, "明天也行"}, {s.GM(), "先做要紧的"}, {doer, "好"}} {
			if _, err := process.CommentTask.Run(c.ctx, s.Ops, process.CommentTaskInput{TaskID: key, Text: c.text}); err != nil {
				t.Fatal(err)
			}
		}
		for who, want := range map[id.ID]int64{s.StaffID(doer): 2, s.StaffID(boss): 3, s.StaffID(s.GM()): 1} {
			if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'task-comment' AND staff = ?", who); n != want {
				t.Errorf("told %d times, want %d", n, want)
			}
		}
		_, err := process.CommentTask.Run(boss, s.Ops, process.CommentTaskInput{TaskID: key, Text: " "})
		refusedWith(t, "empty", err, "required")
		_, err = process.CommentTask.Run(s.Consultant2(s.HD), s.Ops, process.CommentTaskInput{TaskID: key, Text: "我也说一句"})
		refusedWith(t, "by a colleague without the task", err, "not-found")
		for want, ctx := range map[int]context.Context{4: doer, 0: s.Consultant2(s.HD)} {
			s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
				list, err := process.Comments(ctx, tx, key)
				if len(list) != want || want > 0 && list[0].Text != "今天来不及" {
					t.Errorf("%d comments, want %d", len(list), want)
				}
				return err
			})
		}
	})
}

// TestPRC5_ReassignTasks: many tasks go evenly to several colleagues, each of whom, and who had them, is told once with the number; what is
// done or of another center stays and is named; all of it is given back at once.
func TestPRC5_ReassignTasks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, from := s.Principal(s.HD), s.StaffID(s.Consultant(s.HD))
		one, two := s.StaffID(s.Consultant2(s.HD)), s.StaffID(s.FrontDesk(s.HD))
		var keys []id.ID
		for range 5 {
			keys = append(keys, handTask(t, boss, s, from, "整理资料"))
		}
		elsewhere := handTask(t, s.Principal(s.CY), s, id.None, "朝阳的事")
		if _, err := process.FinishTask.Run(s.Consultant(s.HD), s.Ops, process.FinishTaskInput{TaskID: keys[0]}); err != nil {
			t.Fatal(err)
		}
		in := process.ReassignTasksInput{TaskIDs: append(keys, elsewhere, keys[1]), StaffIDs: []id.ID{one, two}, Reason: "absence"}
		got, err := process.ReassignTasks.Run(boss, s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		if got.Done != 4 || len(got.Refused) != 2 || got.Refused[0] != (process.TaskRefusal{TaskID: keys[0], Code: "task-done"}) || got.Refused[1] != (process.TaskRefusal{TaskID: elsewhere, Code: "not-found"}) {
			t.Errorf("report = %+v", got)
		}
		for who, want := range map[id.ID]int64{one: 2, two: 2, from: 0} {
			if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE staff = ? AND title = '整理资料' AND done_at IS NULL", who); n != want {
				t.Errorf("%d tasks, want %d", n, want)
			}
		}
		for _, told := range []struct {
			kind, n string
			who     id.ID
		}{{"tasks-in", "2", one}, {"tasks-in", "2", two}, {"tasks-out", "4", from}} {
			if n := s.Count(t, `SELECT COUNT(*) FROM notices WHERE kind = ? AND staff = ? AND params LIKE ?`, told.kind, told.who, `%"n":"`+told.n+`"%`); n != 1 {
				t.Errorf("%s: told %d times", told.kind, n)
			}
		}
		for want, edit := range map[string]func(in *process.ReassignTasksInput){
			"required": func(in *process.ReassignTasksInput) { in.StaffIDs = nil }, "not-one-of": func(in *process.ReassignTasksInput) { in.Reason = "so" },
			"choose-rows": func(in *process.ReassignTasksInput) { in.TaskIDs = nil }, "not-found": func(in *process.ReassignTasksInput) { in.StaffIDs = []id.ID{s.StaffID(s.Consultant(s.CY))} },
		} {
			bad := in
			edit(&bad)
			_, err := process.ReassignTasks.Run(boss, s.Ops, bad)
			refusedWith(t, want, err, want)
		}
		_, err = process.ReassignTasks.Run(s.Consultant(s.HD), s.Ops, in)
		refusedWith(t, "by a consultant", err, "forbidden")
		back := process.ReturnTasksInput{Tasks: []process.ReassignTaskInput{{TaskID: keys[1], StaffID: from}, {TaskID: keys[2], StaffID: from}}}
		if got, err := process.ReturnTasks.Run(boss, s.Ops, back); err != nil || got.Done != 2 {
			t.Errorf("given back: %+v %v", got, err)
		}
		var loads []process.Load
		s.Read(t, boss, func(ctx context.Context, tx *op.Tx) (err error) {
			loads, err = process.Loads(ctx, tx, s.Clock.Now())
			return err
		})
		if len(loads) != 3 || loads[0].Staff != from || loads[0].Open != 2 {
			t.Errorf("loads = %+v", loads)
		}
	})
}
