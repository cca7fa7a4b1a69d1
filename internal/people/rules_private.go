package people

import (
	_ "embed"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a custom value may be that is masked as phones are (PPL-10).
const (
	privateNumber  = "id-number" // of an identity card or passport
	privateAddress = "address"   // where somebody lives
)

//go:embed private.txt
var privateWords string // in names of fields: of ID numbers in the first line, of addresses in the second, of neither in the third

// cardNumber is a number of a Chinese identity card (GB 11643), whatever its field is called.
var cardNumber = regexp.MustCompile(`(?:^|[^0-9A-Za-z])([1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx])(?:$|[^0-9A-Za-z])`)

// privateKind tells which names of a field, its code or what people call it, say that its values are private; "" where none does.
func privateKind(names ...string) string {
	for _, name := range names {
		name = strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || r == '-' || r == '.' {
				return '_'
			}
			return unicode.ToLower(r)
		}, name)
		numbers, rest, _ := strings.Cut(privateWords, "\n")
		addresses, others, _ := strings.Cut(rest, "\n")
		named := func(words string) bool {
			for w := range strings.FieldsSeq(words) {
				if w[0] >= utf8.RuneSelf && strings.Contains(name, w) || strings.Contains("_"+name+"_", "_"+w+"_") {
					return true // a Latin word stands for itself: paid_note is no id_no
				}
			}
			return false
		}
		switch {
		case named(others):
		case named(numbers):
			return privateNumber
		case named(addresses):
			return privateAddress
		}
	}
	return ""
}

// privateOf is the kind of a value by its field's kind, or by what it looks like.
func privateOf(kind, text string) string {
	if kind == "" && cardNumber.MatchString(text) {
		return privateNumber
	}
	return kind
}

// maskPrivate masks a value: of an ID number the first three and last four characters stay, of an address the first three; of short ones nothing.
func maskPrivate(kind, text string) string {
	const head, tail, stars = 3, 4, "****"
	runes := []rune(text)
	switch {
	case len(runes) < 2*(head+tail)-4:
		return stars
	case kind == privateNumber:
		return string(runes[:head]) + stars + string(runes[len(runes)-tail:])
	}
	return string(runes[:head]) + stars
}
