// Package worktime counts working time: opening hours per weekday, cut by a calendar of holidays with their make-up working days
// (ORG-1). Deadlines are in working time.
package worktime

import (
	"cmp"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
)

// Interval is a part of a day in local minutes from midnight, Until not included.
type Interval struct{ From, Until int }

// Kind says what a day of the holiday calendar is.
type Kind string

// The kinds of days.
const (
	Off  Kind = "holiday" // closed
	Work Kind = "workday" // a make-up working day: open as on a Monday
)

// Calendar is the working time of a center.
type Calendar struct {
	Zone  *time.Location
	Hours [7][]Interval // by weekday, Sunday first; sorted, not overlapping
	Days  map[bizdate.Date]Kind
}

// farthest is how many days ahead Add looks: a calendar that is closed for longer gives no deadline.
const farthest = 800

// intervals are the opening hours of a day. A center that teaches on weekends stays open on holidays only if its calendar says so;
// a make-up working day has the hours of its weekday, or those of Monday where it has none.
func (c Calendar) intervals(d bizdate.Date) []Interval {
	hours := c.Hours[d.Weekday()]
	switch c.Days[d] {
	case Off:
		return nil
	case Work:
		if len(hours) == 0 {
			return c.Hours[time.Monday]
		}
	}
	return hours
}

// span is the instants between which an interval of a day lies. Local clock times are used, so that days on which the clock
// changes have the hours that their clocks show.
func (c Calendar) span(d bizdate.Date, i Interval) (from, until time.Time) {
	y, m, day := d.UTC().Date()
	return time.Date(y, m, day, 0, i.From, 0, 0, c.Zone), time.Date(y, m, day, 0, i.Until, 0, 0, c.Zone)
}

// OpenOn tells whether the center opens on a day at all.
func (c Calendar) OpenOn(d bizdate.Date) bool { return len(c.intervals(d)) > 0 }

// Open tells whether the center is open at an instant.
func (c Calendar) Open(t time.Time) bool {
	d := bizdate.Of(t, c.Zone)
	return slices.ContainsFunc(c.intervals(d), func(i Interval) bool {
		from, until := c.span(d, i)
		return !t.Before(from) && t.Before(until)
	})
}

// Working is the working time between two instants; 0 if to is not after from.
func (c Calendar) Working(from, to time.Time) time.Duration {
	var total time.Duration
	for d := bizdate.Of(from, c.Zone); d <= bizdate.Of(to, c.Zone); d++ {
		for _, i := range c.intervals(d) {
			a, b := c.span(d, i)
			if a.Before(from) {
				a = from
			}
			if b.After(to) {
				b = to
			}
			if b.After(a) {
				total += b.Sub(a)
			}
		}
	}
	return total
}

// Add is the instant at which d of working time after from has passed; zero if the calendar never opens again.
func (c Calendar) Add(from time.Time, d time.Duration) time.Time {
	first := bizdate.Of(from, c.Zone)
	for day := first; day < first+farthest; day++ {
		for _, i := range c.intervals(day) {
			a, b := c.span(day, i)
			if a.Before(from) {
				a = from
			}
			if !b.After(a) {
				continue
			}
			if left := b.Sub(a); d <= left {
				return a.Add(d).UTC()
			} else { //nolint:revive // left belongs to this decision only
				d -= left
			}
		}
	}
	return time.Time{}
}

// Sorted puts the intervals of every day in order.
func (c *Calendar) Sorted() {
	for i := range c.Hours {
		slices.SortFunc(c.Hours[i], func(a, b Interval) int { return cmp.Compare(a.From, b.From) })
	}
}
