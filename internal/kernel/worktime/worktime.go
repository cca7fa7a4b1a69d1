// Package worktime counts working time: opening hours per weekday, and those of special days in their stead (ORG-1). Deadlines are in
// working time.
package worktime

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
)

// Interval is a part of a day in local minutes from midnight, Until not included.
type Interval struct{ From, Until int }

// Calendar is the working time of a center.
type Calendar struct {
	Zone  *time.Location
	Hours [7][]Interval               // by weekday, Sunday first; sorted, not overlapping
	Days  map[bizdate.Date][]Interval // hours of special days instead of those of their weekday; none: closed
}

// farthest is how many days ahead Add looks: a calendar that is closed for longer gives no deadline.
const farthest = 800

// intervals are the opening hours of a day.
func (c Calendar) intervals(d bizdate.Date) []Interval {
	if special, ok := c.Days[d]; ok {
		return special
	}
	return c.Hours[d.Weekday()]
}

// instant is when the clock of the zone first shows a local minute of a day, or more than it: where the clock is put forward over
// the minute, that is the moment of the change; where it shows the minute twice, the first time. Later minutes are never earlier.
func (c Calendar) instant(d bizdate.Date, minute int) time.Time {
	local := d.UTC().Add(time.Duration(minute) * time.Minute)
	_, before := local.Add(-24 * time.Hour).In(c.Zone).Zone()
	_, after := local.Add(24 * time.Hour).In(c.Zone).Zone()
	early := local.Add(-time.Duration(before) * time.Second).In(c.Zone)
	if _, offset := early.Zone(); offset == before {
		return early
	}
	late := local.Add(-time.Duration(after) * time.Second).In(c.Zone)
	if _, offset := late.Zone(); offset == after {
		return late
	}
	change, _ := early.ZoneBounds()
	return change
}

// spans are the instants between which a day's opening hours lie, in order.
func (c Calendar) spans(d bizdate.Date) iter.Seq2[time.Time, time.Time] {
	return func(yield func(from, until time.Time) bool) {
		for _, i := range c.intervals(d) {
			if !yield(c.instant(d, i.From), c.instant(d, i.Until)) {
				return
			}
		}
	}
}

// OpenOn tells whether the center opens on a day at all.
func (c Calendar) OpenOn(d bizdate.Date) bool { return len(c.intervals(d)) > 0 }

// Open tells whether the center is open at an instant.
func (c Calendar) Open(t time.Time) bool {
	for from, until := range c.spans(bizdate.Of(t, c.Zone)) {
		if !t.Before(from) && t.Before(until) {
			return true
		}
	}
	return false
}

// Working is the working time between two instants; 0 if to is not after from.
func (c Calendar) Working(from, to time.Time) time.Duration {
	var total time.Duration
	for d := bizdate.Of(from, c.Zone); d <= bizdate.Of(to, c.Zone); d++ {
		for a, b := range c.spans(d) {
			if a.Before(from) {
				a = from
			}
			if b.After(to) {
				b = to
			}
			total += max(0, b.Sub(a))
		}
	}
	return total
}

// Add is the instant at which d of working time after from has passed: from itself if d is 0 or less, closing time rather than the
// next opening; the zero time if the calendar does not open for that long within some two years.
func (c Calendar) Add(from time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return from.UTC()
	}
	first := bizdate.Of(from, c.Zone)
	for day := first; day < first+farthest; day++ {
		for a, b := range c.spans(day) {
			if a.Before(from) {
				a = from
			}
			left := max(0, b.Sub(a))
			if d <= left {
				return a.Add(d).UTC()
			}
			d -= left
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
