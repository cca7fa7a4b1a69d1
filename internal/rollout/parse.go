package rollout

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/phone"
	"zhike/internal/people"
)

//go:embed words.csv
var wordList []byte

// Cell is a value of a row that the program does not know as a field of its own.
type Cell struct {
	Code, Text string
}

// Lead is a row of a list of leads or of people, its values read.
type Lead struct {
	Row          int
	Key          string
	Name         string
	Phone        string // E.164
	Email        string
	WeChat       string
	Gender       string
	Birth        bizdate.Date
	District     string
	Channel      string // as written
	Campaign     string
	Course       string
	Center       string
	Consultant   string
	Entered      time.Time
	Outcome      string // signed, lost, open
	OutcomeDay   bizdate.Date
	Note         string
	Organization string // as written
	Value        money.Fen
	Custom       []Cell
	Kept         []Cell // field → value that is none of the field's, kept as text and reported as unmapped
}

// Reject says why a row cannot be imported: field, value, and the code of the text "reject.<code>".
type Reject struct {
	Row   int    `json:"row"`
	Field string `json:"field"`
	Value string `json:"value"`
	Code  string `json:"code"`
}

// Lengths of values in characters, as the operations take them; what is longer is kept as text.
const (
	longestKey   = 200
	longestName  = 100
	longestValue = 2000
	mostValue    = money.Fen(10_000_000_000) // of a matter: what is more is kept as text
)

// where says where and when a row is read: the zone of its instants, and the day after which nobody is born.
type where struct {
	zone  *time.Location
	today bizdate.Date
}

// lead reads a row. Cells with nothing in them, and the words that stand for nothing chosen, are missing. Rejected (contract.md,
// import): a phone that is none, a date that cannot be read, a row that names nobody. All else is kept, as text where it is not what
// its field wants.
func (m Mapping) lead(no int, cells []string, at where) (l Lead, r *Reject) {
	l.Row = no
	for i, c := range m.Columns {
		if i >= len(cells) || c.Field == Ignore {
			continue
		}
		v := plainText(cells[i])
		if word, ok := m.Values[c.Field][v]; ok {
			v = word
		}
		if v == "" || v == "Select" {
			continue
		}
		if c.Field == Custom {
			l.Custom = append(l.Custom, Cell{c.Code, clipTo(v, longestValue)})
			continue
		}
		if code := l.set(c.Field, v, at); code != "" {
			return l, &Reject{no, c.Header, clip(v), code}
		}
	}
	if l.Key == "" && l.Name == "" && l.Phone == "" {
		return l, &Reject{no, "", "", "nobody"}
	}
	return l, nil
}

// plainText is a cell without blanks around it and without what cannot be printed.
func plainText(s string) string {
	if strings.ContainsFunc(s, unprintable) || !utf8.ValidString(s) {
		s = strings.Map(func(r rune) rune {
			if unprintable(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
	}
	return strings.TrimSpace(s)
}

func unprintable(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) || r == '\ufeff' }

func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// clipTo cuts a text to so many characters.
func clipTo(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// keep keeps a value as text beside the record.
func (l *Lead) keep(field, v string) { l.Kept = append(l.Kept, Cell{field, clipTo(v, longestValue)}) }

// line gives a value of one line that fits, else it is kept as text.
func (l *Lead) line(field, v string, most int) string {
	if v = strings.Join(strings.Fields(v), " "); len(v) > most && utf8.RuneCountInString(v) > most {
		l.keep(field, v)
		return ""
	}
	return v
}

// set reads one value; it gives the code of what is wrong with it.
func (l *Lead) set(field, v string, at where) string {
	switch field {
	case "note":
		l.Note = clipTo(v, longestValue)
	case "external_key":
		l.Key = l.line(field, v, longestKey)
	case "name":
		if l.Name = l.line(field, v, longestName); l.Name == "" {
			l.Name = clipTo(strings.Join(strings.Fields(v), " "), longestName)
		}
	case "wechat":
		l.WeChat = l.line(field, v, longestKey)
	case "district":
		l.District = l.line(field, v, longestName)
	case "channel":
		l.Channel = clipTo(strings.Join(strings.Fields(v), " "), longestKey)
	case "campaign":
		l.Campaign = l.line(field, v, longestKey)
	case "course":
		l.Course = clipTo(v, longestValue)
	case "center":
		l.Center = clipTo(v, longestValue)
	case "organization":
		l.Organization = clipTo(v, longestValue)
	case "consultant":
		l.Consultant = clipTo(v, longestValue)
	default:
		return l.read(field, v, at)
	}
	return ""
}

// read reads a value that has a form.
func (l *Lead) read(field, v string, at where) string {
	var err error
	switch field {
	case "phone":
		if l.Phone, err = phone.Parse(v, phone.China); err != nil {
			return "bad-phone"
		}
	case "email":
		if l.Email = strings.ToLower(width.Fold.String(v)); !people.IsEmail(l.Email) {
			l.Email = ""
			l.keep(field, v)
		}
	case "gender":
		if l.Gender = gender(v); l.Gender == "" {
			l.keep(field, v)
		}
	case "birth":
		if l.Birth, err = day(v); err == nil && (l.Birth > at.today || l.Birth < at.today-130*365) {
			l.Birth = 0
			l.keep(field, v)
		}
	case "value":
		if l.Value, err = money.Parse(width.Fold.String(v)); err != nil || l.Value < 0 || l.Value > mostValue {
			l.Value, err = 0, nil
			l.keep(field, v)
		}
	case "entered":
		l.Entered, err = instant(v, at.zone)
	case "outcome_day":
		l.OutcomeDay, err = day(v)
	case "outcome":
		if l.Outcome = outcomeWord(v); l.Outcome == "" {
			l.keep(field, v)
		}
	}
	if err != nil {
		return "bad-date"
	}
	return ""
}

func gender(v string) string { return words()["gender"][strings.ToLower(v)] }

func outcomeWord(v string) string { return words()["outcome"][strings.ToLower(v)] }

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
