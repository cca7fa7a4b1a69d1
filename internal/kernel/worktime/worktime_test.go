package worktime

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
)

func calendar(tb testing.TB, zone string) Calendar {
	tb.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		tb.Fatal(err)
	}
	c := Calendar{Zone: z, Days: map[bizdate.Date][]Interval{
		bizdate.New(2026, 6, 19): nil, bizdate.New(2026, 6, 21): {{9 * 60, 12 * 60}, {13 * 60, 18 * 60}},
	}}
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

// Adding working time and measuring it are inverse, whatever the hours, and around the days on which clocks change too.
func TestORG1_AddThenWorking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		from := time.Unix(60*rapid.Int64Range(1_700_000_000/60, 1_800_000_000/60).Draw(t, "from"), 0)
		d := time.Duration(rapid.IntRange(1, 10_000).Draw(t, "minutes")) * time.Minute
		due := c.Add(from, d)
		if got := c.Working(from, due); got != d {
			t.Fatalf("working time from %s to %s = %s, want %s", from, due, got, d)
		}
		if !c.Open(due.Add(-time.Nanosecond)) {
			t.Fatalf("closed just before %s", due)
		}
		if later := c.Add(from, d+time.Minute); !later.After(due) {
			t.Fatalf("one minute more is not later: %s, %s", due, later)
		}
		if later := c.Add(from.Add(time.Minute), d); later.Before(due) {
			t.Fatalf("a minute later ends sooner: %s, %s", due, later)
		}
		mid := from.Add(rapid.SampledFrom([]time.Duration{0, time.Hour, due.Sub(from) / 2}).Draw(t, "mid"))
		if due.After(mid) && c.Working(from, mid)+c.Working(mid, due) != d {
			t.Fatalf("parts of the working time do not sum up at %s", mid)
		}
	})
}

// drawn is a calendar with any hours, in a zone that changes its clock at night, at midnight, by half an hour, or not.
func drawn(t *rapid.T) Calendar {
	z, err := time.LoadLocation(rapid.SampledFrom([]string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	c := Calendar{Zone: z, Days: map[bizdate.Date][]Interval{}}
	for i, h := range Holidays() {
		for d := h.From; d <= h.Until; d++ {
			c.Days[d] = [][]Interval{nil, {{600, 660}}, {{0, 1440}}}[i%3]
		}
	}
	for d := range c.Hours {
		edges := rapid.SliceOfNDistinct(rapid.IntRange(0, 1440), 0, 6, rapid.ID[int]).Draw(t, "edges")
		if d == int(time.Monday) {
			edges = []int{60, 150, 150, 1440} // so that every calendar opens
		}
		slices.Sort(edges)
		for i := 0; i+1 < len(edges); i += 2 {
			c.Hours[d] = append(c.Hours[d], Interval{edges[i], edges[i+1]})
		}
	}
	return c
}

// The hours are those that the clocks on the wall show: an hour that is left out is not worked, one that comes twice is worked
// twice where the center is open around it.
func TestORG1_ClockChanges(t *testing.T) {
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := Calendar{Zone: z}
	c.Hours[time.Sunday] = []Interval{{0, 150}, {150, 240}} // 02:30 does not exist on 29 March 2026, and comes twice on 25 October
	for day, want := range map[bizdate.Date]time.Duration{
		bizdate.New(2026, 3, 29): 3 * time.Hour, bizdate.New(2026, 4, 5): 4 * time.Hour, bizdate.New(2026, 10, 25): 5 * time.Hour,
	} {
		if got := c.Working(day.In(z), (day + 1).In(z)); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
	if from := bizdate.New(2026, 4, 5).In(z); !c.Add(from, 0).Equal(from) || !c.Add(from, -time.Hour).Equal(from) {
		t.Error("no working time moves the instant")
	}
}

// The shipped days are complete: as many as each year's notice names, none twice, made up on weekends only.
func TestORG1_Holidays(t *testing.T) {
	kinds, days := map[Kind]map[int]int{Off: {}, Work: {}}, map[bizdate.Date]bool{}
	for _, h := range Holidays() {
		if h.ZH == "" || h.EN == "" || kinds[h.Kind] == nil || h.From > h.Until {
			t.Fatalf("%s is incomplete", h.From)
		}
		for d := h.From; d <= h.Until; d++ {
			if days[d] {
				t.Errorf("%s stands twice", d)
			}
			days[d] = true
			kinds[h.Kind][d.UTC().Year()]++
			if weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday; h.Kind == Work && !weekend {
				t.Errorf("make-up day %s is no weekend day", d)
			}
		}
	}
	// the days before New Year 2024 are its weekend
	if want := map[int]int{2012: 27, 2013: 29, 2023: 2, 2024: 28, 2025: 28, 2026: 33}; !maps.Equal(kinds[Off], want) {
		t.Errorf("holidays = %v, want %v", kinds[Off], want)
	}
	if want := map[int]int{2011: 1, 2012: 6, 2013: 12, 2024: 8, 2025: 5, 2026: 6}; !maps.Equal(kinds[Work], want) {
		t.Errorf("make-up days = %v, want %v", kinds[Work], want)
	}
}

// Closing a day or an hour never makes a deadline earlier nor a wait longer, opening more never a deadline later (ORG-1).
func TestORG1_ClosedDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		from := time.Unix(60*rapid.Int64Range(1_700_000_000/60, 1_800_000_000/60).Draw(t, "from"), 0)
		d := time.Duration(rapid.IntRange(1, 10_000).Draw(t, "minutes")) * time.Minute
		due := c.Add(from, d)
		special := bizdate.Of(from, c.Zone) + bizdate.Date(rapid.IntRange(0, 20).Draw(t, "day"))
		shut, wide := c, c
		shut.Days, wide.Days = maps.Clone(c.Days), maps.Clone(c.Days)
		shut.Days[special], wide.Days[special] = nil, []Interval{{0, 1440}}
		if later := shut.Add(from, d); later.Before(due) {
			t.Fatalf("with %s closed the deadline is %s, before %s", special, later, due)
		}
		if sooner := wide.Add(from, d); sooner.After(due) {
			t.Fatalf("with %s open all day the deadline is %s, after %s", special, sooner, due)
		}
		until := from.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "days")) * 24 * time.Hour)
		if usual := c.Working(from, until); shut.Working(from, until) > usual || wide.Working(from, until) < usual {
			t.Fatalf("working time grows with %s closed, or shrinks with it open", special)
		}
		if from.After(special.In(c.Zone)) && bizdate.Of(from, c.Zone) != special && !shut.Add(from, d).Equal(due) {
			t.Fatal("a closed day of the past moves a deadline")
		}
	})
}
