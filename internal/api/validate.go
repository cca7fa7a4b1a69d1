package api

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Decode reads JSON as an input of type T, with every field that is wrong named at once: an unknown one (TRU-17), a missing one, a
// wrong type, what is too long or too many. Rules of the domain are the operation's.
func Decode[T any](b []byte) (v T, err error) {
	r := newRegistry()
	if err := check(r, r.Schema(reflect.TypeFor[T](), false, ""), b); err != nil {
		return v, err
	}
	return op.DecodeJSON[T](b)
}

// Check is Decode for a type that is known at run time only, such as that of an operation of the register.
func Check(t reflect.Type, b []byte) error {
	r := newRegistry()
	return check(r, r.Schema(t, false, ""), b)
}

func check(r huma.Registry, s *huma.Schema, b []byte) error {
	tree, err := parse(b)
	if err != nil {
		return err
	}
	c := checker{registry: r}
	c.value(s, tree, "")
	return c.bad.Err("")
}

// parse reads one JSON value; an empty text is an empty object.
func parse(b []byte) (any, error) {
	if len(strings.TrimSpace(string(b))) == 0 {
		return map[string]any{}, nil
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, badJSON(err.Error())
	}
	if d.More() {
		return nil, badJSON("more than one value")
	}
	return tree, nil
}

func badJSON(cause string) error {
	var bad problem.Invalid
	bad.Add("body", "bad-json", nil, "cause", cause)
	return bad.Err("")
}

// checker walks a JSON value along its schema.
type checker struct {
	registry huma.Registry
	bad      problem.Invalid
}

func (c *checker) value(s *huma.Schema, v any, at string) {
	if s.Ref != "" {
		s = c.registry.SchemaFromRef(s.Ref)
	}
	if v == nil {
		if !s.Nullable && s.Type != "" {
			c.add(at, "bad-type", nil)
		}
		return
	}
	switch s.Type {
	case huma.TypeObject:
		c.object(s, v, at)
	case huma.TypeArray:
		c.array(s, v, at)
	case huma.TypeString:
		c.text(s, v, at)
	case huma.TypeInteger, huma.TypeNumber:
		c.number(s, v, at)
	case huma.TypeBoolean:
		if _, ok := v.(bool); !ok {
			c.add(at, "bad-type", v)
		}
	}
}

func (c *checker) add(at, code string, v any, pairs ...any) {
	if at == "" {
		at = "body"
	}
	c.bad.Add(at, code, shown(v), pairs...)
}

// shown is the value as a problem repeats it: plain and short.
func shown(v any) any {
	switch v := v.(type) {
	case string:
		if utf8.RuneCountInString(v) > 200 {
			return string([]rune(v)[:200]) + "…"
		}
		return v
	case json.Number, bool, int64:
		return v
	}
	return nil
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func (c *checker) object(s *huma.Schema, v any, at string) {
	m, ok := v.(map[string]any)
	if !ok {
		c.add(at, "bad-type", v)
		return
	}
	for _, name := range s.Required {
		if _, ok := m[name]; !ok {
			c.add(join(at, name), "required", nil)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if p, ok := s.Properties[name]; ok {
			c.value(p, m[name], join(at, name))
			continue
		}
		switch more := s.AdditionalProperties.(type) {
		case *huma.Schema:
			c.value(more, m[name], join(at, name))
		case bool:
			if !more {
				c.add(join(at, name), "unknown-field", nil, "name", name)
			}
		}
	}
}

func (c *checker) array(s *huma.Schema, v any, at string) {
	list, ok := v.([]any)
	if !ok {
		c.add(at, "bad-type", v)
		return
	}
	if s.MaxItems != nil && len(list) > *s.MaxItems {
		c.add(at, "too-many-rows", nil, "limit", *s.MaxItems)
		return
	}
	if s.MinItems != nil && len(list) < *s.MinItems {
		c.add(at, "too-few-rows", nil, "limit", *s.MinItems)
	}
	for i, item := range list {
		c.value(s.Items, item, join(at, strconv.Itoa(i)))
	}
}

func (c *checker) text(s *huma.Schema, v any, at string) {
	t, ok := v.(string)
	if !ok {
		c.add(at, "bad-type", v)
		return
	}
	switch n := utf8.RuneCountInString(t); {
	case strings.ContainsRune(t, 0) || strings.ContainsRune(t, utf8.RuneError):
		c.add(at, "bad-text", nil)
	case s.MaxLength != nil && n > *s.MaxLength:
		c.add(at, "too-long", t, "count", n, "limit", *s.MaxLength)
	case s.MinLength != nil && n < *s.MinLength && t == "":
		c.add(at, "required", nil)
	case s.MinLength != nil && n < *s.MinLength:
		c.add(at, "too-short", t, "limit", *s.MinLength)
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, any(t)):
		c.add(at, "not-one-of", t, "value", t, "list", listed(s.Enum))
	case s.Pattern != "" && !matches(s.Pattern, t):
		c.add(at, "bad-type", t)
	case t != "":
		c.format(s.Format, t, at)
	}
}

// format: an empty text is no id and no date; the operation says where there must be one.
func (c *checker) format(format, t, at string) {
	var err error
	code := ""
	switch format {
	case "uuid":
		_, err = id.Parse(t)
		code = "bad-id"
	case "date":
		_, err = bizdate.Parse(t)
		code = "bad-date"
	case "date-time":
		_, err = time.Parse(time.RFC3339Nano, t)
		code = "bad-time"
	}
	if err != nil {
		c.add(at, code, t, "value", shown(t))
	}
}

func (c *checker) number(s *huma.Schema, v any, at string) {
	n, ok := v.(json.Number)
	if text, written := v.(string); written {
		c.add(at, "bad-number", text, "value", shown(text))
		return
	}
	if !ok {
		c.add(at, "bad-type", v)
		return
	}
	f, err := n.Float64()
	if s.Type == huma.TypeInteger {
		bits := 64
		if s.Format == "int32" {
			bits = 32
		}
		if _, e := strconv.ParseInt(n.String(), 10, bits); e != nil {
			c.add(at, "bad-number", n, "value", n.String())
			return
		}
	} else if err != nil {
		c.add(at, "bad-type", n)
		return
	}
	switch {
	case s.Minimum != nil && f < *s.Minimum:
		c.add(at, "too-small", n, "limit", plain(*s.Minimum))
	case s.Maximum != nil && f > *s.Maximum:
		c.add(at, "too-big", n, "limit", plain(*s.Maximum))
	}
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func listed(values []any) string {
	var parts []string
	for _, v := range values {
		if t, ok := v.(string); ok && t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, ", ")
}

func matches(pattern, t string) bool {
	re, err := regexp.Compile(pattern)
	return err == nil && re.MatchString(t)
}
