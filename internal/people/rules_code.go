package people

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/problem"
)

const (
	codeName  = 40 // characters of a name: it stands on a button
	mostCodes = 40 // that a list offers
)

// Codes that the program sets itself, so that they cannot be retired: a visit booked by phone is the result "come", a form leaves the step
// "call-back". Those that are automatic nobody chooses.
var (
	automatic = map[string][]string{
		ListSteps:   {"ask-no-show", "first-contact", "visit", "finish-visit"},
		ListReasons: {"imported"},
	}
	neededToo = map[string][]string{
		ListResults: {"come"},
		ListSteps:   {"call-back", "make-quote", "follow-quote"},
	}
)

func needed(list, code string) bool {
	return slices.Contains(automatic[list], code) || slices.Contains(neededToo[list], code)
}

func shipped(list, code string) bool { return slices.Contains(shippedCodes()[list], code) }

var codeForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// entries are those of one list: those that are offered in their order, then the retired ones.
type entries []Entry

func (l entries) find(code string) (Entry, bool) {
	i := slices.IndexFunc(l, func(e Entry) bool { return e.Code == code })
	if i < 0 {
		return Entry{}, false
	}
	return l[i], true
}

func (l entries) offered() int {
	n := 0
	for _, e := range l {
		if e.Offered() {
			n++
		}
	}
	return n
}

// fresh is a code that no entry of the list has.
func (l entries) fresh() string {
	for n := 1; ; n++ {
		code := fmt.Sprintf("own-%d", n)
		if _, taken := l.find(code); !taken {
			return code
		}
	}
}

// apply gives the entry as it is after the change, and which fields differ from what it was.
func (in SetCodeInput) apply(e Entry) (Entry, []string) {
	var fields []string
	text := func(name string, field, value *string) {
		if value != nil && strings.TrimSpace(*value) != *field {
			*field, fields = strings.TrimSpace(*value), append(fields, name)
		}
	}
	truth := func(name string, field, value *bool) {
		if value != nil && *value != *field {
			*field, fields = *value, append(fields, name)
		}
	}
	text("name_zh", &e.NameZH, in.NameZH)
	text("name_en", &e.NameEN, in.NameEN)
	truth("active", &e.Active, in.Active)
	truth("spoken", &e.Spoken, in.Spoken)
	if e.Active && in.Place != nil && *in.Place != e.Place {
		e.Place, fields = *in.Place, append(fields, "place")
	}
	return e, fields
}

// check refuses an entry that cannot stand on its list as it is to be; was is what it was, empty where it is new.
func (l entries) check(e, was Entry) problem.Invalid {
	var bad problem.Invalid
	if !codeForm.MatchString(e.Code) {
		bad.Add("code", "code-form", e.Code)
	}
	if n := utf8.RuneCountInString(e.Code); n > codeName {
		bad.Add("code", "too-long", nil, "max", codeName, "limit", codeName, "count", n)
	}
	l.checkNames(&bad, e)
	if e.List != ListResults && !e.Spoken {
		bad.Add("spoken", "results-only", false)
	}
	switch {
	case was.Active && !e.Active && e.Needed:
		bad.Add("active", "code-needed", false)
	case was.Offered() && !e.Active && l.offered() == 1:
		bad.Add("active", "last-code", false)
	case !was.Active && e.Active && l.offered() >= mostCodes:
		bad.Add("active", "list-full", true, "most", mostCodes)
	}
	if e.Place < 0 || e.Place > mostCodes {
		bad.Add("place", "place-range", e.Place, "most", mostCodes)
	}
	return bad
}

// checkNames: both names, or none where the program has them; none that another entry that is offered has.
func (l entries) checkNames(bad *problem.Invalid, e Entry) {
	unnamed := e.NameZH == "" && e.NameEN == "" && e.Shipped()
	for _, f := range []struct {
		field, name string
		lang        i18n.Lang
	}{{"name_zh", e.NameZH, i18n.ZH}, {"name_en", e.NameEN, i18n.EN}} {
		switch n := utf8.RuneCountInString(f.name); {
		case unnamed:
		case f.name == "":
			bad.Add(f.field, "required", nil)
		case n > codeName:
			bad.Add(f.field, "too-long", nil, "max", codeName, "limit", codeName, "count", n)
		case slices.ContainsFunc(l, func(o Entry) bool {
			return e.Active && o.Active && o.Code != e.Code && strings.EqualFold(o.called[f.lang], f.name)
		}):
			bad.Add(f.field, "code-name-taken", f.name)
		}
	}
}

// with gives the list in its new order with the entry in its place; one without a place comes after those that are offered.
func (l entries) with(e Entry) entries {
	var offered, retired entries
	for _, o := range l {
		switch {
		case o.Code == e.Code:
		case o.Active:
			offered = append(offered, o)
		default:
			retired = append(retired, o)
		}
	}
	if !e.Active {
		retired = append(entries{e}, retired...)
		return append(offered, retired...)
	}
	at := len(offered)
	if e.Place > 0 {
		at = min(int(e.Place)-1, at)
	}
	return append(slices.Insert(offered, at, e), retired...)
}
