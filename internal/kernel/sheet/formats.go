package sheet

import (
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// format is what a cell's style makes of a number.
type format uint8

const (
	number format = iota
	moment        // a day, a time of day, or both
	span          // a length of time: [h]:mm
)

const maxStyles = 65_536

// readFormats gives the format of each cell style.
func readFormats(x *xmlReader) ([]format, error) {
	codes := map[string]format{}
	var formats []format
	inCells := false
	for {
		el, err := x.element()
		switch {
		case errors.Is(err, io.EOF):
			return formats, nil
		case err != nil:
			return nil, err
		case len(formats) > maxStyles || len(codes) > maxStyles:
			return nil, refuse("sheet-bomb")
		case el.name == "cellXfs":
			inCells = el.start
		case !el.start:
		case el.name == "numFmt":
			codes[el.attr("numFmtId")] = readFormat(el.attr("formatCode"))
		case el.name == "xf" && inCells:
			code := el.attr("numFmtId")
			f, ok := codes[code]
			if !ok {
				f = builtin(code)
			}
			formats = append(formats, f)
		}
	}
}

// builtin gives the formats that a workbook need not spell out (ECMA-376 part 1, 18.8.30), with those of Chinese Excel.
func builtin(code string) format {
	n, err := strconv.Atoi(code)
	switch {
	case err != nil:
		return number
	case n == 46:
		return span
	case n >= 14 && n <= 22, n >= 27 && n <= 36, n == 45, n == 47, n >= 50 && n <= 58:
		return moment
	default:
		return number
	}
}

// readFormat looks for the letters of days and times outside quotation marks, brackets and escapes.
func readFormat(code string) format {
	code, _, _ = strings.Cut(strings.ToLower(code), ";")
	if strings.Contains(code, "general") {
		return number
	}
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '\\', '_', '*':
			i++
		case '"':
			i = skipTo(code, i+1, '"')
		case '[':
			end := skipTo(code, i+1, ']')
			if in := code[i+1 : min(end, len(code))]; in != "" && strings.Trim(in, in[:1]) == "" && strings.Contains("hms", in[:1]) {
				return span
			}
			i = end
		case 'y', 'm', 'd', 'h', 's':
			return moment
		}
	}
	return number
}

func skipTo(s string, from int, c byte) int {
	if i := strings.IndexByte(s[from:], c); i >= 0 {
		return from + i
	}
	return len(s)
}

// showNumber gives a number as plain decimals of 15 digits, as Excel keeps it, and a moment as ISO text: 2026-03-05,
// 2026-03-05 14:30:00, or 14:30:00 without a day; a length of time as hours, minutes and seconds.
func showNumber(value string, f format, era1904 bool) string {
	if f == number && len(value) <= 15 && strings.Trim(value, "0123456789") == "" {
		return value
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return value
	}
	switch {
	case f == moment && n >= 0 && n < 2_958_466: // up to the year 9999
		return showMoment(n, era1904)
	case f == span && n >= 0 && n < 1e6:
		seconds := int64(math.Round(n * 86_400))
		return strconv.FormatInt(seconds/3600, 10) + time.Unix(seconds%3600, 0).UTC().Format(":04:05")
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	if err != nil || math.Abs(rounded) >= 1e21 {
		return value
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

func showMoment(n float64, era1904 bool) string {
	days := int64(n)
	seconds := int64(math.Round((n - float64(days)) * 86_400))
	clock := time.Unix(seconds, 0).UTC()
	if days == 0 && !era1904 && seconds < 86_400 {
		return clock.Format(time.TimeOnly)
	}
	first := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case era1904:
		first = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	case days < 60: // Excel counts a 29 February 1900
		days++
	}
	at := first.AddDate(0, 0, int(days)).Add(time.Duration(seconds) * time.Second)
	if at.Equal(at.Truncate(24 * time.Hour)) {
		return at.Format(time.DateOnly)
	}
	return at.Format(time.DateTime)
}
