// Package problem is what a caller can mend: a refusal with its rule and fields, worded at the door in the caller's language
// (RFC 9457).
package problem

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Problem says why an operation was refused. Nothing was changed.
type Problem struct {
	Status int            // HTTP status: 401, 403, 404, 409, 412, 422, 429, 503
	Code   string         // stable word; the catalogue's text is "problem.<code>"
	Rule   string         // id of the rule, e.g. SAL-4; may be empty
	Fields []Field        // one entry per field
	Args   map[string]any // values of the text's template
	Step   *Step          // 409 of a process gate: the missing step (PRC-2)
}

// Field names one input that is wrong. Its text is "problem.<code>", the code of the problem where its own is empty.
type Field struct {
	Location string         `json:"location"` // JSON name, dotted for nested ones: lines.0.package_id
	Value    any            `json:"value,omitempty"`
	Code     string         `json:"-"`
	Args     map[string]any `json:"-"`
}

// Step is the step that a process misses, and where it is done.
type Step struct {
	Code string `json:"code"` // its name is "step.<code>" in the catalogue
	Link string `json:"link"` // page of the program
}

// Error implements error, for logs: constant words, no values.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", p.Status, p.Code)
	if p.Rule != "" {
		b.WriteString(" (" + p.Rule + ")")
	}
	for _, f := range p.Fields {
		b.WriteString(" " + f.Location)
		if f.Code != "" {
			b.WriteString(":" + f.Code)
		}
	}
	return b.String()
}

// With adds values for the text.
func (p *Problem) With(pairs ...any) *Problem {
	if p.Args == nil {
		p.Args = map[string]any{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		p.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return p
}

// Refuse is a rule's refusal (422).
func Refuse(rule, code string, fields ...Field) *Problem {
	return &Problem{Status: http.StatusUnprocessableEntity, Code: code, Rule: rule, Fields: fields}
}

// Invalid collects what is wrong with an input, all fields at once (422); it is nil while nothing is wrong.
type Invalid []Field

// Add notes a field that is wrong, with the pairs of its text's values.
func (v *Invalid) Add(location, code string, value any, pairs ...any) {
	if code == "not-one-of" && value == "" {
		code, value, pairs = "required", nil, nil // nothing was chosen
	}
	f := Field{Location: location, Code: code, Value: value}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Args == nil {
			f.Args = map[string]any{}
		}
		f.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	*v = append(*v, f)
}

// Err gives the problem, or nil. rule may be empty.
func (v Invalid) Err(rule string) error {
	if len(v) == 0 {
		return nil
	}
	return &Problem{Status: http.StatusUnprocessableEntity, Code: "invalid", Rule: rule, Fields: v}
}

// NotFound says that a record does not exist, or is not to be seen: both read the same (ORG-4).
func NotFound(kind string) *Problem {
	return (&Problem{Status: http.StatusNotFound, Code: "not-found"}).With("kind", kind)
}

// Forbidden says that the caller may not do this; right is resource:action.
func Forbidden(right string) *Problem {
	return (&Problem{Status: http.StatusForbidden, Code: "forbidden", Rule: "ORG-3"}).With("right", right)
}

// Unauthorized says that nobody is signed in, or no longer.
func Unauthorized(code string) *Problem {
	return &Problem{Status: http.StatusUnauthorized, Code: code, Rule: "ORG-9"}
}

// StepMissing is the refusal of a process gate (PRC-2).
func StepMissing(step, link string) *Problem {
	p := &Problem{Status: http.StatusConflict, Code: "step-missing", Rule: "PRC-2", Step: &Step{Code: step, Link: link}}
	return p.With("step", step)
}

// TooMany says to come again later (429).
func TooMany(code string, seconds int) *Problem {
	return (&Problem{Status: http.StatusTooManyRequests, Code: code}).With("seconds", seconds)
}

// Found turns a missing row into a 404 of the kind; other errors are wrapped.
func Found(err error, kind string) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return NotFound(kind)
	}
	return fmt.Errorf("load %s: %w", kind, err)
}

// As gives the problem in an error's chain.
func As(err error) (*Problem, bool) {
	var p *Problem
	ok := errors.As(err, &p)
	return p, ok
}

// Refused tells whether an error is a refusal, not a failure of the program or of what it stands on.
func Refused(err error) bool {
	p, ok := As(err)
	return ok && p.Status < http.StatusInternalServerError
}

// Relocate names the fields of a refusal as another input does, of which the refused one was made: pairs of the one's name and the other's.
func Relocate(err error, pairs ...string) error {
	p, ok := As(err)
	if !ok {
		return err
	}
	moved := *p
	moved.Fields = slices.Clone(p.Fields)
	for i, f := range moved.Fields {
		for j := 0; j+1 < len(pairs); j += 2 {
			if f.Location == pairs[j] {
				moved.Fields[i].Location = pairs[j+1]
			}
		}
	}
	return &moved
}
