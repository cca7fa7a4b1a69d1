package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{FinishTask, ReopenTask, ReassignTask, ReassignTasks, ReturnTasks, GiveTask, ChangeTask, WithdrawTask, CommentTask, RepeatTask, SetSeries, MakeTask, StopSeries, ReadNotices, ChooseNotices, Approve, Reject, AskBack, AnswerBack, WithdrawApproval, EscalateApproval, RemindAsker, SetLimit}
}

// Done is the answer of an operation that makes nothing new.
type Done struct {
	ID id.ID `json:"id"`
}

// FinishTask marks a task as done by hand (PRC-5). Refused: task-done.
var FinishTask = op.Op[FinishTaskInput, Done]{
	Name: "process.finish-task", Rule: "PRC-5", Needs: "task:update", Fact: facts.TaskDone{}, Do: finishTask,
	Subject: func(in FinishTaskInput) op.Ref { return op.Ref{Kind: "task", ID: in.TaskID} },
	Undo:    "process.reopen-task",
}

// FinishTaskInput names the task.
type FinishTaskInput struct {
	TaskID id.ID `json:"task_id" path:"id"`
}

func loadTask(ctx context.Context, tx *op.Tx, key id.ID) (t Task, err error) {
	err = tx.Select(&t).Where("id = ?", key).Scan(ctx)
	return t, problem.Found(err, "task")
}

func finishTask(ctx context.Context, tx *op.Tx, in FinishTaskInput) (Done, error) {
	t, err := loadTask(ctx, tx, in.TaskID)
	if err != nil {
		return Done{}, err
	}
	if !t.Done.IsZero() {
		return Done{}, problem.Refuse("PRC-5", "task-done", problem.Field{Location: "task_id", Value: t.ID})
	}
	t.Done, t.DoneBy = tx.Now, tx.Viewer.Account
	if err := tx.Save(ctx, &t, "done_at", "done_by"); err != nil {
		return Done{}, err
	}
	if t.Series.IsNone() { // what comes again day by day is no news: the team's page tells what is late
		if err := Notify(ctx, tx, Notice{Staff: t.GivenBy, Kind: "task-finished", Link: t.page(), Many: "/team-tasks"}); err != nil {
			return Done{}, err
		}
	}
	tx.Undoable(in)
	tx.Record(t.ID, facts.TaskDone{Task: t.ID, Person: t.Person, Center: t.Center})
	return Done{ID: t.ID}, nil
}

// ReopenTask takes back that a task was done, by who said so (PRC-5, UI-B2): who only has it, at once, since an open task shows whom it is about
// (ORG-3). Refused: task-open, undo-late.
var ReopenTask = op.Op[FinishTaskInput, Done]{
	Name: "process.reopen-task", Rule: "PRC-5", Needs: "task:update", Fact: facts.TaskReopened{}, Do: reopenTask,
	Subject: func(in FinishTaskInput) op.Ref { return op.Ref{Kind: "task", ID: in.TaskID} },
}

func reopenTask(ctx context.Context, tx *op.Tx, in FinishTaskInput) (Done, error) {
	t, err := loadTask(ctx, tx, in.TaskID)
	if err != nil {
		return Done{}, err
	}
	if t.Done.IsZero() || t.DoneBy != tx.Viewer.Account || t.Withdrawn {
		return Done{}, problem.Refuse("PRC-5", "task-open", problem.Field{Location: "task_id", Value: t.ID})
	}
	if tx.Now.Sub(t.Done) > op.UndoTime && !t.RuledBy(tx.Viewer) {
		return Done{}, problem.Refuse("UI-B2", "undo-late", problem.Field{Location: "task_id", Value: t.ID})
	}
	t.Done, t.DoneBy = time.Time{}, id.None
	if err := tx.Save(ctx, &t, "done_at", "done_by"); err != nil {
		return Done{}, err
	}
	tx.Record(t.ID, facts.TaskReopened{Task: t.ID, Person: t.Person, Center: t.Center, Staff: t.Staff, Giver: t.GivenBy})
	return Done{ID: t.ID}, nil
}

// ReadNotices marks one's notices as read, up to one of them.
var ReadNotices = op.Op[ReadNoticesInput, Done]{
	Name: "process.read-notices", Rule: "PRC-5", Needs: "notice:update", Fact: facts.NoticesRead{}, Do: readNotices,
	Subject: func(in ReadNoticesInput) op.Ref { return op.Ref{Kind: "notice", ID: in.Until} },
}

// ReadNoticesInput names the newest notice that was read.
type ReadNoticesInput struct {
	Until id.ID `json:"until"`
}

func readNotices(ctx context.Context, tx *op.Tx, in ReadNoticesInput) (Done, error) {
	if tx.Viewer.Staff.IsNone() {
		return Done{}, errors.New("read notices: the viewer is no staff member")
	}
	_, err := tx.Exec(ctx, "UPDATE notices SET read_at = ? WHERE staff = ? AND id <= ? AND read_at IS NULL", tx.Now, tx.Viewer.Staff, in.Until)
	if err != nil {
		return Done{}, fmt.Errorf("read notices: %w", err)
	}
	tx.Record(in.Until, facts.NoticesRead{Staff: tx.Viewer.Staff, Until: in.Until})
	return Done{ID: in.Until}, nil
}
