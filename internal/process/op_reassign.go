package process

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// HandReasons are why tasks change hands; their names are "hand-reason.<code>" in the catalogue.
var HandReasons = []string{"workload", "absence", "leaving", "skill", "other"}

// MostTasks is how many tasks change hands at once.
const MostTasks = 500

// ReassignTask gives a task to another staff member; both are told (PRC-5). Refused: task-done.
var ReassignTask = op.Op[ReassignTaskInput, Done]{
	Name: "process.reassign-task", Rule: "PRC-5", Needs: "task:assign", Fact: facts.TaskReassigned{},
	Undo:     "process.reassign-task",
	Subject:  func(in ReassignTaskInput) op.Ref { return op.Ref{Kind: "task", ID: in.TaskID} },
	Subjects: func(in ReassignTaskInput) []op.Ref { return []op.Ref{{Kind: "staff", ID: in.StaffID}} },
	Do: func(ctx context.Context, tx *op.Tx, in ReassignTaskInput) (Done, error) {
		from, err := reassign(ctx, tx, in)
		if err != nil {
			return Done{}, err
		}
		moved := map[id.ID]int{from: -1}
		moved[in.StaffID]++
		return Done{ID: in.TaskID}, tellMoved(ctx, tx, moved, "")
	},
}

// ReassignTaskInput names the task and who does it from now on.
type ReassignTaskInput struct {
	TaskID  id.ID `json:"task_id" path:"id"`
	StaffID id.ID `json:"staff_id"`
}

// reassign gives a task to somebody, and says whose it was.
func reassign(ctx context.Context, tx *op.Tx, in ReassignTaskInput) (from id.ID, err error) {
	t, err := loadTask(ctx, tx, in.TaskID)
	if err != nil {
		return from, err
	}
	if !t.Done.IsZero() {
		return from, problem.Refuse("PRC-5", "task-done", problem.Field{Location: "task_id", Value: t.ID})
	}
	from, t.Staff = t.Staff, in.StaffID
	if err := tx.Save(ctx, &t, "staff"); err != nil {
		return from, err
	}
	tx.Undoable(ReassignTaskInput{TaskID: t.ID, StaffID: from})
	tx.Record(t.ID, facts.TaskReassigned{Task: t.ID, Person: t.Person, Center: t.Center, From: from, To: t.Staff, Giver: t.GivenBy})
	return from, nil
}

// ReassignTasks gives many tasks to one colleague, or evenly to several; each of them, and who had them, is told once with the number (PRC-5).
// What cannot be handed over is named and stays. Refused as a whole: choose-rows (none, or more than MostTasks),
// count-changed, nobody to give them to.
var ReassignTasks = op.Op[ReassignTasksInput, TasksReassigned]{
	Name: "process.reassign-tasks", Rule: "PRC-5", Needs: "task:assign", Fact: facts.TasksReassigned{}, Undo: "process.return-tasks", Do: reassignTasks,
	Subjects: func(in ReassignTasksInput) (list []op.Ref) {
		for _, s := range in.StaffIDs {
			list = append(list, op.Ref{Kind: "staff", ID: s})
		}
		return list
	},
}

// ReassignTasksInput names the tasks and who does them from now on.
type ReassignTasksInput struct {
	TaskIDs  []id.ID     `json:"task_ids,omitempty" maxItems:"500"`
	Matching *TaskChoice `json:"matching,omitempty" doc:"all open tasks of the team that match, instead of task_ids"`
	StaffIDs []id.ID     `json:"staff_ids" maxItems:"50" doc:"one gets all, several get as many each; who is named twice counts once"`
	Reason   string      `json:"reason" enum:"workload,absence,leaving,skill,other" doc:"who gets them and who had them read it"`
}

// TaskChoice is all that a list of the team's tasks holds (UI-L3). The operation looks for them, so that the same form sent twice asks the same
// (TRU-2).
type TaskChoice struct {
	StaffID id.ID   `json:"staff_id,omitzero" doc:"of one colleague"`
	Kind    string  `json:"kind,omitempty" maxLength:"40"`
	Due     string  `json:"due,omitempty" enum:"late,today"`
	Except  []id.ID `json:"except,omitempty" maxItems:"500"`
	Total   int     `json:"total" doc:"how many match, as it was shown; where it is another number by now, nothing changes hands"`
}

// Filter is the list at an instant; until is the end of the day.
func (c TaskChoice) Filter(now, until time.Time) TaskFilter {
	f := TaskFilter{Team: true, Staff: c.StaffID, Kind: c.Kind}
	switch c.Due {
	case "late":
		f.Late = now
	case "today":
		f.From, f.Until = now, until
	}
	return f
}

// tasks lists those that match. Refused: count-changed.
func (c TaskChoice) tasks(ctx context.Context, tx *op.Tx) ([]id.ID, error) {
	f := c.Filter(tx.Now, DayEnds(tx))
	f.Limit = MostTasks + len(c.Except) + 1
	list, err := TaskIDs(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	if n := len(list); n != c.Total && n <= MostTasks+len(c.Except) {
		return nil, problem.Refuse("UI-L3", "invalid", problem.Field{Location: "ids", Code: "count-changed", Value: c.Total, Args: map[string]any{"seen": strconv.Itoa(c.Total), "now": strconv.Itoa(n)}})
	}
	return slices.DeleteFunc(list, func(key id.ID) bool { return slices.Contains(c.Except, key) }), nil
}

// TasksReassigned says what came of it.
type TasksReassigned struct {
	Done    int           `json:"done"`
	Refused []TaskRefusal `json:"refused"`
}

// TaskRefusal is a task that was not handed over, and why.
type TaskRefusal struct {
	TaskID id.ID  `json:"task_id"`
	Code   string `json:"code"`
}

func reassignTasks(ctx context.Context, tx *op.Tx, in ReassignTasksInput) (TasksReassigned, error) {
	var bad problem.Invalid
	to := distinct(in.StaffIDs)
	if len(to) == 0 {
		bad.Add("staff_ids", "required", nil)
	}
	if !slices.Contains(HandReasons, in.Reason) {
		bad.Add("reason", "not-one-of", in.Reason, "list", strings.Join(HandReasons, ", "))
	}
	if in.Matching != nil {
		var err error
		if in.TaskIDs, err = in.Matching.tasks(ctx, tx); err != nil {
			return TasksReassigned{}, err
		}
	}
	if n := len(in.TaskIDs); n == 0 || n > MostTasks {
		bad.Add("task_ids", "choose-rows", n, "limit", MostTasks)
	}
	if err := bad.Err("PRC-5"); err != nil {
		return TasksReassigned{}, err
	}
	var list []ReassignTaskInput
	for i, key := range distinct(in.TaskIDs) {
		list = append(list, ReassignTaskInput{TaskID: key, StaffID: to[i%len(to)]})
	}
	return moveTasks(ctx, tx, list, to, in.Reason)
}

// moveTasks hands over each by itself: what is refused stays.
func moveTasks(ctx context.Context, tx *op.Tx, list []ReassignTaskInput, to []id.ID, reason string) (TasksReassigned, error) {
	out := TasksReassigned{Refused: []TaskRefusal{}}
	moved := map[id.ID]int{}
	var back []ReassignTaskInput
	one := ReassignTask
	one.Do = func(ctx context.Context, tx *op.Tx, in ReassignTaskInput) (Done, error) {
		from, err := reassign(ctx, tx, in)
		if err == nil {
			back = append(back, ReassignTaskInput{TaskID: in.TaskID, StaffID: from})
			moved[from]--
			moved[in.StaffID]++
		}
		return Done{ID: in.TaskID}, err
	}
	for _, in := range list {
		_, err := one.In(ctx, tx, in)
		switch why, ok := problem.As(err); {
		case err == nil:
			out.Done++
		case ok:
			out.Refused = append(out.Refused, TaskRefusal{TaskID: in.TaskID, Code: why.Code})
		default:
			return out, err
		}
	}
	if err := tellMoved(ctx, tx, moved, reason); err != nil {
		return out, err
	}
	if out.Done > 0 {
		tx.Undoable(ReturnTasksInput{Tasks: back})
	}
	tx.Record(tx.Viewer.Account, facts.TasksReassigned{To: to, Reason: reason, Done: out.Done, Refused: len(out.Refused)})
	return out, nil
}

// ReturnTasks gives each of some tasks to a colleague of its own: it takes ReassignTasks back (UI-B2). Refused as ReassignTasks.
var ReturnTasks = op.Op[ReturnTasksInput, TasksReassigned]{
	Name: "process.return-tasks", Rule: "PRC-5", Needs: "task:assign", Fact: facts.TasksReassigned{}, Undo: "process.return-tasks",
	Do: func(ctx context.Context, tx *op.Tx, in ReturnTasksInput) (TasksReassigned, error) {
		if n := len(in.Tasks); n == 0 || n > MostTasks {
			return TasksReassigned{}, problem.Refuse("PRC-5", "invalid", problem.Field{Location: "tasks", Code: "choose-rows", Value: n, Args: map[string]any{"limit": MostTasks}})
		}
		var to []id.ID
		for _, t := range in.Tasks {
			to = append(to, t.StaffID)
		}
		return moveTasks(ctx, tx, in.Tasks, distinct(to), "")
	},
}

// ReturnTasksInput says who does which task from now on.
type ReturnTasksInput struct {
	Tasks []ReassignTaskInput `json:"tasks" maxItems:"500"`
}

// tellMoved tells once who has more tasks, or fewer, and how many.
func tellMoved(ctx context.Context, tx *op.Tx, moved map[id.ID]int, reason string) error {
	who := slices.SortedFunc(maps.Keys(moved), func(a, b id.ID) int { return bytes.Compare(a[:], b[:]) })
	for _, who := range who {
		n := Notice{Staff: who, Kind: "tasks-in", Link: "/tasks", Params: map[string]string{"n": strconv.Itoa(max(moved[who], -moved[who])), "why": reason}}
		switch {
		case moved[who] == 0:
			continue
		case moved[who] < 0:
			n.Kind = "tasks-out"
		}
		if err := Notify(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

func distinct(list []id.ID) (out []id.ID) {
	for _, key := range list {
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

// Names lists the tasks that were not handed over.
func (t TasksReassigned) Names() (keys []id.ID) {
	for _, r := range t.Refused {
		keys = append(keys, r.TaskID)
	}
	return keys
}
