package people

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhike/internal/kernel/bizdate"
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
			if n > 1 || words[i][1]-words[i][0] > 1 { // of a letter alone nothing could be masked
				out[text[words[i][0]:words[i+n-1][1]]] = true
			}
		}
	}
	return out
}

// ownCards are the numbers of identity cards in texts of the person's own that are its own: those that hold its birth date, where that is known (GB
// 11643). A number of a parent may stand in a field of the child.
func ownCards(texts []string, births []bizdate.Date) (out []string) {
	for _, text := range texts {
		for _, found := range card.FindAllString(text, -1) {
			known := slices.ContainsFunc(births, func(d bizdate.Date) bool { return d != 0 })
			if !known || slices.ContainsFunc(births, func(d bizdate.Date) bool { return d != 0 && strings.ReplaceAll(d.String(), "-", "") == found[6:14] }) {
				out = append(out, found)
			}
		}
	}
	return out
}

// replaceName masks a name within words; a Latin one only where it stands as a word: Leo is not in Leopard.
func replaceName(text, name string) string {
	first, _ := utf8.DecodeRuneInString(name)
	if !unicode.Is(unicode.Latin, first) {
		return strings.ReplaceAll(text, name, string(first)+"**")
	}
	var b strings.Builder
	for {
		i := strings.Index(text, name)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		end := i + len(name)
		before, _ := utf8.DecodeLastRuneInString(b.String() + text[:i])
		after, _ := utf8.DecodeRuneInString(text[end:])
		b.WriteString(text[:i])
		if unicode.Is(unicode.Latin, before) || unicode.Is(unicode.Latin, after) {
			b.WriteString(name)
		} else {
			b.WriteString(string(first) + "**")
		}
		text = text[end:]
	}
}

// maskWords masks the names of others, and phones, mail addresses and numbers of identity cards that are not the person's own, within words.
func maskWords(text string, others, own map[string]bool) string {
	var b strings.Builder
	at := 0
	for _, m := range card.FindAllStringIndex(text, -1) {
		if number := text[m[0]:m[1]]; own[strings.ToLower(number)] { // there is no phone in it
			b.WriteString(maskPart(text[at:m[0]], others, own) + number)
			at = m[1]
		}
	}
	return b.String() + maskPart(text[at:], others, own)
}

// maskPart masks words between numbers that are the person's own.
func maskPart(text string, others, own map[string]bool) string {
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
		text = replaceName(text, name)
	}
	return text
}
