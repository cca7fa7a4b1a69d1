package facts

import "zhike/internal/kernel/id"

// NoticesChosen says which kinds of notices somebody gets by mail as well.
type NoticesChosen struct {
	AccountRef
	Kinds []string `json:"kinds"`
}

// Kind implements event.Fact.
func (NoticesChosen) Kind() string { return "process.notices-chosen.1" }

// TaskDone says that a task was done by hand (PRC-5).
type TaskDone struct {
	Task   id.ID `json:"task_id"`
	Person id.ID `json:"person_id"`
	Center id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (TaskDone) Kind() string { return "process.task-done.1" }

// About implements event.Fact.
func (f TaskDone) About() (center, person id.ID) { return f.Center, f.Person }

// TaskReopened says that a task was not done after all (UI-B2).
type TaskReopened struct {
	Task   id.ID `json:"task_id"`
	Person id.ID `json:"person_id"`
	Center id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (TaskReopened) Kind() string { return "process.task-reopened.1" }

// About implements event.Fact.
func (f TaskReopened) About() (center, person id.ID) { return f.Center, f.Person }

// TaskReassigned says that a task went to another staff member.
type TaskReassigned struct {
	Task   id.ID `json:"task_id"`
	Person id.ID `json:"person_id"`
	Center id.ID `json:"center_id"`
	From   id.ID `json:"from_staff"`
	To     id.ID `json:"to_staff"`
}

// Kind implements event.Fact.
func (TaskReassigned) Kind() string { return "process.task-reassigned.1" }

// About implements event.Fact.
func (f TaskReassigned) About() (center, person id.ID) { return f.Center, f.Person }

// NoticesRead says up to which notice somebody has read.
type NoticesRead struct {
	Staff id.ID `json:"staff_id"`
	Until id.ID `json:"until"`
}

// Kind implements event.Fact.
func (NoticesRead) Kind() string { return "process.notices-read.1" }

// About implements event.Fact.
func (NoticesRead) About() (center, person id.ID) { return id.None, id.None }
