package process

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// OtherTask is the kind of a task that has a title of its own (PRC-5).
const OtherTask = "other"

// CoachTasks are those to be coached in a step (SAL-11).
var CoachTasks = []string{"coach-appointment", "coach-visit", "coach-contract"}

// GivenTasks are the kinds of tasks that a person gives: to be coached, or what its title says.
var GivenTasks = append([]string{OtherTask}, CoachTasks...)

// TaskRecords are the kinds of records that a task may be about.
var TaskRecords = []string{"person", "enquiry", "appointment", "visit", "quote", "contract", "payment", "campaign"}

const (
	mostTaskDays  = 365 // how far ahead a given task may be due
	mostTitle     = 100 // runes
	usualPriority = 3
	leastPriority = 3
)

// Priorities are those of a task: now, today, later.
var Priorities = []int64{1, 2, 3}

// wrongTitle tells what is wrong with the title of a task of a kind.
func wrongTitle(bad *problem.Invalid, kind, title string) {
	switch n := utf8.RuneCountInString(title); {
	case kind == OtherTask && strings.TrimSpace(title) == "":
		bad.Add("task_title", "required", nil)
	case n > mostTitle:
		bad.Add("task_title", "too-long", n, "count", n, "limit", mostTitle)
	}
}

// wrongDue tells whether a day is over, or too far off.
func wrongDue(bad *problem.Invalid, due, today bizdate.Date) {
	if due < today || due > today+mostTaskDays {
		bad.Add("due", "task-day", due)
	}
}

func wrongPriority(bad *problem.Invalid, n int64) {
	if n < 1 || n > leastPriority {
		bad.Add("priority", "not-one-of", n, "list", "1, 2, 3")
	}
}

// wrongRecord tells whether a task may be about a kind of record.
func wrongRecord(bad *problem.Invalid, kind string, key id.ID) {
	switch {
	case kind == "" && !key.IsNone():
		bad.Add("record_kind", "required", nil)
	case kind != "" && !slices.Contains(TaskRecords, kind):
		bad.Add("record_kind", "not-one-of", kind, "list", strings.Join(TaskRecords, ", "))
	case kind != "" && key.IsNone():
		bad.Add("record_id", "required", nil)
	}
}

// dueOf is the end of the last day of a task.
func dueOf(day bizdate.Date, zone *time.Location) time.Time { return (day + 1).In(zone).UTC() }

// DueDay is the last day of a task that is due at an instant.
func DueDay(due time.Time, zone *time.Location) bizdate.Date {
	return bizdate.Of(due.Add(-time.Second), zone)
}

// AssignedBy tells whether somebody may hand a task to somebody else.
func (t Task) AssignedBy(v *policy.Viewer) bool {
	reach := v.Scope("task:assign")
	return reach.All || !t.Center.IsNone() && slices.Contains(reach.Centers, t.Center) || slices.Contains(reach.Staff, t.Staff)
}

// WorkedBy tells whether somebody may finish a task and comment on it.
func (t Task) WorkedBy(v *policy.Viewer) bool {
	reach := v.Scope("task:update")
	return reach.All || !t.Center.IsNone() && slices.Contains(reach.Centers, t.Center) || slices.Contains(reach.Staff, t.Staff)
}
