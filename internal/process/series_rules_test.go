package process

import (
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
)

// TestPRC5_Turn: whatever waits is one task, due on the next open day, and what falls on a day until then is part of it.
func TestPRC5_Turn(t *testing.T) {
	day := func(d int) bizdate.Date { return bizdate.New(2026, 11, d) } // the 2nd is a Monday
	weekend := func(d bizdate.Date) bool { return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday }
	for name, c := range map[string]struct {
		s         Series
		today     bizdate.Date
		open      func(bizdate.Date) bool
		due, next bizdate.Date
		state     SeriesState
	}{
		"daily":                     {Series{Every: "day", Next: day(2)}, day(2), weekend, day(2), day(3), Running},
		"daily, closed on weekends": {Series{Every: "day", Next: day(7)}, day(7), weekend, day(9), day(10), Running},
		"daily after a downtime":    {Series{Every: "day", Next: day(2)}, day(20), weekend, day(20), day(21), Running},
		"weekly":                    {Series{Every: "week", Weekdays: []int{1, 4}, Next: day(2)}, day(2), weekend, day(2), day(5), Running},
		"weekly after a downtime":   {Series{Every: "week", Weekdays: []int{1}, Next: day(2)}, day(18), weekend, day(18), day(23), Running},
		"weekly on a closed day":    {Series{Every: "week", Weekdays: []int{6, 1}, Next: day(7)}, day(7), weekend, day(9), day(14), Running},
		"monthly":                   {Series{Every: "month", MonthDay: 31, Next: day(30)}, day(30), weekend, day(30), bizdate.New(2026, 12, 31), Running},
		"the last one":              {Series{Every: "day", Next: day(2), Until: day(2)}, day(2), weekend, day(2), day(3), Ended},
		"never open":                {Series{Every: "day", Next: day(2)}, day(2), func(bizdate.Date) bool { return false }, day(2), day(3), Running},
	} {
		c.s.State = Running
		after, due, err := c.s.turn(c.today, c.open)
		if err != nil || due != c.due || after.Next != c.next || after.State != c.state {
			t.Errorf("%s: due %s, next %s, %s, %v; want %s, %s, %s", name, due, after.Next, after.State, err, c.due, c.next, c.state)
		}
		if _, _, err := after.turn(c.today, c.open); err == nil {
			t.Errorf("%s: made twice on one day", name)
		}
	}
	if _, _, err := (Series{Every: "day", Next: day(2), Until: day(3), State: Running}).turn(day(4), weekend); err == nil {
		t.Error("a series made a task after its last day")
	}
	if _, _, err := (Series{Every: "day", Next: day(2), State: Paused}).turn(day(2), weekend); err == nil {
		t.Error("a paused series made a task")
	}
}
