package process

import (
	"context"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// TaskInput names a task.
type TaskInput struct {
	TaskID id.ID `json:"task_id" path:"id"`
}

func (in TaskInput) ref() op.Ref { return op.Ref{Kind: "task", ID: in.TaskID} }

// ChangeTask changes due day, priority, title or note of an open task, by who gave it or who assigns tasks there; who has it is told (PRC-5).
// Refused: task-done, not-giver, as GiveTask.
var ChangeTask = op.Op[ChangeTaskInput, Done]{
	Name: "process.change-task", Rule: "PRC-5", Needs: "task:update", Fact: facts.TaskChanged{}, Do: changeTask, Undo: "process.change-task",
	Subject: func(in ChangeTaskInput) op.Ref { return op.Ref{Kind: "task", ID: in.TaskID} },
}

// ChangeTaskInput holds what changes.
type ChangeTaskInput struct {
	TaskID   id.ID         `json:"task_id" path:"id"`
	Due      *bizdate.Date `json:"due,omitempty" doc:"last day"`
	Priority *int64        `json:"priority,omitempty" doc:"1 now, 2 today, 3 later"`
	Title    *string       `json:"task_title,omitempty" maxLength:"100" doc:"of kind other"`
	Note     *string       `json:"note,omitempty" maxLength:"500"`
	DueAt    *time.Time    `json:"due_at,omitempty" hidden:"true"` // the instant itself, of what is taken back
}

func changeTask(ctx context.Context, tx *op.Tx, in ChangeTaskInput) (Done, error) {
	t, err := loadRuled(ctx, tx, in.TaskID)
	if err != nil {
		return Done{}, err
	}
	zone := tx.Zone(t.Center)
	back := ChangeTaskInput{TaskID: t.ID}
	fields := []string{}
	var bad problem.Invalid
	switch was := t.Due; {
	case op.Undoing(ctx) && in.DueAt != nil: // it was late when it was put off, and is so again
		back.DueAt, t.Due, fields = &was, *in.DueAt, append(fields, "due_at")
	case in.Due != nil && *in.Due != DueDay(was, zone):
		wrongDue(&bad, *in.Due, tx.Today(t.Center))
		back.DueAt, t.Due, fields = &was, dueOf(*in.Due, zone), append(fields, "due_at")
	}
	if was := t.Priority; in.Priority != nil && *in.Priority != was {
		wrongPriority(&bad, *in.Priority)
		back.Priority, t.Priority, fields = &was, *in.Priority, append(fields, "priority")
	}
	if was := t.Title; in.Title != nil && strings.TrimSpace(*in.Title) != was {
		wrongTitle(&bad, t.TaskKind, *in.Title)
		back.Title, t.Title, fields = &was, strings.TrimSpace(*in.Title), append(fields, "title")
	}
	if was := t.Note; in.Note != nil && *in.Note != was {
		back.Note, t.Note, fields = &was, *in.Note, append(fields, "note")
	}
	if err := bad.Err("PRC-5"); err != nil {
		return Done{}, err
	}
	if len(fields) > 0 {
		if err := tx.Save(ctx, &t, fields...); err != nil {
			return Done{}, err
		}
		if err := Notify(ctx, tx, Notice{Staff: t.Staff, Kind: "task-changed", Link: t.page(), Many: "/tasks"}); err != nil {
			return Done{}, err
		}
		tx.Undoable(back)
	}
	tx.Record(t.ID, facts.TaskChanged{Task: t.ID, Person: t.Person, Center: t.Center, Fields: fields})
	return Done{ID: t.ID}, nil
}

// WithdrawTask takes back an open task, by who gave it or who assigns tasks there; who has it is told (PRC-5). Refused: task-done, not-giver.
var WithdrawTask = op.Op[TaskInput, Done]{
	Name: "process.withdraw-task", Rule: "PRC-5", Needs: "task:update", Fact: facts.TaskWithdrawn{}, Do: withdrawTask, Subject: TaskInput.ref,
}

func withdrawTask(ctx context.Context, tx *op.Tx, in TaskInput) (Done, error) {
	t, err := loadRuled(ctx, tx, in.TaskID)
	if err != nil {
		return Done{}, err
	}
	t.Done, t.DoneBy, t.Withdrawn = tx.Now, tx.Viewer.Account, true
	if err := tx.Save(ctx, &t, "done_at", "done_by", "withdrawn"); err != nil {
		return Done{}, err
	}
	if err := Notify(ctx, tx, Notice{Staff: t.Staff, Kind: "task-withdrawn", Link: t.page(), Many: "/tasks?view=done"}); err != nil {
		return Done{}, err
	}
	tx.Record(t.ID, facts.TaskWithdrawn{Task: t.ID, Person: t.Person, Center: t.Center, Staff: t.Staff})
	return Done{ID: t.ID}, nil
}

// loadRuled loads an open task that the viewer may change: gave by hand, or assigns where it lies.
func loadRuled(ctx context.Context, tx *op.Tx, key id.ID) (t Task, err error) {
	if t, err = loadTask(ctx, tx, key); err != nil {
		return t, err
	}
	field := problem.Field{Location: "task_id", Value: t.ID}
	if !t.Done.IsZero() {
		return t, problem.Refuse("PRC-5", "task-done", field)
	}
	if !t.RuledBy(tx.Viewer) {
		return t, problem.Refuse("PRC-5", "not-giver", field)
	}
	return t, nil
}

// RuledBy tells whether somebody may change and take back a task: who gave it, and who assigns tasks where it lies.
func (t Task) RuledBy(v *policy.Viewer) bool {
	if !t.GivenBy.IsNone() && t.GivenBy == v.Staff {
		return true
	}
	return t.AssignedBy(v)
}
