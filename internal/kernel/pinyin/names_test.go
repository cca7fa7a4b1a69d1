package pinyin

import (
	"strings"
	"testing"

	dict "github.com/mozillazg/go-pinyin"
)

// Each entry of the tables says what the dictionary does not, and is written as the dictionary writes.
func TestTables_SayOnlyWhatIsNeeded(t *testing.T) {
	first := func(r rune) string {
		s, _, _ := strings.Cut(dict.PinyinDict[int(r)], ",")
		return s
	}
	for name, readings := range surnames {
		if len(readings) == 1 && newSyllable(readings[0]) == newSyllable(inName([]rune(name)[0], first)) {
			t.Errorf("surname %s %v", name, readings)
		}
	}
	for r, readings := range givens {
		if len(readings) == 1 && readings[0] == first(r) {
			t.Errorf("given %c %v", r, readings)
		}
	}
	for name, readings := range compounds {
		for _, reading := range readings {
			if len(strings.Fields(reading)) != 2 || len([]rune(name)) != 2 {
				t.Errorf("compound %s %v", name, readings)
			}
		}
	}
}

// inName is how a character is read inside a name.
func inName(r rune, first func(rune) string) string {
	if g, ok := givens[r]; ok {
		return g[0]
	}
	return first(r)
}
