package process

import "zhike/internal/kernel/personal"

// Personal lists the rows of this domain that belong to a person (PPL-11).
func Personal() []personal.Rows {
	return []personal.Rows{
		{Table: "cases", By: []string{"person"}, Keep: []string{"blueprint"}},
		{Table: "approvals", Words: []string{"reason", "answer"}, By: []string{"person"}, Clear: []string{"reason", "answer"}, Keep: []string{"kind", "subject_kind", "params", "role", "state"}},
		{Table: "tasks", Words: []string{"note", "title"}, By: []string{"person"}, Clear: []string{"note", "title"}, Keep: []string{"kind", "subject_kind"}},
		{Table: "task_comments", Words: []string{"text"}, Via: "task IN (SELECT id FROM tasks WHERE person = ?)", Clear: []string{"text"}},
		{Table: "task_series", Words: []string{"note", "title"}, By: []string{"person"}, Clear: []string{"note", "title"}, Keep: []string{"subject_kind", "every", "weekdays", "state", "stopped", "was_stopped"}},
		{Table: "notices", By: []string{"person"}, Gone: true},
	}
}

// Holds lists what of this domain stands in the way of anonymizing a person.
func Holds() []personal.Hold {
	return []personal.Hold{
		{Code: "tasks-left", Query: "SELECT COUNT(*) FROM tasks WHERE person = ? AND done_at IS NULL"},
		{Code: "series-left", Query: "SELECT COUNT(*) FROM task_series WHERE person = ? AND state <> 'ended'"},
	}
}
