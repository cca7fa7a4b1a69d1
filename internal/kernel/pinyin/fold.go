package pinyin

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// special are the Latin letters that do not decompose into a letter and an accent.
var special = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n",
}

// Fold brings a text to the form in which names are compared: lower case, full-width letters and digits made plain, accents
// stripped (ü stays v in pinyin: lǚ is lv, but Müller is muller), and nothing kept but letters and digits.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	if !isPlainASCII(s) {
		s = norm.NFKD.String(s)
	}
	for _, r := range s {
		r = unicode.ToLower(r)
		switch text, ok := special[r]; {
		case ok:
			b.WriteString(text)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isFolded tells that Fold would change nothing: small letters, digits and the common Chinese characters.
func isFolded(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && (r < 0x4e00 || r > 0x9fff) {
			return false
		}
	}
	return true
}
