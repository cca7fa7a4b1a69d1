package facts

import (
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

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
	Staff  id.ID `json:"staff_id,omitzero"` // whose it is again
	Giver  id.ID `json:"giver_id,omitzero"`
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
	Giver  id.ID `json:"giver_id,omitzero"`
}

// Kind implements event.Fact.
func (TaskReassigned) Kind() string { return "process.task-reassigned.1" }

// About implements event.Fact.
func (f TaskReassigned) About() (center, person id.ID) { return f.Center, f.Person }

// TaskGiven says that somebody gave a colleague, or oneself, a task by hand, or that a series did (PRC-5).
type TaskGiven struct {
	Task     id.ID  `json:"task_id"`
	Center   id.ID  `json:"center_id"`
	Staff    id.ID  `json:"staff_id"`
	TaskKind string `json:"task_kind"`
	Person   id.ID  `json:"person_id,omitzero"` // whom it is about
	Giver    id.ID  `json:"giver_staff,omitzero"`
	Series   id.ID  `json:"series_id,omitzero"` // that made it
}

// Kind implements event.Fact.
func (TaskGiven) Kind() string { return "process.task-given.1" }

// About implements event.Fact.
func (f TaskGiven) About() (center, person id.ID) { return f.Center, f.Person }

// TaskChanged says which fields of an open task changed, by who gave it or who watches it (PRC-5).
type TaskChanged struct {
	Task   id.ID    `json:"task_id"`
	Person id.ID    `json:"person_id,omitzero"`
	Center id.ID    `json:"center_id"`
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (TaskChanged) Kind() string { return "process.task-changed.1" }

// About implements event.Fact.
func (f TaskChanged) About() (center, person id.ID) { return f.Center, f.Person }

// TaskWithdrawn says that a task was taken back before it was done (PRC-5).
type TaskWithdrawn struct {
	Task   id.ID `json:"task_id"`
	Person id.ID `json:"person_id,omitzero"`
	Center id.ID `json:"center_id"`
	Staff  id.ID `json:"staff_id"`
}

// Kind implements event.Fact.
func (TaskWithdrawn) Kind() string { return "process.task-withdrawn.1" }

// About implements event.Fact.
func (f TaskWithdrawn) About() (center, person id.ID) { return f.Center, f.Person }

// TasksReassigned says how many tasks were handed to others at once; each has a fact of its own (PRC-5).
type TasksReassigned struct {
	To      []id.ID `json:"to_staff"`
	Reason  string  `json:"reason,omitempty"` // none: it was taken back
	Done    int     `json:"done"`
	Refused int     `json:"refused"`
}

// Kind implements event.Fact.
func (TasksReassigned) Kind() string { return "process.tasks-reassigned.1" }

// About implements event.Fact.
func (TasksReassigned) About() (center, person id.ID) { return id.None, id.None }

// TaskCommented says that somebody said something about a task; what is with the task (PRC-5).
type TaskCommented struct {
	Task   id.ID `json:"task_id"`
	Person id.ID `json:"person_id,omitzero"`
	Center id.ID `json:"center_id"`
	Staff  id.ID `json:"staff_id"`
}

// Kind implements event.Fact.
func (TaskCommented) Kind() string { return "process.task-commented.1" }

// About implements event.Fact.
func (f TaskCommented) About() (center, person id.ID) { return f.Center, f.Person }

// SeriesSet says that tasks come again, pause, go on or end (PRC-5).
type SeriesSet struct {
	Series id.ID  `json:"series_id"`
	Center id.ID  `json:"center_id"`
	Person id.ID  `json:"person_id,omitzero"`
	Staff  id.ID  `json:"staff_id"`
	Every  string `json:"every"`            // day, week, month
	State  string `json:"state"`            // running, paused, ended
	Reason string `json:"reason,omitempty"` // why the program stopped it; none: somebody set it
}

// Kind implements event.Fact.
func (SeriesSet) Kind() string { return "process.series-set.1" }

// About implements event.Fact.
func (f SeriesSet) About() (center, person id.ID) { return f.Center, f.Person }

// NoticesRead says up to which notice somebody has read.
type NoticesRead struct {
	Staff id.ID `json:"staff_id"`
	Until id.ID `json:"until"`
}

// Kind implements event.Fact.
func (NoticesRead) Kind() string { return "process.notices-read.1" }

// About implements event.Fact.
func (NoticesRead) About() (center, person id.ID) { return id.None, id.None }

// Asked is what an approval is about (PRC-6); the size is in the unit of its kind, the cost in fen.
type Asked struct {
	Approval    id.ID     `json:"approval_id"`
	Matter      string    `json:"kind"` // such as discount
	SubjectKind string    `json:"subject_kind"`
	Subject     id.ID     `json:"subject_id"`
	Person      id.ID     `json:"person_id"`
	Center      id.ID     `json:"center_id"`
	Asker       id.ID     `json:"asker_staff"`
	Size        int64     `json:"size"`
	Cost        money.Fen `json:"cost_fen"`
}

// About implements event.Fact.
func (f Asked) About() (center, person id.ID) { return f.Center, f.Person }

// ApprovalGiven says that somebody consented to what a colleague asked for.
type ApprovalGiven struct {
	Asked
	Decider id.ID `json:"decider_staff"`
	For     id.ID `json:"for_staff,omitzero"` // in whose stead (ORG-7)
}

// Kind implements event.Fact.
func (ApprovalGiven) Kind() string { return "process.approval-given.1" }

// ApprovalRefused says that somebody refused it; why is with the approval.
type ApprovalRefused struct {
	Asked
	Decider id.ID `json:"decider_staff"`
	For     id.ID `json:"for_staff,omitzero"`
}

// Kind implements event.Fact.
func (ApprovalRefused) Kind() string { return "process.approval-refused.1" }

// ApprovalQuestioned says that the asker has to answer a question first.
type ApprovalQuestioned struct {
	Asked
	Decider id.ID `json:"decider_staff"`
}

// Kind implements event.Fact.
func (ApprovalQuestioned) Kind() string { return "process.approval-questioned.1" }

// ApprovalAnswered says that the asker answered, and it waits for a decision again.
type ApprovalAnswered struct{ Asked }

// Kind implements event.Fact.
func (ApprovalAnswered) Kind() string { return "process.approval-answered.1" }

// ApprovalReminded says that the asker was reminded of a question that was not answered in time.
type ApprovalReminded struct{ Asked }

// Kind implements event.Fact.
func (ApprovalReminded) Kind() string { return "process.approval-reminded.1" }

// ApprovalWithdrawn says that the asker does not ask any more.
type ApprovalWithdrawn struct{ Asked }

// Kind implements event.Fact.
func (ApprovalWithdrawn) Kind() string { return "process.approval-withdrawn.1" }

// ApprovalEscalated says that nobody decided in time, and the next role is asked.
type ApprovalEscalated struct {
	Asked
	From string `json:"from_role"`
	To   string `json:"to_role"`
}

// Kind implements event.Fact.
func (ApprovalEscalated) Kind() string { return "process.approval-escalated.1" }

// ApprovalLimitSet says up to which size a role decides by itself from now on; -1: any.
type ApprovalLimitSet struct {
	Matter string `json:"kind"`
	Role   string `json:"role"`
	Most   *int64 `json:"most"` // none: it decides nothing
	Was    *int64 `json:"was"`
}

// Kind implements event.Fact.
func (ApprovalLimitSet) Kind() string { return "process.approval-limit-set.1" }

// About implements event.Fact.
func (ApprovalLimitSet) About() (center, person id.ID) { return id.None, id.None }
