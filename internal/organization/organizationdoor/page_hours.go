package organizationdoor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/width"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// week is the order in which a form lists the days.
var week = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// openingFields are the opening hours as a form writes them: a line a weekday, "09:00-12:00, 14:00-21:00"; empty is closed.
type openingFields struct {
	Day0 string `json:"hours_0" maxLength:"100"`
	Day1 string `json:"hours_1" maxLength:"100"`
	Day2 string `json:"hours_2" maxLength:"100"`
	Day3 string `json:"hours_3" maxLength:"100"`
	Day4 string `json:"hours_4" maxLength:"100"`
	Day5 string `json:"hours_5" maxLength:"100"`
	Day6 string `json:"hours_6" maxLength:"100"`
}

func (f openingFields) lines() [7]string {
	return [7]string{f.Day0, f.Day1, f.Day2, f.Day3, f.Day4, f.Day5, f.Day6}
}

func openingName(day time.Weekday) string { return fmt.Sprintf("hours_%d", day) }

// openingDay gives the weekday of a form's line.
func openingDay(name string) (time.Weekday, bool) {
	for _, day := range week {
		if name == openingName(day) {
			return day, true
		}
	}
	return 0, false
}

// openingLine writes the hours of a weekday as the form does.
func openingLine(list []organization.OpenHours, day time.Weekday) string {
	var parts []string
	for _, h := range list {
		if h.Weekday == int(day) {
			parts = append(parts, clock(h.From)+"-"+clock(h.Until))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// hours reads the lines of a week. Refused, by line: bad-opening; a week without any hours.
func (f openingFields) hours() ([]organization.OpenHours, problem.Invalid) {
	var bad problem.Invalid
	var list []organization.OpenHours
	for day, line := range f.lines() {
		read, ok := readOpening(line)
		if !ok {
			bad.Add(openingName(time.Weekday(day)), "bad-opening", line, "value", line)
			continue
		}
		for _, h := range read {
			list = append(list, organization.OpenHours{Weekday: day, From: h[0], Until: h[1]})
		}
	}
	if len(bad) == 0 && len(list) == 0 {
		bad.Add(openingName(time.Monday), "required", nil)
	}
	return list, bad
}

var dashes = strings.NewReplacer("–", "-", "—", "-", "~", "-", "\u81f3", "-", "\u5230", "-", " ", "", "、", ",", ";", ",")

// readOpening reads intervals of a day, in order and apart: minutes from midnight.
func readOpening(line string) (list [][2]int, ok bool) {
	for part := range strings.SplitSeq(dashes.Replace(width.Fold.String(line)), ",") {
		if part == "" {
			continue
		}
		from, until, found := strings.Cut(part, "-")
		a, okA := readClock(from)
		b, okB := readClock(until)
		if !found || !okA || !okB || a >= b || len(list) > 0 && a < list[len(list)-1][1] {
			return nil, false
		}
		list = append(list, [2]int{a, b})
	}
	return list, true
}

// readClock reads 9, 9:30, 09:30 and 24:00 as minutes from midnight.
func readClock(s string) (int, bool) {
	if !strings.Contains(s, ":") {
		s += ":00"
	}
	var h, m int
	if n, err := fmt.Sscanf(s, "%d:%d", &h, &m); n != 2 || err != nil || h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return 0, false
	}
	return h*60 + m, true
}

// openingFacts lists the opening hours of a week for reading.
func openingFacts(ctx context.Context, list []organization.OpenHours) web.FactList {
	var f web.FactList
	for _, day := range week {
		line := strings.ReplaceAll(openingLine(list, day), "-", "–")
		if line == "" {
			line = t(ctx, "center.shut")
		}
		f.Facts = append(f.Facts, web.Fact{Term: i18n.Weekday(ctx, day), Value: web.Text(line)})
	}
	return f
}
