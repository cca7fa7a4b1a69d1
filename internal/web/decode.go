package web

import (
	"context"
	"encoding"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/problem"
)

const (
	maxRows    = 500     // rows of a list in a form
	maxFields  = 2000    // values of a form
	maxText    = 2000    // characters of a text whose field says no maxLength
	formMemory = 1 << 20 // of a multipart form; files beyond it go to disk
	shownValue = 100     // characters of a refused value that are repeated
)

// Decode reads a form (of a GET, the query) into an operation's input, by its JSON names: nested ones with dots (person.name), rows with
// indexes (lines.0.package_id), custom values of a map[string]string as attr.key. Where the form lacks a field, the path's value of that
// name is taken. Full-width digits and letters are folded, texts trimmed; the tag form:"free" leaves a text as it was typed.
//
// What cannot be read is refused all at once (422 invalid): unknown-field, bad-number, bad-amount, bad-hours, bad-date, bad-time, bad-id,
// bad-text, not-one-of, too-long (tag maxLength, else 2,000 characters), too-many-rows. Names that begin with _ belong to the form itself.
func Decode[T any](r *http.Request) (in T, err error) {
	if err := parseForm(r); err != nil {
		return in, err
	}
	form := r.PostForm
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		form = r.URL.Query()
	}
	d := decoder{zone: Zone(r.Context())}
	v := reflect.ValueOf(&in).Elem()
	d.fillPath(v, form, r)
	for _, name := range slices.SortedFunc(keys(form), byRow) {
		if !strings.HasPrefix(name, "_") {
			d.set(v, name, strings.Split(name, "."), form[name], "")
		}
	}
	return in, d.wrong.Err("")
}

// decodeField reads one field into an operation's input, as Decode reads it from a form. One that was emptied is empty, not left out.
func decodeField[T any](ctx context.Context, in *T, name, value string) error {
	d := decoder{zone: Zone(ctx)}
	f, ok := fieldsOf(reflect.TypeFor[T]())[name]
	if !ok {
		d.unknown(name, []string{value})
		return d.wrong.Err("")
	}
	v := reflect.ValueOf(in).Elem().FieldByIndex(f.Index)
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	d.set(v, name, nil, []string{value}, f.Tag)
	return d.wrong.Err("")
}

// parseForm reads the form of a request once, within its limits.
func parseForm(r *http.Request) error {
	err := r.ParseForm()
	if err == nil && isUpload(r) {
		err = r.ParseMultipartForm(formMemory) //nolint:gosec // Limits bounds the body
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return err
	case err != nil:
		return problem.Refuse("", "bad-form")
	case len(r.PostForm) > maxFields:
		return problem.Refuse("", "bad-form")
	}
	return nil
}

func isUpload(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
}

func keys(form url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range form {
			if !yield(name) {
				return
			}
		}
	}
}

// byRow orders names so that row 2 comes before row 10.
func byRow(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	return slices.CompareFunc(as, bs, func(a, b string) int {
		i, errA := strconv.Atoi(a)
		j, errB := strconv.Atoi(b)
		if errA == nil && errB == nil {
			return i - j
		}
		return strings.Compare(a, b)
	})
}

// fillPath takes the values of the path that the input names and the form does not send.
func (d *decoder) fillPath(v reflect.Value, form url.Values, r *http.Request) {
	if v.Kind() != reflect.Struct {
		return
	}
	for name := range fieldsOf(v.Type()) {
		if value := r.PathValue(name); value != "" && !form.Has(name) {
			d.set(v, name, []string{name}, []string{value}, "")
		}
	}
}

// set puts values at the path below v.
func (d *decoder) set(v reflect.Value, name string, path, values []string, tag reflect.StructTag) {
	if v.Kind() == reflect.Pointer {
		if strings.TrimSpace(strings.Join(values, "")) == "" {
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.set(v.Elem(), name, path, values, tag)
		return
	}
	_, readsText := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
	switch {
	case len(path) == 0 && v.Kind() == reflect.Slice && !readsText:
		d.setAll(v, name, values, tag)
	case len(path) == 0:
		d.value(v, name, first(values), tag)
	case v.Kind() == reflect.Struct && !readsText:
		f, ok := fieldsOf(v.Type())[path[0]]
		if !ok {
			d.unknown(name, values)
			return
		}
		d.set(v.FieldByIndex(f.Index), name, path[1:], values, f.Tag)
	case v.Kind() == reflect.Slice && !readsText:
		d.setRow(v, name, path, values, tag)
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String && v.Type().Elem().Kind() == reflect.String:
		d.setEntry(v, name, path, values, tag)
	default:
		d.unknown(name, values)
	}
}

// setAll reads a name that is sent several times; empty ones are left out.
func (d *decoder) setAll(v reflect.Value, name string, values []string, tag reflect.StructTag) {
	if len(values) > maxRows {
		d.wrong.Add(name, "too-many-rows", len(values), "limit", maxRows)
		return
	}
	for _, value := range values {
		if strings.TrimSpace(value) == "" {
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		d.set(e, name, nil, []string{value}, tag)
		v.Set(reflect.Append(v, e))
	}
}

func (d *decoder) setRow(v reflect.Value, name string, path, values []string, tag reflect.StructTag) {
	row, err := strconv.Atoi(path[0])
	switch {
	case err != nil || row < 0:
		d.unknown(name, values)
		return
	case row >= maxRows:
		d.wrong.Add(name, "too-many-rows", row+1, "limit", maxRows)
		return
	}
	for v.Len() <= row {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	}
	d.set(v.Index(row), name, path[1:], values, tag)
}

// setEntry reads attr.key into a map; the key is everything after the first dot.
func (d *decoder) setEntry(v reflect.Value, name string, path, values []string, tag reflect.StructTag) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	e := reflect.New(v.Type().Elem()).Elem()
	d.value(e, name, first(values), tag)
	if e.Len() > 0 {
		v.SetMapIndex(reflect.ValueOf(strings.Join(path, ".")).Convert(v.Type().Key()), e)
	}
}

func (d *decoder) unknown(name string, values []string) {
	d.wrong.Add(name, "unknown-field", cut(first(values)), "name", cut(name))
}

// first is the first value that is not empty: radio buttons and the free field beside them share a name.
func first(values []string) string {
	for _, v := range values {
		if strings.TrimSpace(v) != "" {
			return v
		}
	}
	return ""
}

func cut(s string) string {
	if r := []rune(s); len(r) > shownValue {
		return string(r[:shownValue]) + "…"
	}
	return s
}
