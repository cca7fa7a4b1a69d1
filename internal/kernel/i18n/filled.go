package i18n

import (
	"fmt"
	"regexp"
	"strings"
)

// filled is a text with plain placeholders, cut into pieces when it is read so that writing it out executes no template.
type filled []piece

type piece struct{ literal, name string }

var placeholder = regexp.MustCompile(`\{\{\s*\.([A-Za-z_]+)\s*\}\}`)

// parseFilled cuts a text; not ok where it holds more than placeholders.
func parseFilled(s string) (f filled, ok bool) {
	last := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(s, -1) {
		f = append(f, piece{literal: s[last:m[0]], name: s[m[2]:m[3]]})
		last = m[1]
	}
	if f = append(f, piece{literal: s[last:]}); strings.Contains(placeholder.ReplaceAllString(s, ""), "{{") {
		return nil, false
	}
	return f, true
}

func (f filled) with(pairs []any) string {
	var b strings.Builder
	for _, p := range f {
		b.WriteString(p.literal)
		if p.name != "" {
			b.WriteString(valueOf(p.name, pairs))
		}
	}
	return b.String()
}

func valueOf(name string, pairs []any) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] != name {
			continue
		}
		if name == "count" {
			return grouped(pairs[i+1])
		}
		if s, ok := pairs[i+1].(string); ok {
			return s
		}
		return fmt.Sprint(pairs[i+1])
	}
	return ""
}
