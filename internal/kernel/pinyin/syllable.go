package pinyin

import (
	"strings"
	"sync"

	dict "github.com/mozillazg/go-pinyin"
)

// syllable is one reading of a character.
type syllable struct {
	plain  string // wei
	marked string // wěi
}

// toneless gives the letter under a tone mark.
var toneless = map[rune]byte{
	'ā': 'a', 'á': 'a', 'ǎ': 'a', 'à': 'a', 'ē': 'e', 'é': 'e', 'ě': 'e', 'è': 'e', 'ê': 'e', 'ế': 'e', 'ề': 'e',
	'ī': 'i', 'í': 'i', 'ǐ': 'i', 'ì': 'i', 'ō': 'o', 'ó': 'o', 'ǒ': 'o', 'ò': 'o', 'ū': 'u', 'ú': 'u', 'ǔ': 'u', 'ù': 'u',
	'ü': 'v', 'ǖ': 'v', 'ǘ': 'v', 'ǚ': 'v', 'ǜ': 'v', 'ḿ': 'm', 'ń': 'n', 'ň': 'n', 'ǹ': 'n',
}

func newSyllable(marked string) syllable {
	plain := make([]byte, 0, 8)
	for _, r := range marked {
		switch {
		case r < 0x80:
			plain = append(plain, byte(r))
		case toneless[r] != 0:
			plain = append(plain, toneless[r])
		}
	}
	return syllable{plain: string(plain), marked: marked}
}

// readings of all characters, ready to use: main is the dictionary's first, corrected for names.
var readings = sync.OnceValue(func() map[rune]syllable {
	all := make(map[rune]syllable, len(dict.PinyinDict))
	made := map[string]syllable{}
	for code, text := range dict.PinyinDict {
		marked, _, _ := strings.Cut(text, ",")
		s, ok := made[marked]
		if !ok {
			s = newSyllable(marked)
			made[marked] = s
		}
		if s.plain != "" {
			all[rune(code)] = s
		}
	}
	for r, inName := range givens {
		all[r] = newSyllable(inName[0])
	}
	return all
})

// given reads a character inside a name; other asks for its second reading where it commonly has one.
func given(r rune, other bool) (syllable, bool) {
	if other {
		if inName, ok := givens[r]; ok && len(inName) > 1 {
			return newSyllable(inName[1]), true
		}
	}
	s, ok := readings()[r]
	return s, ok
}
