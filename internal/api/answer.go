package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

// Problem is the document of what was refused (RFC 9457): nothing was changed.
type Problem struct {
	Type   string       `json:"type" doc:"about:blank: the code says what it is"`
	Title  string       `json:"title" doc:"in the caller's language"`
	Status int          `json:"status"`
	Code   string       `json:"code" doc:"a stable word"`
	Rule   string       `json:"rule,omitempty" doc:"id of the rule, such as SAL-7"`
	Errors []FieldError `json:"errors,omitempty" doc:"one entry per field"`
	Step   *Step        `json:"step,omitempty" doc:"409: the step of the process that has to be done first"`
	ID     string       `json:"request_id,omitempty" doc:"what the log knows the request by"`
}

// FieldError says what is wrong with one field.
type FieldError struct {
	Location string `json:"location" doc:"JSON name, dotted for nested ones: lines.0.package_id"`
	Code     string `json:"code"`
	Message  string `json:"message" doc:"in the caller's language"`
	Value    any    `json:"value,omitempty"`
}

// Step is a step of a process that is missing.
type Step struct {
	Code string `json:"code"`
	Name string `json:"name" doc:"in the caller's language"`
	Link string `json:"link,omitempty" doc:"page of the program where it is done"`
}

var problemType = reflect.TypeFor[Problem]()

// Describe words an error in the language of ctx. What the caller cannot mend is "internal", a missed deadline "unavailable".
func Describe(ctx context.Context, err error) Problem {
	p := problemOf(err)
	args := p.Args
	if len(p.Fields) == 1 {
		args = withValue(p.Args, p.Fields[0].Value)
	}
	d := Problem{Type: "about:blank", Title: words(ctx, p.Code, args), Status: p.Status, Code: p.Code, Rule: p.Rule}
	for _, f := range p.Fields {
		e := FieldError{Location: f.Location, Code: f.Code, Value: f.Value, Message: d.Title}
		if f.Code == "" {
			e.Code = p.Code
		} else {
			e.Message = words(ctx, f.Code, withValue(f.Args, f.Value))
		}
		d.Errors = append(d.Errors, e)
	}
	if p.Step != nil {
		d.Step = &Step{Code: p.Step.Code, Link: p.Step.Link, Name: named(ctx, "step", p.Step.Code)}
	}
	return d
}

func problemOf(err error) *problem.Problem {
	if p, ok := problem.As(err); ok {
		return p
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return (&problem.Problem{Status: http.StatusRequestEntityTooLarge, Code: "too-large"}).With("limit", tooLarge.Limit>>20)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &problem.Problem{Status: http.StatusServiceUnavailable, Code: "unavailable"}
	}
	return &problem.Problem{Status: http.StatusInternalServerError, Code: "internal"}
}

// withValue lets a text name the value that was refused.
func withValue(args map[string]any, value any) map[string]any {
	all := map[string]any{"value": value}
	maps.Copy(all, args)
	return all
}

func words(ctx context.Context, code string, args map[string]any) string {
	pairs := make([]any, 0, 2*len(args))
	for name, v := range args {
		pairs = append(pairs, name, argument(ctx, name, v))
	}
	return i18n.T(ctx, "problem."+code, pairs...)
}

// argument writes a value of a problem's text; words of the program are looked up as <name>.<value>.
func argument(ctx context.Context, name string, v any) any {
	switch v := v.(type) {
	case nil:
		return ""
	case money.Fen:
		return i18n.Money(ctx, v)
	case hours.Centi:
		return i18n.Hours(ctx, v)
	case bizdate.Date, id.ID:
		return fmt.Sprint(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case string:
		switch name {
		case "kind", "right", "step", "field":
			return named(ctx, name, v)
		}
	}
	return v
}

// named is the word for a code, or the code where it has none.
func named(ctx context.Context, list, code string) string {
	if key := list + "." + strings.NewReplacer(":", "-", "_", "-").Replace(code); i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return code
}

// fail answers with a problem document. What is our fault is logged once, with the id that the answer names.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	d := Describe(r.Context(), err)
	d.ID = a.RequestID(r.Context())
	if d.Status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		a.Log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("request_id", d.ID), slog.String("route", r.Pattern), slog.String("error", err.Error()))
	}
	h := w.Header()
	switch d.Status {
	case http.StatusTooManyRequests:
		h.Set("Retry-After", fmt.Sprint(problemOf(err).Args["seconds"]))
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	}
	send(w, "application/problem+json", d.Status, d)
}

// send writes a JSON answer.
func send(w http.ResponseWriter, kind string, status int, body any) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language")
	if body == nil {
		h.Del("Content-Type")
		w.WriteHeader(status)
		return
	}
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(body) // the caller has gone
}

// answer sends what a route gives, with the version of the record as its ETag and the address of a new one.
func (a *API) answer(w http.ResponseWriter, rt *route, body any) {
	v := reflect.ValueOf(body)
	if version, ok := member(v, "version"); ok && version.CanInt() {
		w.Header().Set("ETag", etag(version.Int()))
	}
	if key, ok := member(v, "id"); ok && rt.status == http.StatusCreated && a.gets[rt.path+"/{id}"] {
		w.Header().Set("Location", Prefix+rt.path+"/"+fmt.Sprint(key.Interface()))
	}
	send(w, "application/json", rt.status, body)
}

func etag(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }

// member gives the field of a struct that has the JSON name.
func member(v reflect.Value, name string) (reflect.Value, bool) {
	if v.Kind() != reflect.Struct {
		return v, false
	}
	for _, f := range reflect.VisibleFields(v.Type()) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name && f.IsExported() {
			return v.FieldByIndex(f.Index), true
		}
	}
	return v, false
}
