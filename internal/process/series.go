package process

import (
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// SeriesState is whether a series makes tasks.
type SeriesState string

// The states of a series.
const (
	Running SeriesState = "running"
	Paused  SeriesState = "paused"
	Ended   SeriesState = "ended"
)

// Rhythms are how often a task comes again.
var Rhythms = []string{"day", "week", "month"}

// Series is a task that comes again (PRC-5). Next is the day on which it makes the next one.
type Series struct {
	ID          id.ID        `json:"id" db:"id"`
	Staff       id.ID        `json:"staff_id" db:"staff"`
	Center      id.ID        `json:"center_id" db:"center"`
	Title       string       `json:"title" db:"title"`
	Note        string       `json:"note,omitempty" db:"note"`
	Priority    int64        `json:"priority" db:"priority"`
	SubjectKind string       `json:"subject_kind" db:"subject_kind"`
	Subject     id.ID        `json:"subject_id" db:"subject"`
	Person      id.ID        `json:"person_id" db:"person"`
	GivenBy     id.ID        `json:"given_by" db:"given_by"`
	Every       string       `json:"every" db:"every"`
	Weekdays    []int        `json:"weekdays" db:"weekdays,json"` // 1 Monday to 7 Sunday, of a weekly one
	MonthDay    int64        `json:"month_day" db:"month_day"`    // of a monthly one; in a shorter month its last day
	Until       bizdate.Date `json:"until,omitzero" db:"until_day"`
	Next        bizdate.Date `json:"next" db:"next_day"`
	State       SeriesState  `json:"state" db:"state"`
	Stopped     string       `json:"stopped,omitempty" db:"stopped"` // why the program paused it: the code of what it met
	WasStopped  string       `json:"-" db:"was_stopped"`             // before the last change by hand, which may be taken back (UI-B2)
	WasNext     bizdate.Date `json:"-" db:"was_next"`
	Created     time.Time    `json:"created_at" db:"created_at"`
	Version     int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Series) TableName() string { return "task_series" }

// RuledBy tells whether somebody may pause and end a series, as Task.RuledBy.
func (s Series) RuledBy(v *policy.Viewer) bool {
	return Task{Staff: s.Staff, Center: s.Center, GivenBy: s.GivenBy}.RuledBy(v)
}

// on tells whether a day is one of the series.
func (s Series) on(d bizdate.Date) bool {
	switch s.Every {
	case "week":
		return slices.Contains(s.Weekdays, (int(d.Weekday())+6)%7+1)
	case "month":
		last := int64(d.MonthStart().AddMonths(1) - 1 - d.MonthStart() + 1)
		return int64(d-d.MonthStart())+1 == min(s.MonthDay, last)
	}
	return true
}

// first is the first day of the series on a day or after it.
func (s Series) first(from bizdate.Date) bizdate.Date {
	d := from
	for !s.on(d) && d < from+62 {
		d++
	}
	return d
}

// Why a series does not go on, as codes of problems and of Series.Stopped.
const (
	seriesOver   = "series-over"
	doerLeft     = "series-doer-left"
	recordUnseen = "series-record-unseen"
)

// mostClosed is how many closed days in a row a task waits for an open one.
const mostClosed = 31

// turn decides what a series does on a day: whatever waits is one task, due today or on the next day on which the center is open, and what
// falls on a day until then is part of it. Refused: series-not-due, and series-over after its last day, where the program was down on it.
func (s Series) turn(today bizdate.Date, open func(bizdate.Date) bool) (after Series, due bizdate.Date, err error) {
	if s.State != Running || s.Next > today {
		return s, due, problem.Refuse("PRC-5", "series-not-due", problem.Field{Location: "series_id", Value: s.ID})
	}
	if !s.Until.IsZero() && today > s.Until {
		return s, due, problem.Refuse("PRC-5", seriesOver, problem.Field{Location: "series_id", Value: s.ID})
	}
	due = today
	for due < today+mostClosed && !open(due) {
		due++
	}
	if !open(due) {
		due = today // a center that is never open
	}
	s.Next = s.first(due + 1)
	if !s.Until.IsZero() && s.Next > s.Until {
		s.State = Ended
	}
	return s, due, nil
}
