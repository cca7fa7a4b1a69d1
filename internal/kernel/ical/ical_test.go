package ical_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/ical"
)

// TestPRC5_Calendar: a calendar is what RFC 5545 says, to the byte.
func TestPRC5_Calendar(t *testing.T) {
	at := time.Date(2026, 11, 30, 9, 30, 0, 0, time.FixedZone("", 8*3600))
	got := string(ical.Calendar{Name: "知客, 任务", Events: []ical.Event{
		{UID: "a@zhike", Stamp: at, Day: bizdate.New(2026, 11, 30), Summary: "写; 周报, 第一\\段\n完", Free: true, Sequence: 2},
		{UID: "b@zhike", Stamp: at, Starts: at, Ends: at.Add(time.Hour), Summary: strings.Repeat("字", 40), URL: "https://x.example/tasks/b"},
	}}.Bytes())
	want := strings.Join([]string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Zhike//Zhike//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", `X-WR-CALNAME:知客\, 任务`, "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
		"BEGIN:VEVENT", "UID:a@zhike", "DTSTAMP:20261130T013000Z", "DTSTART;VALUE=DATE:20261130", "DTEND;VALUE=DATE:20261201", `SUMMARY:写\; 周报\, 第一\\段\n完`, "TRANSP:TRANSPARENT", "SEQUENCE:2", "END:VEVENT",
		"BEGIN:VEVENT", "UID:b@zhike", "DTSTAMP:20261130T013000Z", "DTSTART:20261130T013000Z", "DTEND:20261130T023000Z",
		"SUMMARY:" + strings.Repeat("字", 22), " " + strings.Repeat("字", 18), "URL:https://x.example/tasks/b", "SEQUENCE:0", "END:VEVENT", "END:VCALENDAR", "",
	}, "\r\n")
	if got != want {
		t.Errorf("calendar:\n%s\nwant:\n%s", got, want)
	}
}

// TestPRC5_CalendarLines: whatever the texts hold, every line is at most 75 octets of whole characters, and unfolded there is one value a line.
func TestPRC5_CalendarLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := ical.Calendar{Name: rapid.String().Draw(t, "name"), Events: []ical.Event{{UID: "u", Summary: rapid.String().Draw(t, "summary"), URL: rapid.String().Draw(t, "url")}}}
		text := string(c.Bytes())
		for line := range strings.SplitSeq(text, "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("line of %d octets: %q", len(line), line)
			}
		}
		whole := strings.ReplaceAll(text, "\r\n ", "")
		if n := strings.Count(whole, "\r\n"); n != 7+8+1 && n != 7+9+1 {
			t.Fatalf("%d lines in %q", n, whole)
		}
	})
}
