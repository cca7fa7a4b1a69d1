// Package search says under which terms a person is stored in the term table, and which range of terms answers what is
// typed (PPL-2). One B-tree over (kind, text) serves everything: a query is
//
//	kind = q.Kind AND text >= q.Low AND text < q.High
//
// with texts compared byte by byte (SQLite BINARY, PostgreSQL COLLATE "C").
//
// # Terms
//
// A name is stored from each of its characters on (张伟, 伟), its pinyin from each syllable on, the surname then following
// the given name as foreigners write it (zhangwei, weizhang), and its initials (zw); a Latin name from each word on, the
// words before it following (johnsmith, smithjohn), and its initials. A phone is stored from each digit on, the last three
// digits at least, so that any three consecutive digits begin a term; the whole number ends with a mark.
//
// # Size
//
// A Chinese person with one mobile has 16 terms; over a mix of names of two to four characters the mean is 15.8 terms and
// 106 bytes of text, so 500,000 people have 7.9 million rows with 53 MB of text. TestPPL2_Size measures it.
package search

import (
	"strings"
	"unicode/utf8"

	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/pinyin"
)

// Kind is what a term was made of; a phone's terms are for those who see the phone, see Query.Masked.
type Kind uint8

// The kinds of terms. They are stored, and never change.
const (
	None  Kind = 0 // a query that finds nothing
	Name  Kind = 1
	Phone Kind = 2
)

// Term is one row of the term table.
type Term struct {
	Kind Kind
	Text string
}

const (
	shortest  = 3   // digits of a phone that find it
	tail      = 4   // digits that find a masked phone
	fewest    = 7   // digits of a whole number
	whole     = "$" // ends the term of a whole number; sorts before every digit
	maxStarts = 12  // characters or syllables that a name is stored from
	maxText   = 32  // runes of a term and of a query
)

// Terms gives the terms of a person: name is the Chinese name or the only one, latinName a second one, phones are E.164.
// Terms that begin another term of the same name are left out.
func Terms(name, latinName string, phones []string) []Term {
	terms := make([]Term, 0, 16+9*max(0, len(phones)-1))
	terms = appendName(terms, name)
	if latinName != "" && latinName != name {
		terms = appendName(terms, latinName)
	}
	for _, p := range phones {
		terms = appendPhone(terms, phone.Digits(p))
	}
	return terms
}

func appendName(terms []Term, name string) []Term {
	for _, run := range hanRuns(name) {
		starts := 0
		for i := range run {
			if starts++; starts > maxStarts {
				break
			}
			terms = add(terms, cut(run[i:]))
		}
	}
	for _, r := range pinyin.Readings(name) {
		for i := range min(len(r.Parts), maxStarts) {
			terms = add(terms, cut(from(r, i)))
		}
		terms = add(terms, cut(r.Initials))
	}
	return terms
}

// from joins the parts of a name from the i-th on. What stands before follows: of a Latin name always, of a Chinese one
// the surname where the given name begins.
func from(r pinyin.Reading, i int) string {
	switch {
	case i == 0:
		return r.Full
	case r.Given == 0 || i == r.Given:
		before := 0
		for _, p := range r.Parts[:i] {
			before += len(p)
		}
		return r.Full[before:] + r.Full[:before]
	default:
		return strings.Join(r.Parts[i:], "")
	}
}

// add keeps a term of a name, unless one that begins with it is there already.
func add(terms []Term, text string) []Term {
	if text == "" {
		return terms
	}
	for i, t := range terms {
		if t.Kind == Name && strings.HasPrefix(t.Text, text) {
			return terms
		}
		if t.Kind == Name && strings.HasPrefix(text, t.Text) {
			terms[i].Text = text
			return terms
		}
	}
	return append(terms, Term{Name, text})
}

func appendPhone(terms []Term, digits string) []Term {
	if len(digits) < shortest {
		return terms
	}
	terms = append(terms, Term{Phone, digits + whole})
	for i := 1; i <= len(digits)-shortest; i++ {
		terms = append(terms, Term{Phone, digits[i:]})
	}
	return terms
}

// hanRuns gives the stretches of Chinese characters in a name; blanks between them do not count.
func hanRuns(name string) []string {
	var runs []string
	var run []byte
	for _, r := range name {
		switch {
		case pinyin.IsHan(r):
			run = utf8.AppendRune(run, r)
		case r == ' ' || r == '\u3000':
		case len(run) > 0:
			runs, run = append(runs, string(run)), run[:0]
		}
	}
	if len(run) > 0 {
		runs = append(runs, string(run))
	}
	return runs
}

// cut shortens a text to what terms hold.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > maxText {
			return s[:i]
		}
	}
	return s
}
