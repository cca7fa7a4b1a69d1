package web

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

type decoder struct {
	zone  *time.Location
	wrong problem.Invalid
}

// value reads one value; an empty one leaves the zero value.
func (d *decoder) value(v reflect.Value, name, s string, tag reflect.StructTag) {
	if v.Kind() == reflect.String && !isText(v) {
		d.text(v, name, s, tag)
		return
	}
	s = strings.TrimSpace(width.Fold.String(s))
	if s == "" {
		return
	}
	if code := d.read(v, s); code != "" {
		d.wrong.Add(name, code, cut(s), "value", cut(s))
	}
}

// read sets v from a folded text, or gives the code of what is wrong.
func (d *decoder) read(v reflect.Value, s string) string {
	switch p := v.Addr().Interface().(type) {
	case *money.Fen:
		return into(p, "bad-amount", s, money.Parse)
	case *hours.Centi:
		return into(p, "bad-hours", s, parseHours)
	case *bizdate.Date:
		return into(p, "bad-date", s, parseDate)
	case *id.ID:
		return into(p, "bad-id", s, id.Parse)
	case *time.Time:
		return into(p, "bad-time", s, d.parseTime)
	case encoding.TextUnmarshaler:
		if p.UnmarshalText([]byte(s)) != nil {
			return "not-one-of"
		}
		return ""
	}
	return readKind(v, s)
}

func readKind(v reflect.Value, s string) string {
	switch v.Kind() {
	case reflect.Bool:
		switch s {
		case "true", "on", "1", "yes":
			v.SetBool(true)
		case "false", "off", "0", "no":
			v.SetBool(false)
		default:
			return "not-one-of"
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
		if err != nil || v.OverflowInt(n) {
			return "bad-number"
		}
		v.SetInt(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f != f || f > 1e15 || f < -1e15 {
			return "bad-number"
		}
		v.SetFloat(f)
	default:
		return "unknown-field"
	}
	return ""
}

func into[T any](p *T, code, s string, parse func(string) (T, error)) string {
	v, err := parse(s)
	if err != nil {
		return code
	}
	*p = v
	return ""
}

// text reads a text: line ends made one, control characters refused, full-width digits and letters folded unless the tag says free.
func (d *decoder) text(v reflect.Value, name, s string, tag reflect.StructTag) {
	s = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		d.wrong.Add(name, "bad-text", nil)
		return
	}
	if tag.Get("form") != "free" {
		s = foldText(s)
	}
	limit := maxText
	if n, err := strconv.Atoi(tag.Get("maxLength")); err == nil {
		limit = n
	}
	if n := utf8.RuneCountInString(s); n > limit {
		d.wrong.Add(name, "too-long", cut(s), "limit", limit, "count", n)
		return
	}
	v.SetString(s)
}

// foldText makes full-width digits and letters narrow. A text of nothing else than width variants of ASCII (a phone, a code) is folded
// whole, its signs too; in others the Chinese signs stay.
func foldText(s string) string {
	folded := width.Fold.String(s)
	if folded == s {
		return s
	}
	if !strings.ContainsFunc(folded, func(r rune) bool { return r > unicode.MaxASCII }) && strings.ContainsFunc(folded, unicode.IsDigit) {
		return strings.TrimSpace(folded)
	}
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ' {
			return r - '０' + '0'
		}
		return r
	}, s)
}

// parseHours reads course hours with at most two decimals.
func parseHours(s string) (hours.Centi, error) {
	f, err := money.Parse(s) // both count hundredths
	return hours.Centi(f), err
}

// parseDate reads 2026-11-24, 2026/11/24, 2026.11.24 and 20261124, with or without leading zeros.
func parseDate(s string) (bizdate.Date, error) {
	if len(s) == 8 && !strings.ContainsAny(s, "-/.") {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '/' || r == '.' || unicode.Is(unicode.Han, r) || r == ' ' })
	if len(parts) != 3 {
		return 0, fmt.Errorf("parse date %q", s)
	}
	for i := 1; i < 3; i++ {
		if len(parts[i]) == 1 {
			parts[i] = "0" + parts[i]
		}
	}
	return bizdate.Parse(strings.Join(parts, "-"))
}

// parseTime reads what a datetime-local field sends, in the viewer's zone, or RFC 3339.
func (d *decoder) parseTime(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, d.zone); err == nil {
			return t.UTC(), nil
		}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("parse time %q: %w", s, err)
	}
	return t.UTC(), nil
}

func isText(v reflect.Value) bool {
	_, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
	return ok
}

var knownFields sync.Map // reflect.Type → map[string]reflect.StructField

// fieldsOf gives the fields of a struct by JSON name, those of embedded structs included.
func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	if m, ok := knownFields.Load(t); ok {
		return m.(map[string]reflect.StructField)
	}
	m := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		m[name] = f
	}
	knownFields.Store(t, m)
	return m
}
