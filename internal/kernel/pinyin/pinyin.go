// Package pinyin reads names as people say and type them: Chinese names by their pinyin, with the readings that characters
// have as surnames, and Latin names folded. It holds no other text.
package pinyin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reading is how a name sounds.
type Reading struct {
	Full     string   // without tones, blanks and marks: zhangwei, lvna, johnsmith
	Initials string   // of each syllable or word: zw, js
	Marked   string   // for display: Zhāng Wěi; a Latin name as it was written
	Parts    []string // the syllables and words that Full joins: zhang, wei
	Given    int      // Parts[:Given] is the surname of a Chinese name; 0 where there is none
}

// maxRunes is how much of a name is read; nobody's name is longer, but a form takes anything.
const maxRunes = 64

// Of gives the reading of a name: surname first for Chinese names, compound surnames known, ü as v, as it is typed.
// Marks and emoji are left out; in a mixed name each Latin word counts as one part.
func Of(name string) Reading {
	if isPlainASCII(name) {
		return latin(name)
	}
	return join(spell(name, false))
}

// Readings gives Of(name) and, where a character of the name is commonly read in another way (覃 qin and tan, 茜 qian and
// xi), the reading with that one as well: at most two.
func Readings(name string) []Reading {
	first := Of(name)
	if isPlainASCII(name) {
		return []Reading{first}
	}
	if second := join(spell(name, true)); second.Full != first.Full {
		return []Reading{first, second}
	}
	return []Reading{first}
}

// IsHan tells whether r is a Chinese character.
func IsHan(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= 0x3400 && r <= 0x4dbf || r >= 0x20000 && r <= 0x323af || r == '〇'
}

// Surname cuts a Chinese name after its surname: 欧阳娜娜 gives 欧阳 and 娜娜. A name that does not begin with a Chinese
// character has none.
func Surname(name string) (surname, rest string) {
	first, size := utf8.DecodeRuneInString(name)
	if !IsHan(first) {
		return "", name
	}
	second, more := utf8.DecodeRuneInString(name[size:])
	if _, ok := compounds[string([]rune{first, second})]; ok {
		size += more
	}
	return name[:size], name[size:]
}

// piece is one syllable, or one Latin word.
type piece struct {
	syllable
	han     bool
	surname bool
}

// spell reads a name piece by piece; other takes each character's second reading where it has one.
func spell(name string, other bool) []piece {
	pieces := make([]piece, 0, 8)
	pieces, rest := spellSurname(pieces, name, other)
	word := -1 // where the Latin word that is being read begins
	read := 0
	for i, r := range rest {
		if read++; read > maxRunes {
			rest = rest[:i]
			break
		}
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\'' || r == '’'
		if word >= 0 && (!letter || IsHan(r)) {
			pieces = appendWord(pieces, rest[word:i])
			word = -1
		}
		switch {
		case IsHan(r):
			if s, ok := given(r, other); ok {
				pieces = append(pieces, piece{syllable: s, han: true})
			}
		case letter && word < 0:
			word = i
		}
	}
	if word >= 0 {
		pieces = appendWord(pieces, rest[word:])
	}
	return pieces
}

func spellSurname(pieces []piece, name string, other bool) (all []piece, rest string) {
	name = strings.TrimSpace(name)
	surname, rest := Surname(name)
	if surname == "" {
		return pieces, rest
	}
	readings, known := compounds[surname]
	if !known {
		readings, known = surnames[surname]
	}
	if !known {
		r, _ := utf8.DecodeRuneInString(surname)
		s, ok := given(r, other)
		if !ok {
			return pieces, rest
		}
		return append(pieces, piece{syllable: s, han: true, surname: true}), rest
	}
	reading := readings[0]
	if other && len(readings) > 1 {
		reading = readings[1]
	}
	for marked := range strings.FieldsSeq(reading) {
		pieces = append(pieces, piece{syllable: newSyllable(marked), han: true, surname: true})
	}
	return pieces, rest
}

func appendWord(pieces []piece, word string) []piece {
	plain := Fold(word)
	if plain == "" {
		return pieces
	}
	return append(pieces, piece{syllable: syllable{plain: plain, marked: word}})
}

// join makes the reading of its pieces.
func join(pieces []piece) Reading {
	var r Reading
	var full, initials, marked strings.Builder
	r.Parts = make([]string, 0, len(pieces))
	for i, p := range pieces {
		full.WriteString(p.plain)
		first, _ := utf8.DecodeRuneInString(p.plain)
		initials.WriteRune(first)
		r.Parts = append(r.Parts, p.plain)
		if p.surname {
			r.Given = i + 1
		}
		writeMarked(&marked, pieces, i)
	}
	r.Full, r.Initials, r.Marked = full.String(), initials.String(), marked.String()
	return r
}

// writeMarked follows GB/T 28039-2011: surname and given name are two words, each with a capital; an apostrophe before a
// syllable that begins with a, e or o.
func writeMarked(b *strings.Builder, pieces []piece, i int) {
	p := pieces[i]
	starts := i == 0 || !p.han || !pieces[i-1].han || pieces[i-1].surname && !p.surname
	switch {
	case !starts:
		if strings.ContainsRune("aeo", rune(p.plain[0])) {
			b.WriteByte('\'')
		}
		b.WriteString(p.marked)
		return
	case i > 0:
		b.WriteByte(' ')
	}
	if !p.han {
		b.WriteString(p.marked)
		return
	}
	first, size := utf8.DecodeRuneInString(p.marked)
	b.WriteRune(unicode.ToUpper(first))
	b.WriteString(p.marked[size:])
}

// latin reads a name of ASCII letters, the common case beside Chinese.
func latin(name string) Reading {
	if len(name) > maxRunes {
		name = name[:maxRunes]
	}
	r := Reading{Marked: strings.TrimSpace(name)}
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '\'' })
	initials := make([]byte, 0, len(words))
	r.Parts = words[:0]
	for _, w := range words {
		if w = strings.ReplaceAll(w, "'", ""); w != "" {
			r.Parts = append(r.Parts, w)
			initials = append(initials, w[0])
		}
	}
	r.Full, r.Initials = strings.Join(r.Parts, ""), string(initials)
	return r
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
