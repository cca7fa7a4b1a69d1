package organization

import (
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
)

// A daily mail comes the next day, a weekly one the next Monday; from seven in the morning on, and once for days that were missed.
func TestUIL1_MailDays(t *testing.T) {
	wednesday := bizdate.New(2026, time.June, 3)
	for _, c := range []struct {
		every      string
		after, day bizdate.Date
	}{
		{Daily, wednesday, wednesday + 1},
		{Weekly, wednesday, wednesday + 5},
		{Weekly, wednesday + 4, wednesday + 5},  // Sunday
		{Weekly, wednesday + 5, wednesday + 12}, // Monday
	} {
		if got := following(c.every, c.after); got != c.day {
			t.Errorf("%s after %s is %s, want %s", c.every, c.after, got, c.day)
		}
	}
	zone := time.FixedZone("CST", 8*3600)
	for _, c := range []struct {
		planned bizdate.Date
		at      time.Time
		want    bool
	}{
		{wednesday, time.Date(2026, 6, 3, 6, 59, 0, 0, zone), false},
		{wednesday, time.Date(2026, 6, 3, 7, 0, 0, 0, zone), true},
		{wednesday, time.Date(2026, 6, 2, 23, 0, 0, 0, zone), false},
		{wednesday, time.Date(2026, 6, 5, 3, 0, 0, 0, zone), true},
	} {
		if got := due(c.planned, c.at); got != c.want {
			t.Errorf("planned for %s, at %s: %t", c.planned, c.at, got)
		}
	}
}
