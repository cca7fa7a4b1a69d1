package web

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
)

// newKey makes an idempotency key.
func newKey() string { return rand.Text() }

func fieldID(form, name string) string {
	id := "f-" + strings.NewReplacer(".", "-", "_", "-").Replace(name)
	if form != "" {
		id = form + "-" + id
	}
	return id
}

// described ties a field to its words, and marks it where it is wrong.
func (f Field) described(ctx context.Context) templ.Attributes {
	a := templ.Attributes{}
	var by []string
	if f.Hint != "" {
		by = append(by, f.ID()+"-hint")
	}
	if f.From != "" {
		by = append(by, f.ID()+"-from")
	}
	if FieldMessage(ctx, ProblemOf(ctx), f.Name) != "" {
		by = append(by, f.ID()+"-err")
		a["aria-invalid"] = "true"
	}
	set(a, "aria-describedby", strings.Join(by, " "))
	return a
}

// valueTyped is what was typed where the form was refused, else the value it was opened with.
func valueTyped(ctx context.Context, name, value string) string {
	if values, ok := typed(ctx, name); ok {
		return first(values)
	}
	return value
}

// TypedValue is what was typed where the form was refused, else the value it was opened with: for a field that is no component.
func TypedValue(ctx context.Context, name, value string) string { return valueTyped(ctx, name, value) }

// Chosen tells whether a choice is ticked: as it was sent where the form was refused.
func Chosen(ctx context.Context, name, value string, on bool) bool {
	values, ok := typed(ctx, name)
	if !ok {
		return on
	}
	return slices.Contains(values, value)
}

func set(a templ.Attributes, name, value string) {
	if value != "" {
		a[name] = value
	}
}

func orElse[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

func stepName(ctx context.Context, code string) string {
	if key := "step." + code; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return code
}
