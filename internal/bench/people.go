package bench

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

//go:embed names.txt
var namesFile string

// words are the lists that people are made up from; the frequent surnames come first.
type words map[string][]string

func readWords() words {
	w := words{}
	for line := range strings.Lines(namesFile) {
		if list := strings.Fields(line); len(list) > 1 {
			w[list[0]] = list[1:]
		}
	}
	return w
}

// person is somebody made up. Everything about number n follows from the seed and n, so that the driver can ask for people
// without a list of them.
type person struct {
	name, pinyin, initials, phone, email, district, birth, gender string
}

// Numbers of people that are entered while measuring begin here, so that no phone is twice.
const (
	firstCreated  = 10_000_000
	firstImported = 20_000_000
)

func (w words) person(seed uint64, n int) person {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	surnames, given := w["surnames"], w["given"]
	parts := []string{surnames[r.IntN(len(surnames))*r.IntN(len(surnames))/len(surnames)]}
	for range 1 + (r.IntN(10)+6)/10 {
		parts = append(parts, of(r, given))
	}
	p := person{phone: phoneOf(n), district: of(r, w["districts"]), gender: of(r, []string{"female", "male"})}
	for _, s := range parts {
		_, size := utf8.DecodeRuneInString(s)
		p.name, p.pinyin, p.initials = p.name+s[:size], p.pinyin+s[size:], p.initials+s[size:size+1]
	}
	if r.IntN(3) == 0 {
		p.email = fmt.Sprintf("%s%d@example.org", p.pinyin, r.IntN(10_000))
	}
	p.birth = fmt.Sprintf("%d-%02d-%02d", 1980+r.IntN(40), 1+r.IntN(12), 1+r.IntN(28))
	return p
}

// phoneOf gives each number its own mobile phone: the multiplier has no factor in common with a power of ten.
func phoneOf(n int) string {
	prefixes := [...]int{138, 139, 150, 151, 158, 159, 186, 187, 188, 177}
	return fmt.Sprintf("%d%08d", prefixes[n%len(prefixes)], (n/len(prefixes)*27_182_819+3_141_592)%100_000_000)
}

// typed is what somebody types into the search while looking for a person: a name, its beginning, pinyin, initials, the last
// digits of a phone (of a masked one, fewer or others find nobody).
func typed(r *rand.Rand, p person) string {
	return []string{p.name, firstRune(p.name), p.pinyin, p.pinyin[:min(4, len(p.pinyin))], p.initials, p.phone[len(p.phone)-4:]}[weighted(r, 25, 5, 20, 10, 15, 25)]
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

func of[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// weighted draws an index, index i with weight w[i].
func weighted(r *rand.Rand, w ...int) int {
	sum := 0
	for _, x := range w {
		sum += x
	}
	k := r.IntN(sum)
	for i, x := range w {
		if k < x {
			return i
		}
		k -= x
	}
	return 0
}
