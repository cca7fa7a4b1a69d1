package people

import (
	"slices"
	"strings"
	"unicode/utf8"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/problem"
)

// Channels of a touch, its directions, and the grades of intention that it may show.
var (
	Channels   = []string{"call", "sms", "email", "wechat", "visit", "chat", "note"}
	Directions = []string{"out", "in"}
	Grades     = []string{"A", "B", "C"} // of intention, high to low (PPL-8)
)

// ByForm is the channel of a touch that a form wrote: the person's own words at a capture point (MKT-11). Nobody of the school was in contact.
const ByForm = "form"

const (
	longestNote = 5000
	furthest    = 366 // days until the next step
)

// check is the rule of PPL-12: a touch leads on, with a step of the list and its day, or says with a reason of the list why the
// matter is closed. known tells whether a code stands on a list. A touch that belongs to no enquiry may do without both.
func (in TouchInput) check(today bizdate.Date, known func(list, code string) bool) problem.Invalid {
	var bad problem.Invalid
	listed := func(field, list, code string) {
		if code != "" && !known(list, code) {
			bad.Add(field, "unknown", code, "value", code)
		}
	}
	if !slices.Contains(Channels, in.Channel) && !in.Submitted {
		bad.Add("channel", "not-one-of", in.Channel, "value", in.Channel, "list", strings.Join(Channels, ", "))
	}
	if !slices.Contains(Directions, in.Direction) {
		bad.Add("direction", "not-one-of", in.Direction, "value", in.Direction, "list", strings.Join(Directions, ", "))
	}
	if in.Grade != "" && !slices.Contains(Grades, in.Grade) {
		bad.Add("grade", "not-one-of", in.Grade, "value", in.Grade, "list", strings.Join(Grades, ", "))
	}
	if in.Result == "" && !in.Submitted {
		bad.Add("result", "required", nil)
	}
	listed("result", "touch-result", in.Result)
	listed("next_step", "next-step", in.NextStep)
	listed("closed_reason", "loss-reason", in.Closed)
	if n := utf8.RuneCountInString(in.Note); n > longestNote {
		bad.Add("note", "too-long", nil, "max", longestNote, "limit", longestNote, "count", n)
	}
	switch {
	case in.NextStep == "" && in.Closed == "" && !in.EnquiryID.IsNone():
		bad.Add("next_step", "step-or-reason", nil)
	case in.NextStep != "" && in.Closed != "":
		bad.Add("closed_reason", "step-and-reason", in.Closed)
	case in.NextStep == "" && in.NextDay != 0:
		bad.Add("next_step", "required", nil)
	case in.NextStep != "" && in.NextDay == 0:
		bad.Add("next_day", "required", nil)
	case in.NextDay != 0 && in.NextDay < today:
		bad.Add("next_day", "day-past", in.NextDay)
	case in.NextDay > today+furthest:
		bad.Add("next_day", "day-far", in.NextDay)
	}
	return bad
}
