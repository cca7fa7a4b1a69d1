// Package hours holds course hours in hundredths of an hour; there is no floating point.
package hours

import (
	"fmt"
	"strings"
)

// Centi is a number of course hours in 1/100 h.
type Centi int64

// Whole makes n whole hours.
func Whole(n int64) Centi { return Centi(n * 100) }

// String gives the shortest decimal: 7, 1.5, 0.25.
func (c Centi) String() string {
	sign, n := "", int64(c)
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%d.%02d", n/100, n%100)
	return sign + strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
