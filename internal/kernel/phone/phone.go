// Package phone reads phone numbers as people type them and keeps them in E.164 (PPL-3). Numbers are checked with the
// metadata of Google's libphonenumber; Chinese mobiles, nearly all there are, take a short way of their own.
package phone

import (
	"embed"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"zhike/internal/kernel/problem"
)

// Text holds the texts of this package.
//
//go:embed text/*.toml
var Text embed.FS

// China is the region of numbers that are written without a country code, unless the caller names another.
const China = "CN"

// longest is more than any number has with its separators and extension; what is longer is not looked at.
const longest = 64

// Parse gives the E.164 form of a number. region (ISO 3166, "" is China) is where a number without country code is from.
// Read are full-width digits, blanks, dashes, dots and brackets, +86, 0086 and 86, the ".0" that spreadsheets add and the
// quote that they put before digits; an extension is dropped. A Chinese mobile is 11 digits beginning 13 to 19, whether its
// range is given out yet or not. Refused: bad-phone (422, PPL-3), without the value.
func Parse(s, region string) (string, error) {
	if region == "" {
		region = China
	}
	if len(s) > longest {
		return "", bad()
	}
	var buf [longest]byte
	text, plain := tidy(buf[:0], s)
	if plain {
		if e164, ok := chineseMobile(text, region); ok {
			return e164, nil
		}
	}
	if len(text) < 5 {
		return "", bad()
	}
	number, err := phonenumbers.Parse(string(text), region)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", bad()
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

func bad() *problem.Problem { return problem.Refuse("PPL-3", "bad-phone") }

// tidy keeps digits, a leading plus and an extension's marks; plain tells that nothing but digits and the plus is left.
func tidy(dst []byte, s string) (text []byte, plain bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".0")
	plain = true
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		i += size
		switch {
		case r >= '0' && r <= '9':
			dst = append(dst, byte(r))
		case r >= '０' && r <= '９':
			dst = append(dst, byte(r-'０')+'0')
		case (r == '+' || r == '＋') && len(dst) == 0:
			dst = append(dst, '+')
		case isSeparator(r):
		default: // letters, extensions, anything else: the library decides
			plain = false
			dst = utf8.AppendRune(dst, r)
		}
		if len(dst) > longest-utf8.UTFMax {
			return nil, false
		}
	}
	if !plain && !isExtended(dst) {
		return nil, false
	}
	return dst, plain
}

// isSeparator tells of the marks that people write between digits: blanks of all widths, dashes, dots, brackets, the
// spreadsheet's quote, and the invisible marks that come with copied numbers.
func isSeparator(r rune) bool {
	switch r {
	case ' ', '\t', '\u00a0', '\u3000', '-', '.', '(', ')', '/', '\'', '·', '（', '）', '－', '—', '–', '‐', '‑', '．',
		'\u200b', '\u200e', '\u200f', '\u202a', '\u202c', '\u202d', '\ufeff':
		return true
	}
	return false
}

// isExtended tells that what is not a digit marks an extension, as in 010-62345678 ext. 801 or 62345678x801; letters that
// stand for digits (1-800-FLOWERS) are not read.
func isExtended(text []byte) bool {
	digits := 0
	for i, c := range text {
		if c >= '0' && c <= '9' || c == '+' {
			digits++
			continue
		}
		mark := strings.ToLower(strings.TrimRight(string(text[i:]), "0123456789"))
		return digits >= 7 && (mark == "ext" || mark == "x" || mark == "#" || mark == ",")
	}
	return false
}

// chineseMobile reads plain digits as a Chinese mobile, without the library.
func chineseMobile(text []byte, region string) (string, bool) {
	digits := text
	switch {
	case len(text) == 14 && string(text[:3]) == "+86":
		digits = text[3:]
	case region != China:
		return "", false
	case len(text) == 15 && string(text[:4]) == "0086":
		digits = text[4:]
	case len(text) == 13 && string(text[:2]) == "86":
		digits = text[2:]
	}
	if len(digits) != 11 || digits[0] != '1' || digits[1] < '3' {
		return "", false
	}
	var e164 [14]byte
	copy(e164[:], "+86")
	copy(e164[3:], digits)
	return string(e164[:]), true
}

// isChineseMobile tells whether an E.164 number is one.
func isChineseMobile(e164 string) bool {
	return len(e164) == 14 && strings.HasPrefix(e164, "+861") && e164[4] >= '3'
}

// Tail gives the last four digits, of a shorter number all.
func Tail(e164 string) string { return e164[max(0, len(e164)-4):] }

// Mask hides the middle (PPL-10): 138****1234 for a Chinese mobile, 010****5678 for a Chinese landline, +44****2671 for a
// number abroad. A number of fewer than nine digits shows its last two only.
func Mask(e164 string) string {
	const hidden = "****"
	switch {
	case isChineseMobile(e164):
		return e164[3:6] + hidden + Tail(e164)
	case len(e164) < 10:
		return hidden + e164[max(0, len(e164)-2):]
	case strings.HasPrefix(e164, "+86"):
		return areaCode(e164[3:]) + hidden + Tail(e164)
	default:
		return e164[:3] + hidden + Tail(e164)
	}
}

// areaCode gives the area code of a Chinese landline with its trunk zero: 010, 02x, three digits elsewhere; of a service
// number (400, 800) the first three digits.
func areaCode(national string) string {
	switch {
	case strings.HasPrefix(national, "400"), strings.HasPrefix(national, "800"):
		return national[:3]
	case strings.HasPrefix(national, "10"), strings.HasPrefix(national, "2"):
		return "0" + national[:2]
	default:
		return "0" + national[:3]
	}
}

// National is the number as people read it: 138 0013 8000, 010 6234 5678; a number abroad with its country code.
func National(e164 string) string {
	if isChineseMobile(e164) {
		return e164[3:6] + " " + e164[6:10] + " " + e164[10:]
	}
	number, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil {
		return e164
	}
	if number.GetCountryCode() == 86 {
		return phonenumbers.Format(number, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// Digits is the number as it is dialled at home, digits only: 13800138000, 01062345678; a number abroad with its country
// code and without the plus. It is what a search looks in (PPL-2).
func Digits(e164 string) string {
	national, ok := strings.CutPrefix(e164, "+86")
	switch {
	case !ok:
		return strings.TrimPrefix(e164, "+")
	case isChineseMobile(e164), strings.HasPrefix(national, "400"), strings.HasPrefix(national, "800"):
		return national
	default:
		return "0" + national
	}
}
