package organizationdoor

import (
	"testing"
	"time"

	"zhike/internal/kernel/problem"
)

// TestORG1_Hours reads opening hours as people type them.
func TestORG1_Hours(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"09:00-21:00", "09:00-21:00"},
		{"9-21", "09:00-21:00"},
		{"９：００－１２：００，14:00至21:00", "09:00-12:00, 14:00-21:00"},
		{"8:30~24:00", "08:30-24:00"},
		{"  ", ""},
	} {
		f := openingFields{Day1: c.line, Day2: "9-10"}
		list, bad := f.hours()
		if got := openingLine(list, time.Monday); got != c.want || len(bad) > 0 {
			t.Errorf("%q = %q, %v, want %q", c.line, got, bad, c.want)
		}
	}
	for _, line := range []string{"late", "21-9", "9-25", "9:70-10", "9-12, 11-14", "9", "-", "9-12-14"} {
		_, bad := openingFields{Day1: line}.hours()
		if len(bad) != 1 || bad[0].Location != "hours_1" || bad[0].Code != "bad-opening" {
			t.Errorf("%q: %v", line, bad)
		}
	}
	if _, bad := (openingFields{}).hours(); len(bad) != 1 || bad[0].Code != "required" {
		t.Errorf("a week without hours: %v", bad)
	}
}

func TestORG9_Seal(t *testing.T) {
	now := time.Date(2026, 6, 3, 1, 12, 0, 0, time.UTC)
	s := newSeal([]byte("0123456789abcdef0123456789abcdef"))
	text, err := s.close(firstStep{Login: "a", Password: "b", Until: now.Add(stepTime)})
	if err != nil {
		t.Fatal(err)
	}
	if step, ok := s.open(text, now); !ok || step.Login != "a" || step.Password != "b" {
		t.Errorf("opened %+v, %t", step, ok)
	}
	if _, ok := s.open(text, now.Add(stepTime)); ok {
		t.Error("it opens after its time")
	}
	if _, ok := newSeal([]byte("another key another key another!")).open(text, now); ok {
		t.Error("it opens under another key")
	}
	if _, ok := s.open(text[:len(text)-2]+"AA", now); ok {
		t.Error("it opens after it was changed")
	}
}

func TestORG10_Stale(t *testing.T) {
	if _, ok := stale(&problem.Problem{Status: 412, Code: "stale"}); !ok {
		t.Error("a stale save is not seen")
	}
	if _, ok := stale(problem.NotFound("center")); ok {
		t.Error("another refusal is taken for a stale save")
	}
}
