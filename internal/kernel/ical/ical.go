// Package ical writes calendars as RFC 5545 has them: times in UTC or whole days, texts escaped, lines folded at 75 octets.
package ical

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zhike/internal/kernel/bizdate"
)

// Event is an entry of a calendar: of a whole day where Day is set, else from Starts to Ends.
type Event struct {
	UID          string
	Stamp        time.Time // when it was made
	Sequence     int64     // rises with each change
	Day          bizdate.Date
	Starts, Ends time.Time
	Summary      string
	URL          string
	Free         bool // takes up no time
}

// Calendar is a published calendar.
type Calendar struct {
	Name   string
	Events []Event
}

// lineOctets is how long a line may be, without its end.
const lineOctets = 75

// Bytes writes the calendar; equal calendars are equal bytes.
func (c Calendar) Bytes() []byte {
	var w writer
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//Zhike//Zhike//EN")
	w.line("CALSCALE", "GREGORIAN")
	w.line("METHOD", "PUBLISH")
	w.line("X-WR-CALNAME", escape(c.Name))
	w.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	for _, e := range c.Events {
		w.event(e)
	}
	w.line("END", "VCALENDAR")
	return w.Bytes()
}

type writer struct{ bytes.Buffer }

func (w *writer) event(e Event) {
	w.line("BEGIN", "VEVENT")
	w.line("UID", escape(e.UID))
	w.line("DTSTAMP", instant(e.Stamp))
	if e.Day.IsZero() {
		w.line("DTSTART", instant(e.Starts))
		w.line("DTEND", instant(e.Ends))
	} else {
		w.line("DTSTART;VALUE=DATE", day(e.Day))
		w.line("DTEND;VALUE=DATE", day(e.Day+1))
	}
	w.line("SUMMARY", escape(e.Summary))
	if e.URL != "" {
		w.line("URL", uri(e.URL))
	}
	if e.Free {
		w.line("TRANSP", "TRANSPARENT")
	}
	w.line("SEQUENCE", strconv.FormatInt(e.Sequence, 10))
	w.line("END", "VEVENT")
}

// line writes a property, folded between characters: each further line begins with a space, which counts.
func (w *writer) line(name, value string) {
	text, room := name+":"+value, lineOctets
	for len(text) > room {
		cut := room
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		w.WriteString(text[:cut] + "\r\n ")
		text, room = text[cut:], lineOctets-1
	}
	w.WriteString(text + "\r\n")
}

func instant(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func day(d bizdate.Date) string { return d.UTC().Format("20060102") }

// escape writes a text value; control characters, which no text may hold, are left out.
func escape(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "�"))
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// uri leaves out what ends a line.
func uri(s string) string {
	return strings.NewReplacer("\r", "", "\n", "").Replace(strings.ToValidUTF8(s, ""))
}
