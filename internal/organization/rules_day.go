package organization

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/worktime"
)

// SpecialDay is a day, or several in a row, on which a center or the whole company keeps other hours than its week's (ORG-1).
type SpecialDay struct {
	ID      id.ID        `json:"id" db:"id"`
	Center  id.ID        `json:"center_id" db:"center"` // none: the company's
	From    bizdate.Date `json:"from" db:"from_day"`
	Until   bizdate.Date `json:"until" db:"until_day"` // included
	Kind    string       `json:"kind" db:"kind"`       // closed, hours, holiday, workday
	NameZH  string       `json:"name_zh" db:"name_zh"`
	NameEN  string       `json:"name_en" db:"name_en"`
	Hours   []DayHours   `json:"hours" db:"hours,json"`     // of kind hours
	Weekday *int         `json:"weekday" db:"weekday,json"` // of kind workday: the one it stands for, 0 Sunday … 6 Saturday
	Active  bool         `json:"active" db:"active"`        // else removed
	Version int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (SpecialDay) TableName() string { return "special_days" }

// Name gives the name in a language.
func (s SpecialDay) Name(lang string) string {
	if lang == "en" && s.NameEN != "" {
		return s.NameEN
	}
	return s.NameZH
}

// HolidaysMissing tells that no public holiday of a year is known to the company, of this year or, from November on, of the next.
func (d *Directory) HolidaysMissing(today bizdate.Date) (year int, missing bool) {
	for _, year := range []int{today.UTC().Year(), today.AddMonths(2).UTC().Year()} {
		begins := func(s SpecialDay) bool { return s.Kind == DayHoliday && s.From.UTC().Year() == year }
		if !slices.ContainsFunc(d.data.Load().days[id.None], begins) {
			return year, true
		}
	}
	return 0, false
}

// DayHours is an interval of opening on a day, in local minutes from midnight.
type DayHours struct {
	From  int `json:"from" doc:"minutes from midnight"`
	Until int `json:"until" doc:"minutes from midnight, exclusive"`
}

// Kinds of special days.
const (
	DayClosed  = "closed"
	DayOther   = "hours"
	DayHoliday = string(worktime.Off)
	DayWorkday = string(worktime.Work)
)

// DayKinds lists them.
var DayKinds = []string{DayClosed, DayOther, DayHoliday, DayWorkday}

// HolidaysWork is the setting that says whether public holidays are working time: 1 as any other day, 0 closed, with their make-up days
// open. A training school teaches most on holidays, so that it is 1 unless a company or center says otherwise.
const HolidaysWork = "calendar.holidays-work"

// mostDays is the longest special period, a summer.
const mostDays = 92

// hours gives the hours of a special day in a week; ok is false where it is as any other day. A make-up day has the hours of the weekday
// that it stands for; where none is named its own, or Monday's where the center is closed on its own.
func (s SpecialDay) hours(week [7][]worktime.Interval, own time.Weekday, holidaysWork bool) (list []worktime.Interval, ok bool) {
	switch {
	case s.Kind == DayClosed:
		return nil, true
	case s.Kind == DayOther:
		for _, h := range s.Hours {
			list = append(list, worktime.Interval{From: h.From, Until: h.Until})
		}
		return list, true
	case holidaysWork:
		return nil, false
	case s.Kind == DayHoliday:
		return nil, true
	case s.Weekday != nil:
		return week[*s.Weekday], true
	case len(week[own]) == 0:
		return week[time.Monday], true
	}
	return nil, false
}

// calendarOf makes the working time of a center of its hours, the special days of the company and its own, which go before (ORG-1).
func calendarOf(zone *time.Location, hours []OpenHours, company, own []SpecialDay, holidaysWork bool) worktime.Calendar {
	c := worktime.Calendar{Zone: zone, Days: map[bizdate.Date][]worktime.Interval{}}
	for _, h := range hours {
		c.Hours[h.Weekday] = append(c.Hours[h.Weekday], worktime.Interval{From: h.From, Until: h.Until})
	}
	c.Sorted()
	for _, s := range slices.Concat(company, own) {
		for d := s.From; d <= s.Until; d++ {
			if list, special := s.hours(c.Hours, d.Weekday(), holidaysWork); special {
				c.Days[d] = list
			} else {
				delete(c.Days, d)
			}
		}
	}
	return c
}

// checked gives a special day in its one form. Refused: a missing name or day, an end before the beginning, more than a summer, hours that
// are none or overlap.
func (s SpecialDay) checked() (SpecialDay, error) {
	var bad problem.Invalid
	if s.NameZH, s.NameEN = strings.TrimSpace(s.NameZH), strings.TrimSpace(s.NameEN); s.NameZH == "" {
		bad.Add("name_zh", "required", nil)
	}
	if s.Until.IsZero() {
		s.Until = s.From
	}
	switch {
	case s.From.IsZero():
		bad.Add("from", "required", nil)
	case s.Until < s.From, s.Until >= s.From+mostDays:
		bad.Add("until", "day-span", s.Until, "most", mostDays)
	}
	if !slices.Contains(DayKinds, s.Kind) {
		bad.Add("kind", "not-one-of", s.Kind, "list", strings.Join(DayKinds, ", "))
	}
	if s.Kind != DayWorkday {
		s.Weekday = nil
	} else if s.Weekday != nil && (*s.Weekday < 0 || *s.Weekday > 6) {
		bad.Add("weekday", "unknown", *s.Weekday)
	}
	if s.Kind != DayOther {
		s.Hours = nil
	} else if len(s.Hours) == 0 {
		bad.Add("hours", "required", nil)
	}
	s.Hours = slices.SortedFunc(slices.Values(s.Hours), func(a, b DayHours) int { return cmp.Compare(a.From, b.From) })
	for i, h := range s.Hours {
		if h.From < 0 || h.Until > 24*60 || h.From >= h.Until || i > 0 && h.From < s.Hours[i-1].Until {
			bad.Add(fmt.Sprintf("hours.%d", i), "bad-hours", nil)
		}
	}
	return s, bad.Err("ORG-1")
}
