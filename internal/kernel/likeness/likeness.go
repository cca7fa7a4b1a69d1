// Package likeness tells how alike two names are, and whether two records with one phone are the same person (PPL-4).
package likeness

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"zhike/internal/kernel/pinyin"
)

const (
	// Homophone is the likeness of names that sound the same and are written otherwise: 张伟 and 章伟, 王小明 and 王晓明,
	// 张伟 and Zhang Wei.
	Homophone = 0.9
	// Alike is the likeness from which names count as similar (PPL-4): the same sound, a letter mistyped.
	Alike = 0.85

	unlike = 0.84 // the most that names of other sound reach
)

// Name tells how alike two names are, from 0 to 1; 1 is equal after folding, and an empty name is like no other.
//
// Chinese names are compared character by character: the same character costs nothing, one of the same sound a tenth, one
// of nearly the same sound (zh and z, n and l, ng and n) three tenths, any other one; a character too many three quarters;
// all of it half as much again in the surname. The likeness is 1 less the cost per character; names of the same sound
// throughout have Homophone. Latin names are compared by Text, as written and with the words in order of the alphabet. A
// Chinese and a Latin name are compared by the pinyin, surname first or last.
func Name(a, b string) float64 {
	x, y := pinyin.Fold(a), pinyin.Fold(b)
	switch {
	case x == "" || y == "":
		return 0
	case x == y:
		return 1
	}
	hanA, hanB := isHan(x), isHan(y)
	switch {
	case hanA && hanB:
		return chinese(x, y)
	case hanA:
		return mixed(pinyin.Of(a), pinyin.Of(b))
	case hanB:
		return mixed(pinyin.Of(b), pinyin.Of(a))
	default:
		return latin(pinyin.Of(a), pinyin.Of(b))
	}
}

// Compatible tells whether two records with the same phone can bear these names and be one person for sure. They can where
//   - the names are equal after folding, or sound the same (张伟 and 章伟, 张伟 and Zhang Wei), or
//   - one is empty, or
//   - one is a surname with a title, or a surname alone, and the other has the same surname (张女士 and 张伟, 李妈妈 and 李).
//
// Everything else is at most a likely duplicate, which a person decides: parents and children share a phone (PPL-3).
func Compatible(a, b string) bool {
	x, y := pinyin.Fold(a), pinyin.Fold(b)
	switch {
	case x == "" || y == "" || x == y:
		return true
	case sameSound(a, b):
		return true
	}
	surnameA, restA := pinyin.Surname(x)
	surnameB, restB := pinyin.Surname(y)
	return surnameA != "" && surnameA == surnameB && (isTitle(restA) || isTitle(restB))
}

//go:embed titles.txt
var titleList string

var titles = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{"": true}
	for title := range strings.FieldsSeq(titleList) {
		all[title] = true
	}
	return all
})

//go:embed ageless.txt
var agelessList string

// Grown tells that a name is a surname with the title of a grown-up: 张女士, and not 张同学.
func Grown(name string) bool {
	_, title := pinyin.Surname(pinyin.Fold(name))
	return title != "" && isTitle(title) && !slices.Contains(strings.Fields(agelessList), title)
}

// isTitle tells of what stands after a surname instead of a given name.
func isTitle(s string) bool { return titles()[s] }

// sameSound tells that two names have a reading in common; surname first or last where one is Latin.
func sameSound(a, b string) bool {
	for _, x := range pinyin.Readings(a) {
		for _, y := range pinyin.Readings(b) {
			switch {
			case x.Full == "":
			case x.Full == y.Full:
				return true
			case x.Given > 0 && y.Given == 0 && givenFirst(x) == y.Full, y.Given > 0 && x.Given == 0 && givenFirst(y) == x.Full:
				return true
			}
		}
	}
	return false
}

// givenFirst is a Chinese name as foreigners write it: weizhang.
func givenFirst(r pinyin.Reading) string {
	return strings.Join(r.Parts[r.Given:], "") + strings.Join(r.Parts[:r.Given], "")
}

func isHan(s string) bool {
	for _, r := range s {
		if pinyin.IsHan(r) {
			return true
		}
	}
	return false
}

func latin(a, b pinyin.Reading) float64 {
	best := Text(a.Full, b.Full)
	if len(a.Parts) > 1 || len(b.Parts) > 1 {
		best = max(best, Text(sorted(a.Parts), sorted(b.Parts)))
	}
	return best
}

func sorted(parts []string) string { return strings.Join(slices.Sorted(slices.Values(parts)), "") }

func mixed(han, other pinyin.Reading) float64 {
	if han.Full == other.Full || givenFirst(han) == other.Full {
		return Homophone
	}
	return Homophone * max(Text(han.Full, other.Full), Text(givenFirst(han), other.Full))
}

const (
	costSound   = 0.1
	costNear    = 0.3
	costMissing = 0.75
	ofSurname   = 1.5
)

// chinese aligns the characters of two names at the least cost.
func chinese(a, b string) float64 {
	x, y := []rune(a), []rune(b)
	if len(x) > 32 || len(y) > 32 {
		x, y = x[:min(len(x), 32)], y[:min(len(y), 32)]
	}
	if sameSound(a, b) {
		return Homophone
	}
	surname := func(i int) float64 {
		if i == 0 {
			return ofSurname
		}
		return 1
	}
	sounds := func(s []rune) []string {
		all := make([]string, len(s))
		for i, r := range s {
			all[i] = pinyin.Of(string(r)).Full
		}
		return all
	}
	soundX, soundY := sounds(x), sounds(y)
	row := make([]float64, len(y)+1)
	for j := range y {
		row[j+1] = row[j] + costMissing*surname(j)
	}
	for i := range x {
		corner := row[0]
		row[0] += costMissing * surname(i)
		for j := range y {
			change := corner
			if x[i] != y[j] {
				change += cost(soundX[i], soundY[j]) * surname(min(i, j))
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j+1]+costMissing*surname(i), row[j]+costMissing*surname(j))
		}
	}
	return max(0, min(unlike, 1-row[len(y)]/float64(max(len(x), len(y)))))
}

func cost(a, b string) float64 {
	switch {
	case a == "" || b == "":
		return 1
	case a == b:
		return costSound
	case near(a) == near(b):
		return costNear
	default:
		return 1
	}
}

// near levels the sounds that speakers of many regions do not tell apart.
func near(s string) string {
	for _, pair := range [...][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}, {"h", "f"}} {
		if rest, ok := strings.CutPrefix(s, pair[0]); ok {
			s = pair[1] + rest
			break
		}
	}
	if rest, ok := strings.CutSuffix(s, "ng"); ok {
		return rest + "n"
	}
	return s
}
