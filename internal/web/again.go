package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

type formKey struct{}

// refusedForm is what a form sent and why it was refused.
type refusedForm struct {
	problem *problem.Problem
	values  url.Values
}

// WithProblem puts a refusal and what was typed before the components: the summary, the fields' errors and values, the title.
func WithProblem(ctx context.Context, p *problem.Problem, typed url.Values) context.Context {
	return context.WithValue(ctx, formKey{}, refusedForm{p, typed})
}

// ProblemOf gives the refusal that the page shows; nil where there is none.
func ProblemOf(ctx context.Context) *problem.Problem {
	f, _ := ctx.Value(formKey{}).(refusedForm)
	return f.problem
}

// Again draws the page of a form once more with what was typed and what is wrong (UI-F2), under the refusal's status.
// An error that the form cannot mend is returned.
func Again(w http.ResponseWriter, r *http.Request, err error, page Func) error {
	p, ok := problem.As(err)
	if !ok || IsFragment(r) || !mendable(p.Status) {
		return err
	}
	return page(w, r.WithContext(WithProblem(r.Context(), p, r.PostForm)))
}

func mendable(status int) bool {
	switch status {
	case http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// statusOf is the status of a page: that of the refusal that it shows, else 200.
func statusOf(ctx context.Context) int {
	if p := ProblemOf(ctx); p != nil {
		return p.Status
	}
	return http.StatusOK
}

// typed gives what was typed into a field of the refused form.
func typed(ctx context.Context, name string) (values []string, ok bool) {
	f, ok := ctx.Value(formKey{}).(refusedForm)
	if !ok || f.values == nil {
		return nil, false
	}
	return f.values[name], true
}

// Message words a problem (text problem.<code>) in the language of the request.
func Message(ctx context.Context, p *problem.Problem) string {
	if len(p.Fields) == 1 {
		return word(ctx, p.Code, withValue(p.Args, p.Fields[0].Value))
	}
	return word(ctx, p.Code, p.Args)
}

// withValue lets a text name the value that was refused.
func withValue(args map[string]any, value any) map[string]any {
	all := map[string]any{"value": value}
	maps.Copy(all, args)
	return all
}

// FieldMessage words what is wrong with one field; "" where nothing is.
func FieldMessage(ctx context.Context, p *problem.Problem, location string) string {
	if p == nil {
		return ""
	}
	for _, f := range p.Fields {
		if f.Location == location {
			return fieldWords(ctx, p, f)
		}
	}
	return ""
}

func fieldWords(ctx context.Context, p *problem.Problem, f problem.Field) string {
	if f.Code == "" {
		return Message(ctx, p)
	}
	return word(ctx, f.Code, withValue(f.Args, f.Value))
}

type labelsKey struct{}

// withLabels lets the fields of a body note their labels, so that the summary above them calls them the same.
func withLabels(ctx context.Context) context.Context {
	return context.WithValue(ctx, labelsKey{}, map[string]string{})
}

// Noted gives the label, by which the summary of errors calls the field.
func (f Field) Noted(ctx context.Context) string {
	if labels, ok := ctx.Value(labelsKey{}).(map[string]string); ok {
		labels[f.Name] = f.Label
	}
	return f.Label
}

// FieldName names a field as people know it: its label on the page, else the text field.<name> with the row of a list, else its JSON
// name.
func FieldName(ctx context.Context, location string) string {
	if labels, ok := ctx.Value(labelsKey{}).(map[string]string); ok && labels[location] != "" {
		return labels[location]
	}
	name, row := location, ""
	for part := range strings.SplitSeq(location, ".") {
		if n, err := strconv.Atoi(part); err == nil {
			row = i18n.T(ctx, "web.form.row", "n", n+1) + " · "
			continue
		}
		name = part
	}
	key := "field." + name
	if !i18n.Has(ctx, key) {
		return row + name
	}
	return row + i18n.T(ctx, key)
}

func word(ctx context.Context, code string, args map[string]any) string {
	pairs := make([]any, 0, 2*len(args))
	for name, v := range args {
		pairs = append(pairs, name, argument(ctx, name, v))
	}
	return i18n.T(ctx, "problem."+code, pairs...)
}

// argument writes a value of a problem's text. Words of the program (kind, right, step, stage, field) are looked up as <name>.<value>.
func argument(ctx context.Context, name string, v any) any {
	switch v := v.(type) {
	case money.Fen:
		return i18n.Money(ctx, v)
	case hours.Centi:
		return i18n.Hours(ctx, v)
	case bizdate.Date:
		return i18n.Date(ctx, v, Today(ctx))
	case time.Time:
		return i18n.DateTime(ctx, v, Zone(ctx), Now(ctx))
	case string:
		switch name {
		case "kind", "right", "step", "stage", "field":
			key := name + "." + strings.NewReplacer(":", "-", "_", "-").Replace(v)
			if i18n.Has(ctx, key) {
				return i18n.T(ctx, key)
			}
		}
	}
	return v
}
