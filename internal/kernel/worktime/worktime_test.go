package worktime

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
)

func calendar(t testing.TB, zone string) Calendar {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	c := Calendar{Zone: z, Days: map[bizdate.Date]Kind{bizdate.New(2026, 6, 19): Off, bizdate.New(2026, 6, 21): Work}}
	for d := time.Monday; d <= time.Saturday; d++ {
		c.Hours[d] = []Interval{{9 * 60, 12 * 60}, {13 * 60, 18 * 60}}
	}
	return c
}

func TestORG1_WorkingTime(t *testing.T) {
	c := calendar(t, "Asia/Shanghai")
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, c.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tc := range []struct {
		from string
		add  time.Duration
		want string
	}{
		{"2026-06-17 09:00", 30 * time.Minute, "2026-06-17 09:30"},
		{"2026-06-17 11:50", 30 * time.Minute, "2026-06-17 13:20"}, // over lunch
		{"2026-06-17 07:00", time.Hour, "2026-06-17 10:00"},        // before opening
		{"2026-06-18 17:30", time.Hour, "2026-06-20 09:30"},        // the 19th is a holiday
		{"2026-06-20 17:30", time.Hour, "2026-06-21 09:30"},        // the 21st, a Sunday, is a make-up day
		{"2026-06-27 18:00", time.Minute, "2026-06-29 09:01"},      // Sunday is closed
	} {
		got := c.Add(at(tc.from), tc.add)
		if !got.Equal(at(tc.want)) {
			t.Errorf("%s + %s = %s, want %s", tc.from, tc.add, got.In(c.Zone).Format("2006-01-02 15:04"), tc.want)
		}
	}
	if c.OpenOn(bizdate.New(2026, 6, 19)) || !c.OpenOn(bizdate.New(2026, 6, 21)) || c.Open(at("2026-06-17 12:30")) || !c.Open(at("2026-06-17 13:00")) {
		t.Error("holiday open, make-up day closed, or the lunch break open")
	}
	if (Calendar{Zone: c.Zone}).Add(at("2026-06-17 09:00"), time.Minute) != (time.Time{}) {
		t.Error("a calendar that never opens gives a deadline")
	}
}

// Adding working time and measuring it are inverse, in zones that change their clocks too.
func TestORG1_AddThenWorking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendar(&testing.T{}, rapid.SampledFrom([]string{"Asia/Shanghai", "Europe/Berlin", "America/New_York"}).Draw(t, "zone"))
		from := time.Unix(rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "from")/60*60, 0)
		d := time.Duration(rapid.IntRange(1, 10_000).Draw(t, "minutes")) * time.Minute
		due := c.Add(from, d)
		if got := c.Working(from, due); got != d {
			t.Fatalf("working time from %s to %s = %s, want %s", from, due, got, d)
		}
		if later := c.Add(from, d+time.Minute); !later.After(due) {
			t.Fatalf("one minute more is not later: %s, %s", due, later)
		}
	})
}

func TestORG1_Holidays(t *testing.T) {
	kinds, days := map[Kind]int{}, map[bizdate.Date]bool{}
	for _, h := range Holidays() {
		kinds[h.Kind]++
		if days[h.Day] || h.ZH == "" || h.EN == "" || h.Kind != Off && h.Kind != Work {
			t.Errorf("%s stands twice or is incomplete", h.Day)
		}
		days[h.Day] = true
		if weekend := h.Day.Weekday() == time.Saturday || h.Day.Weekday() == time.Sunday; h.Kind == Work && !weekend {
			t.Errorf("make-up day %s is no weekend day", h.Day)
		}
	}
	if kinds[Off] < 80 || kinds[Work] < 15 {
		t.Errorf("days = %v", kinds)
	}
}
