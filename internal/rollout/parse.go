package rollout

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/width"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/phone"
)

//go:embed words.csv
var wordList []byte

// Cell is a value of a row that the program does not know as a field of its own.
type Cell struct {
	Code, Text string
}

// Lead is a row of a list of leads, its values read.
type Lead struct {
	Row        int
	Key        string
	Name       string
	Phone      string // E.164
	Email      string
	WeChat     string
	Gender     string
	Birth      bizdate.Date
	District   string
	Channel    string // as written
	Course     string
	Center     string
	Consultant string
	Entered    time.Time
	Outcome    string // signed, lost, open
	OutcomeDay bizdate.Date
	Note       string
	Custom     []Cell
}

// Reject says why a row cannot be imported: field, value, and the code of the text "reject.<code>".
type Reject struct {
	Row   int    `json:"row"`
	Field string `json:"field"`
	Value string `json:"value"`
	Code  string `json:"code"`
}

const (
	longestName  = 200
	longestValue = 2000
)

// lead reads a row. Cells with nothing in them, and the words that stand for nothing chosen, are missing.
func (m Mapping) lead(no int, cells []string, zone *time.Location) (l Lead, r *Reject) {
	l.Row = no
	for i, c := range m.Columns {
		if i >= len(cells) || c.Field == Ignore {
			continue
		}
		v := strings.TrimSpace(cells[i])
		if word, ok := m.Values[c.Field][v]; ok {
			v = word
		}
		if v == "" || v == "Select" {
			continue
		}
		if c.Field == Custom {
			if len([]rune(v)) > longestValue {
				return l, &Reject{no, c.Header, clip(v), "too-long"}
			}
			l.Custom = append(l.Custom, Cell{c.Code, v})
			continue
		}
		if code := l.set(c.Field, v, zone); code != "" {
			return l, &Reject{no, c.Header, clip(v), code}
		}
	}
	if l.Key == "" && l.Name == "" && l.Phone == "" {
		return l, &Reject{no, "", "", "nobody"}
	}
	return l, nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// set reads one value; it gives the code of what is wrong with it.
func (l *Lead) set(field, v string, zone *time.Location) string {
	if field == "note" {
		if l.Note = v; len([]rune(v)) > longestValue {
			return "too-long"
		}
		return ""
	}
	if len([]rune(v)) > longestName {
		return "too-long"
	}
	plain := map[string]*string{
		"external_key": &l.Key, "name": &l.Name, "wechat": &l.WeChat, "district": &l.District, "channel": &l.Channel, "course": &l.Course,
		"center": &l.Center, "consultant": &l.Consultant,
	}
	if to, ok := plain[field]; ok {
		*to = v
		return ""
	}
	return l.read(field, v, zone)
}

// read reads a value that has a form.
func (l *Lead) read(field, v string, zone *time.Location) string {
	var err error
	switch field {
	case "phone":
		if l.Phone, err = phone.Parse(v, "CN"); err != nil {
			return "bad-phone"
		}
	case "email":
		l.Email = strings.ToLower(width.Fold.String(v))
	case "gender":
		l.Gender = gender(v)
	case "birth":
		l.Birth, err = day(v)
	case "entered":
		l.Entered, err = instant(v, zone)
	case "outcome_day":
		l.OutcomeDay, err = day(v)
	case "outcome":
		if l.Outcome = outcome(v); l.Outcome == "" {
			return "bad-outcome"
		}
	}
	if err != nil {
		return "bad-date"
	}
	return ""
}

func gender(v string) string { return words()["gender"][strings.ToLower(v)] }

func outcome(v string) string { return words()["outcome"][strings.ToLower(v)] }

// words are the ways in which people write the values of a field: field → small letters → word of the program.
var words = sync.OnceValue(func() map[string]map[string]string {
	rows, err := csv.NewReader(bytes.NewReader(wordList)).ReadAll()
	if err != nil {
		panic(err) // part of the program; a test reads it
	}
	out := map[string]map[string]string{}
	for _, r := range rows[1:] {
		if out[r[0]] == nil {
			out[r[0]] = map[string]string{}
		}
		for w := range strings.SplitSeq(r[2], "|") {
			out[r[0]][w] = r[1]
		}
	}
	return out
})

var dayLayouts = []string{"2006-01-02", "2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2006\u5e741\u67082\u65e5", "1/2/2006", "02-Jan-2006", "2 Jan 2006"}

func day(v string) (bizdate.Date, error) {
	v = width.Fold.String(v)
	if cut, _, ok := strings.Cut(v, "T"); ok && len(cut) == 10 {
		v = cut
	}
	if cut, _, ok := strings.Cut(v, " "); ok && strings.Count(v, " ") == 1 && strings.Contains(v, ":") {
		v = cut
	}
	for _, layout := range dayLayouts {
		if t, err := time.Parse(layout, v); err == nil && t.Year() > 1900 && t.Year() < 2100 {
			return bizdate.New(t.Year(), t.Month(), t.Day()), nil
		}
	}
	return 0, strconv.ErrSyntax
}

var instantLayouts = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-1-2 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006-01-02T15:04:05", "2006\u5e741\u67082\u65e5 15:04"}

func instant(v string, zone *time.Location) (time.Time, error) {
	v = width.Fold.String(v)
	for _, layout := range instantLayouts {
		if t, err := time.ParseInLocation(layout, v, zone); err == nil {
			return t.UTC(), nil
		}
	}
	d, err := day(v)
	if err != nil {
		return time.Time{}, err
	}
	return d.In(zone).Add(9 * time.Hour).UTC(), nil
}
