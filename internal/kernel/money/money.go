// Package money holds amounts in fen (1/100 yuan). They are integers everywhere; there is no floating point.
package money

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Fen is an amount in 1/100 yuan.
type Fen int64

// Yuan makes an amount of whole yuan.
func Yuan(n int64) Fen { return Fen(n * 100) }

// String gives the plain decimal, e.g. -1234.50.
func (f Fen) String() string {
	sign, n := "", int64(f)
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// Parse reads yuan as people type them: "38,400", "¥38400.5", full-width digits already folded. More than two decimals are refused.
func Parse(s string) (Fen, error) {
	t := strings.NewReplacer(",", "", "，", "", "¥", "", "￥", "", "\u5143", "", " ", "").Replace(s)
	neg := strings.HasPrefix(t, "-")
	t = strings.TrimPrefix(t, "-")
	whole, frac, _ := strings.Cut(t, ".")
	if whole == "" || len(whole) > 13 || len(frac) > 2 || strings.ContainsAny(whole+frac, "+-") {
		return 0, fmt.Errorf("parse amount %q", s)
	}
	n, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("parse amount %q", s)
	}
	if neg {
		n = -n
	}
	return Fen(n), nil
}

// Round reads a decimal number of yuan, however fine, and rounds it half-even to the fen.
func Round(s string) (Fen, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", "")
	r, ok := new(big.Rat).SetString(s)
	if !ok || len(s) > 40 || strings.ContainsAny(s, "/eEpPxX_") {
		return 0, fmt.Errorf("money: %q is no amount", s)
	}
	r.Mul(r, big.NewRat(100, 1))
	whole, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	half := rest.Abs(rest).Lsh(rest, 1).Cmp(r.Denom())
	if half > 0 || half == 0 && whole.Bit(0) == 1 {
		whole.Add(whole, big.NewInt(int64(r.Sign())))
	}
	if !whole.IsInt64() || whole.BitLen() > 53 {
		return 0, fmt.Errorf("money: %q is too large", s)
	}
	return Fen(whole.Int64()), nil
}

// Share gives part/whole of f rounded half away from zero, in exact integer arithmetic. whole must be positive.
func (f Fen) Share(part, whole int64) Fen {
	n := int64(f) * part
	half := whole / 2
	if n < 0 {
		half = -half
	}
	return Fen((n + half) / whole)
}

// ShareEven gives part/whole of f rounded half to even, in exact integer arithmetic. f and part are not negative, whole is positive.
func (f Fen) ShareEven(part, whole int64) Fen {
	n := int64(f) * part
	quo, twice := n/whole, 2*(n%whole)
	if twice > whole || twice == whole && quo%2 == 1 {
		quo++
	}
	return Fen(quo)
}

// Split divides f into n parts whose sum is exactly f; the last part takes the rest.
func (f Fen) Split(n int) []Fen {
	parts := make([]Fen, n)
	for i := range parts {
		parts[i] = f / Fen(n)
	}
	parts[n-1] += f - f/Fen(n)*Fen(n)
	return parts
}

// Even divides f into n parts that differ by at most a fen and whose sum is exactly f; the first ones take what is left over. A part never falls
// where f grows.
func (f Fen) Even(n int) []Fen {
	parts := make([]Fen, n)
	least, over := f/Fen(n), f%Fen(n)
	if over < 0 {
		least, over = least-1, over+Fen(n)
	}
	for i := range parts {
		parts[i] = least
		if Fen(i) < over {
			parts[i]++
		}
	}
	return parts
}
