package people

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhike/internal/kernel/phone"
)

const (
	shortestName = 2 // characters
	mostChinese  = 4 // of a Chinese one
	mostWords    = 3 // of a Latin one
)

var (
	// numbered is what may be a phone number within words: seven digits or more, with separators.
	numbered = regexp.MustCompile(`\+?\d(?:[ \-.()（）]{0,2}\d){6,18}`)
	// mobile and card are numbers that stand beside others: a day, an amount.
	mobile = regexp.MustCompile(`1[3-9]\d(?:[ -]?\d){8}`)
	card   = regexp.MustCompile(`[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]`)
	mailed = regexp.MustCompile(`[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+`)
	latin  = regexp.MustCompile(`\p{Latin}[\p{Latin}'’\-]*`)
)

// namesIn gives what may be names of persons within words: each run of two to four Chinese characters, and one to three Latin words in a row.
func namesIn(text string) map[string]bool {
	out := map[string]bool{}
	runes := []rune(text)
	for i := range runes {
		for n := 1; n <= mostChinese && i+n <= len(runes) && unicode.Is(unicode.Han, runes[i+n-1]); n++ {
			if n >= shortestName {
				out[string(runes[i:i+n])] = true
			}
		}
	}
	words := latin.FindAllStringIndex(text, -1)
	for i := range words {
		for n := 1; n <= mostWords && i+n <= len(words); n++ {
			if n > 1 && strings.TrimSpace(text[words[i+n-2][1]:words[i+n-1][0]]) != "" {
				break
			}
			if n > 1 || words[i][1]-words[i][0] > 3 {
				out[text[words[i][0]:words[i+n-1][1]]] = true
			}
		}
	}
	return out
}

// maskWords masks the names of others, and phones and mail addresses that are not the person's own, within words.
func maskWords(text string, others, own map[string]bool) string {
	text = card.ReplaceAllStringFunc(text, func(found string) string { return maskPrivate(privateNumber, found) })
	number := func(found string) string {
		e164, err := phone.Parse(found, "")
		if err != nil || own[e164] {
			return found
		}
		return phone.Mask(e164)
	}
	text = numbered.ReplaceAllStringFunc(mobile.ReplaceAllStringFunc(text, number), number)
	text = mailed.ReplaceAllStringFunc(text, func(found string) string {
		if own[strings.ToLower(found)] {
			return found
		}
		return found[:1] + "***" + found[strings.IndexByte(found, '@'):]
	})
	for _, name := range longestFirst(others) {
		first, _ := utf8.DecodeRuneInString(name)
		text = strings.ReplaceAll(text, name, string(first)+"**")
	}
	return text
}
