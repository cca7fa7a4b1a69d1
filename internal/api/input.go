package api

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

const (
	keyHeader = "Idempotency-Key"
	maxKey    = 100
	baseField = "base_version"
)

// param is a value of the path or the query.
type param struct {
	name, in, doc string
	index         []int
	kind          string // of the record that an id of the path names
	required      bool
	schema        *huma.Schema
}

// params lists the fields of a struct that come from the path and, if asked, the query.
func params(r huma.Registry, t reflect.Type, path string, query bool) (list []param) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		p := param{index: f.Index, doc: f.Tag.Get("doc")}
		if name, ok := f.Tag.Lookup("path"); ok && strings.Contains(path, "{"+name+"}") {
			jsonName, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			p.name, p.in, p.kind, p.required = name, "path", strings.TrimSuffix(jsonName, "_id"), true
		} else if name, ok := f.Tag.Lookup("query"); ok && query {
			p.name, p.in, p.required = name, "query", f.Tag.Get("required") == "true"
		} else {
			continue
		}
		p.schema = huma.SchemaFromField(r, f, "")
		p.schema.Description = ""
		p.schema.Nullable = false
		list = append(list, p)
	}
	return list
}

// readParams fills params of a request; unknown ones of the query are refused.
func readParams(reg huma.Registry, list []param, r *http.Request, into reflect.Value) error {
	c := checker{registry: reg}
	query := r.URL.Query()
	for _, p := range list {
		values, given := query[p.name]
		raw := strings.Join(values, ",")
		if p.in == "path" {
			raw, given = r.PathValue(p.name), true
		}
		delete(query, p.name)
		if !c.param(p, raw, given, into) && p.in == "path" {
			return problem.NotFound(p.kind)
		}
	}
	if r.Method == http.MethodGet {
		for name := range query {
			c.add(name, "unknown-field", nil, "name", name)
		}
	}
	slices.SortFunc(c.bad, func(a, b problem.Field) int { return strings.Compare(a.Location, b.Location) })
	return c.bad.Err("")
}

// param checks and sets one value; false where it is wrong.
func (c *checker) param(p param, raw string, given bool, into reflect.Value) bool {
	if !given {
		if p.required {
			c.add(p.name, "required", nil)
		}
		return !p.required
	}
	before := len(c.bad)
	if c.value(p.schema, typed(p.schema, raw), p.name); len(c.bad) > before {
		return false
	}
	if err := setText(into.FieldByIndex(p.index), raw); err != nil {
		c.add(p.name, "bad-type", raw)
		return false
	}
	return true
}

// typed is a text as the JSON value that its schema asks for.
func typed(s *huma.Schema, raw string) any {
	switch s.Type {
	case huma.TypeInteger, huma.TypeNumber:
		if _, err := strconv.ParseFloat(raw, 64); err == nil && json.Valid([]byte(raw)) {
			return json.Number(raw)
		}
	case huma.TypeBoolean:
		if b, err := strconv.ParseBool(raw); err == nil {
			return b
		}
		return raw
	case huma.TypeArray:
		list := []any{}
		for part := range strings.SplitSeq(raw, ",") {
			list = append(list, typed(s.Items, part))
		}
		return list
	}
	return raw
}

func setText(v reflect.Value, raw string) error {
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		return u.UnmarshalText([]byte(raw))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(raw)
	case reflect.Bool:
		b, err := strconv.ParseBool(raw)
		v.SetBool(b)
		return err
	case reflect.Int, reflect.Int64, reflect.Int32:
		n, err := strconv.ParseInt(raw, 10, v.Type().Bits())
		v.SetInt(n)
		return err
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return setText(v.Elem(), raw)
	case reflect.Slice:
		for part := range strings.SplitSeq(raw, ",") {
			item := reflect.New(v.Type().Elem()).Elem()
			if err := setText(item, part); err != nil {
				return err
			}
			v.Set(reflect.Append(v, item))
		}
	default:
		return fmt.Errorf("parameter of kind %s", v.Kind())
	}
	return nil
}

// input prepares the reading of an operation's input: the body without the fields of the path, then those.
func input[In any](a *API, rt *route) func(r *http.Request) (In, context.Context, error) {
	t := reflect.TypeFor[In]()
	rt.params = append(rt.params, params(a.schema(), t, rt.path, false)...)
	full := a.schema().Schema(t, false, "")
	if full.Type != huma.TypeObject {
		panic(rt.name + ": an input is a struct")
	}
	for _, p := range rt.params {
		tag := t.FieldByIndex(p.index).Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		delete(full.Properties, name)
		full.Required = slices.DeleteFunc(full.Required, func(s string) bool { return s == name })
	}
	if len(full.Properties) > 0 {
		rt.body = a.schema().Schema(t, true, "")
	}
	return func(r *http.Request) (in In, ctx context.Context, err error) {
		if ctx, err = keyed(r, rt); err != nil {
			return in, ctx, err
		}
		b, err := body(r)
		if err != nil {
			return in, ctx, err
		}
		base, err := ifMatch(r)
		if err != nil {
			return in, ctx, err
		}
		if err := check(a.schema(), full, b); err != nil {
			return in, ctx, err
		}
		if in, err = op.DecodeJSON[In](b); err != nil {
			return in, ctx, err
		}
		v := reflect.ValueOf(&in).Elem()
		if err := readParams(a.schema(), rt.params, r, v); err != nil {
			return in, ctx, err
		}
		return in, ctx, setBase(v, base)
	}
}

// keyed takes over the idempotency key (TRU-2).
func keyed(r *http.Request, rt *route) (context.Context, error) {
	key := r.Header.Get(keyHeader)
	if key == "" || rt.keyless {
		return r.Context(), nil
	}
	var bad problem.Invalid
	if n := utf8.RuneCountInString(key); n > maxKey || !utf8.ValidString(key) {
		bad.Add(keyHeader, "too-long", nil, "count", n, "limit", maxKey)
		return r.Context(), bad.Err("TRU-2")
	}
	return op.WithKey(r.Context(), key), nil
}

// body reads the body; what is not JSON is refused by its type (415), what is too large by its size (413).
func body(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
	if err != nil {
		if p := problemOf(err); p.Status == http.StatusRequestEntityTooLarge {
			return nil, p
		}
		return nil, badJSON("the body could not be read")
	}
	if kind := r.Header.Get("Content-Type"); kind != "" && len(b) > 0 {
		if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/json" && !strings.HasSuffix(media, "+json") {
			return nil, (&problem.Problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported-type"}).With("type", shown(kind))
		}
	}
	return b, nil
}

// ifMatch reads the version that a change starts from (ORG-10).
func ifMatch(r *http.Request) (*int64, error) {
	raw := strings.TrimSpace(r.Header.Get("If-Match"))
	if raw == "" || raw == "*" {
		return nil, nil //nolint:nilnil // no version was named
	}
	n, err := strconv.ParseInt(strings.Trim(raw, `"`), 10, 64)
	if err != nil {
		return nil, stale() // a tag of ours is a number: this one matches nothing
	}
	return &n, nil
}

func stale() error {
	return &problem.Problem{Status: http.StatusPreconditionFailed, Code: "stale", Rule: "ORG-10"}
}

// setBase puts the version of If-Match into the input. A field Exact tells an operation that would take changes of other fields
// that any mismatch refuses.
func setBase(v reflect.Value, base *int64) error {
	if base == nil {
		return nil
	}
	f, ok := member(v, baseField)
	if !ok || f.Type() != reflect.TypeFor[*int64]() {
		return nil
	}
	if !f.IsNil() && f.Elem().Int() != *base {
		return stale()
	}
	f.Set(reflect.ValueOf(base))
	if exact := v.FieldByName("Exact"); exact.IsValid() && exact.Kind() == reflect.Bool {
		exact.SetBool(true)
	}
	return nil
}
