package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/pinyin"
)

// Query is the range of terms that answers what somebody typed.
type Query struct {
	Kind Kind   // None: too little was typed, nothing is found
	Text string // folded
	Low  string // first text of the range
	High string // first text after it
}

// ParseQuery reads what is typed: width, case, accents, blanks and marks do not matter. Digits look for a phone, three at
// least, with or without the country code of China; Chinese characters for a name; letters for pinyin, initials or a Latin
// name; characters and letters together (张w) for the pinyin of both.
func ParseQuery(q string) Query {
	letters, digits, han := false, false, false
	for _, r := range q {
		switch {
		case pinyin.IsHan(r):
			han = true
		case unicode.IsDigit(r):
			digits = true
		case unicode.IsLetter(r):
			letters = true
		}
	}
	switch {
	case letters || han && digits:
		return prefix(Name, cut(latin(q, han)))
	case han:
		return prefix(Name, cut(strings.Join(hanRuns(q), "")))
	case digits:
		return phoneQuery(q)
	default:
		return Query{}
	}
}

// latin folds letters; characters among them become pinyin. ü after l and n is typed as v.
func latin(q string, han bool) string {
	if han {
		return pinyin.Of(q).Full
	}
	return pinyin.Fold(umlaut.Replace(q))
}

var umlaut = strings.NewReplacer("lü", "lv", "nü", "nv", "LÜ", "lv", "NÜ", "nv", "Lü", "lv", "Nü", "nv")

func phoneQuery(q string) Query {
	digits := pinyin.Fold(q)
	abroad := strings.HasPrefix(digits, "00") && len(digits) > 11
	if abroad {
		digits = digits[2:]
	}
	plus := abroad || strings.HasPrefix(strings.TrimSpace(q), "+") || strings.HasPrefix(strings.TrimSpace(q), "＋")
	if home, ok := strings.CutPrefix(digits, "86"); ok && (plus || len(digits) >= 13) {
		digits = home
		if mobile := strings.HasPrefix(home, "1") && (len(home) < 2 || home[1] >= '3'); !mobile && len(home) >= 9 {
			digits = phone.Digits("+86" + home)
		}
	}
	if len(digits) < shortest {
		return Query{}
	}
	return prefix(Phone, cut(digits))
}

// Masked is the query for phones that the viewer sees masked: the last four digits or all of them, exactly. It tells false
// for any other number of digits, which would guess at a phone digit by digit, and for a name: names are not masked.
func (q Query) Masked() (Query, bool) {
	if q.Kind != Phone {
		return Query{}, false
	}
	switch n := len(q.Text); {
	case n == tail:
		return Query{Kind: Phone, Text: q.Text, Low: q.Text, High: q.Text + " "}, true
	case n >= fewest:
		return Query{Kind: Phone, Text: q.Text, Low: q.Text + whole, High: q.Text + whole + " "}, true
	default:
		return Query{}, false
	}
}

// Matches tells whether a term is in the range, as the database would.
func (q Query) Matches(t Term) bool {
	return q.Kind != None && t.Kind == q.Kind && t.Text >= q.Low && t.Text < q.High
}

func prefix(kind Kind, text string) Query {
	if text == "" {
		return Query{}
	}
	return Query{Kind: kind, Text: text, Low: text, High: after(text)}
}

// after is the least text that is greater than every text beginning with s. It stays valid UTF-8, which PostgreSQL wants.
func after(s string) string {
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
		switch r {
		case utf8.MaxRune:
			continue
		case 0xd7ff:
			return s + "\ue000"
		default:
			return s + string(r+1)
		}
	}
	return string(utf8.MaxRune) + string(utf8.MaxRune)
}
