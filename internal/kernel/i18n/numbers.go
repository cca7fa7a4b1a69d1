package i18n

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/money"
)

const (
	minus = "−"
	// None stands where there is no figure.
	None = "–"
)

// Money writes an amount in full: ¥38,400.00.
func Money(_ context.Context, f money.Fen) string {
	sign, n := "", int64(f)
	if n < 0 {
		sign, n = minus, -n
	}
	return fmt.Sprintf("%s¥%s.%02d", sign, group(n/100), n%100)
}

// MoneyWhole writes an amount without fen where it has none: ¥38,400.
func MoneyWhole(ctx context.Context, f money.Fen) string {
	return strings.TrimSuffix(Money(ctx, f), ".00")
}

// MoneyShort writes an amount for summaries: 546 万, 1.2 亿; ¥5.46M. Small amounts are written in whole yuan.
func MoneyShort(ctx context.Context, f money.Fen) string {
	if f < 0 {
		return minus + short(ctx, -f)
	}
	return short(ctx, f)
}

// Difference writes a signed amount for summaries: ＋26 万; +¥0.26M.
func Difference(ctx context.Context, f money.Fen) string {
	if f < 0 {
		return minus + short(ctx, -f)
	}
	if f == 0 {
		return short(ctx, f)
	}
	return T(ctx, "sign.plus") + short(ctx, f)
}

// MoneyRange writes a range of amounts in one unit: 31–41 万; ¥0.31–0.41M.
func MoneyRange(ctx context.Context, low, high money.Fen) string {
	lang := LangOf(ctx)
	key, unit := unitOf(lang, max(abs(low), abs(high)))
	if key == "" {
		return Range(ctx, MoneyShort(ctx, low), MoneyShort(ctx, high))
	}
	return T(ctx, key, "n", Range(ctx, signed(lang, low, unit), signed(lang, high, unit)))
}

// Points writes a difference of ratios: −14 个百分点; −14 pp. nil is none.
func Points(ctx context.Context, ratio *float64) string {
	if ratio == nil {
		return None
	}
	return T(ctx, "unit.points", "n", DifferenceCount(ctx, int64(math.Round(*ratio*100))))
}

// DifferenceCount writes a signed count: ＋3, −12.
func DifferenceCount(ctx context.Context, n int64) string {
	if n > 0 {
		return T(ctx, "sign.plus") + group(n)
	}
	return Count(ctx, n)
}

// Hours writes course hours: 7 课时; 7 h.
func Hours(ctx context.Context, c hours.Centi) string {
	return T(ctx, "unit.hours", "n", strings.Replace(c.String(), "-", minus, 1))
}

// Count writes a whole number in groups of three: 1,284.
func Count[N ~int | ~int32 | ~int64](_ context.Context, n N) string {
	return counted(int64(n))
}

// Percent writes a ratio: 74%; one decimal below 10 %. nil, the ratio of nothing, is none.
func Percent(_ context.Context, ratio *float64) string {
	if ratio == nil || math.IsNaN(*ratio) || math.IsInf(*ratio, 0) {
		return None
	}
	digits := 0
	if math.Abs(*ratio) < 0.0995 {
		digits = 1
	}
	s := strings.TrimSuffix(strconv.FormatFloat(*ratio*100, 'f', digits, 64), ".0")
	if s == "-0" {
		s = "0"
	}
	return strings.Replace(s, "-", minus, 1) + "%"
}

// PercentOf writes part of whole as a ratio; none where the whole is zero.
func PercentOf(ctx context.Context, part, whole int64) string {
	if whole == 0 {
		return None
	}
	ratio := float64(part) / float64(whole)
	return Percent(ctx, &ratio)
}

// Range joins two ends: 7–49; −34～＋5 where an end has a sign.
func Range(ctx context.Context, low, high string) string {
	if strings.ContainsAny(low+high, minus+"+＋-") {
		return low + T(ctx, "sign.to") + high
	}
	return low + "–" + high
}

// Interval writes a 95 % interval: 95% 区间 7–49; 95% interval 7–49.
func Interval(ctx context.Context, low, high string) string {
	return T(ctx, "unit.interval", "range", Range(ctx, low, high))
}

// unitOf chooses the unit of a summary: its key, and its size in yuan; "" where whole yuan are short enough.
func unitOf(lang Lang, f money.Fen) (string, int64) {
	sizes := []int64{100_000_000, 10_000}
	keys := []string{"unit.yi", "unit.wan"}
	floors := sizes
	if lang == EN {
		sizes = []int64{1_000_000_000, 1_000_000, 1_000}
		keys = []string{"unit.billion", "unit.million", "unit.thousand"}
		floors = []int64{1_000_000_000, 100_000, 10_000}
	}
	for i, floor := range floors {
		if f >= money.Yuan(floor) {
			return keys[i], sizes[i]
		}
	}
	return "", 1
}

func short(ctx context.Context, f money.Fen) string {
	lang := LangOf(ctx)
	key, unit := unitOf(lang, f)
	if key == "" {
		return "¥" + group(int64(f+50)/100)
	}
	return T(ctx, key, "n", amount(lang, f, unit))
}

func signed(lang Lang, f money.Fen, unit int64) string {
	if f < 0 {
		return minus + amount(lang, -f, unit)
	}
	return amount(lang, f, unit)
}

// amount writes f in a unit of so many yuan: one decimal below ten, English millions two; half a last digit rounds up.
func amount(lang Lang, f money.Fen, unit int64) string {
	decimals := 0
	switch whole := int64(f) / 100 / unit; {
	case lang == EN && unit >= 1_000_000 && whole < 10:
		decimals = 2
	case whole < 10, unit == 100_000_000 && whole < 100, lang == EN && unit >= 1_000_000 && whole < 100:
		decimals = 1
	}
	scale := int64(math.Pow10(decimals))
	n := (int64(f)*scale + unit*50) / (unit * 100)
	if decimals == 0 || n%scale == 0 && (lang == ZH || unit < 1_000_000) {
		return group(n / scale)
	}
	return fmt.Sprintf("%s.%0*d", group(n/scale), decimals, n%scale)
}

func abs(f money.Fen) money.Fen { return max(f, -f) }

// List writes the items of a list one after the other, as the language separates them.
func List(ctx context.Context, items []string) string {
	return strings.Join(items, T(ctx, "sign.comma"))
}

// grouped writes a counted value of a text: whole numbers in groups, anything else as it is.
func grouped(v any) string {
	switch n := v.(type) {
	case int:
		return counted(int64(n))
	case int64:
		return counted(n)
	case int32:
		return counted(int64(n))
	}
	return fmt.Sprint(v)
}

func counted(n int64) string {
	if n < 0 {
		return minus + group(-n)
	}
	return group(n)
}

func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
