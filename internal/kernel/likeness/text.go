package likeness

import "unicode/utf8"

// Text is the Jaro-Winkler similarity of two texts, from 0 to 1 (Winkler 1990; prefix of up to four characters, weight
// 0.1, only where the Jaro similarity is over 0.7). Texts are taken as they are, their first 64 characters; two empty ones
// are not alike.
func Text(a, b string) float64 {
	if a > b { // the pairs that are found depend on the order; so both ways give the same
		a, b = b, a
	}
	var bufA, bufB [most]rune
	x, y := runes(bufA[:0], a), runes(bufB[:0], b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	j := jaro(x, y)
	if j <= 0.7 {
		return j
	}
	prefix := 0
	for prefix < min(len(x), len(y), 4) && x[prefix] == y[prefix] {
		prefix++
	}
	return j + float64(prefix)*0.1*(1-j)
}

const most = 64

func runes(dst []rune, s string) []rune {
	for len(s) > 0 && len(dst) < most {
		r, size := utf8.DecodeRuneInString(s)
		dst, s = append(dst, r), s[size:]
	}
	return dst
}

// jaro counts the characters that both have at nearly the same place, and those of them that changed places.
func jaro(x, y []rune) float64 {
	reach := max(0, max(len(x), len(y))/2-1)
	var takenX, takenY uint64 // bit i: the i-th character has found its like
	matches := 0
	for i, r := range x {
		for j := max(0, i-reach); j < min(len(y), i+reach+1); j++ {
			if takenY>>j&1 == 0 && y[j] == r {
				takenX |= 1 << i
				takenY |= 1 << j
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	moved, j := 0, 0
	for i, r := range x {
		if takenX>>i&1 == 0 {
			continue
		}
		for takenY>>j&1 == 0 {
			j++
		}
		if y[j] != r {
			moved++
		}
		j++
	}
	m := float64(matches)
	return (m/float64(len(x)) + m/float64(len(y)) + (m-float64(moved/2))/m) / 3
}
