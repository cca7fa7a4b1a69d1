// Package condition asks which records fulfil conditions that are nested by all, any and none. Domains contribute the fields that
// may be asked about; what people build is compiled to one SQL statement for both engines.
package condition

import (
	"context"

	"zhike/internal/kernel/op"
)

// Kind is what the values of a field are, and so what can be asked about it.
type Kind string

// The kinds of fields.
const (
	Choice Kind = "choice" // one of Options
	Text   Kind = "text"   // equal, letter by letter
	Number Kind = "number" // whole numbers
	Scaled Kind = "scaled" // numbers kept as whole multiples of 1/Scale: yuan, hours
	Years  Kind = "years"  // of age, by a day of birth
	Day    Kind = "day"    // the last of several days
	Moment Kind = "moment" // as Day, of instants: the days of the company's zone
	YesNo  Kind = "yes-no"
)

// Comparisons.
const (
	Is       = "is"     // one of the values
	IsNot    = "is-not" // none of the values; also who has none at all
	Exactly  = "exactly"
	AtLeast  = "at-least"
	AtMost   = "at-most"
	Within   = "within"   // the last one is at most so many days ago
	LongAgo  = "long-ago" // the last one is more than so many days ago
	Never    = "never"    // there is none
	Since    = "since"    // the last one is on a day or later
	Until    = "until"    // the last one is on a day or earlier
	Whatever = "there-is" // there is one
	Yes      = "yes"      // of YesNo
	No       = "no"       // of YesNo; also where nothing is said
)

// Comparisons lists them all.
var Comparisons = []string{Is, IsNot, Exactly, AtLeast, AtMost, Within, LongAgo, Never, Since, Until, Whatever, Yes, No}

// Comparisons gives what can be asked about a field of the kind; the first one is the usual one.
func (k Kind) Comparisons() []string {
	switch k {
	case Choice, Text:
		return []string{Is, IsNot, Whatever, Never}
	case Number, Scaled, Years:
		return []string{AtLeast, AtMost, Exactly}
	case Day, Moment:
		return []string{Within, LongAgo, Never, Whatever, Since, Until}
	case YesNo:
		return []string{Yes, No}
	}
	return nil
}

// Takes tells how many values a comparison takes at most.
func Takes(comparison string) int {
	switch comparison {
	case Never, Whatever, Yes, No:
		return 0
	case Is, IsNot:
		return MostValues
	}
	return 1
}

// Option is a value that a field may have, with its name.
type Option struct {
	Value  string
	Key    string // of its name in the catalogue; empty: ZH and EN are its names
	ZH, EN string
}

// Field is something that can be asked about a person p of the population. Its values are rows of From, each with the person it is of;
// one without From has its value in a column of p.
type Field struct {
	Code string
	Key  string // of its name in the catalogue; empty: ZH and EN are its names
	ZH   string
	EN   string
	Part string // of the matters that it is about, for order: person, enquiry, contract
	Kind Kind

	From   string // SELECT x.person FROM … WHERE {scope:…} AND …, which more conditions may follow
	Args   []any  // of From
	Column string // that holds the value, or an expression of a sum over From's rows
	Sum    bool   // Column is an aggregate; who has no row has 0
	Scale  int64  // of Scaled

	// Secret tells a value that is masked wherever it is shown: to ask for it would be to read it, so that nobody may (TRU-15).
	Secret func(value string) bool
	// Options lists what a Choice may be.
	Options func(ctx context.Context, tx *op.Tx) ([]Option, error)
	// Wider gives the values that are asked for along with those chosen: a channel stands for all below it.
	Wider func(ctx context.Context, tx *op.Tx, values []string) ([]string, error)
}

// Source contributes fields: a domain's own, and those that the company has defined.
type Source func(ctx context.Context, tx *op.Tx) ([]Field, error)

// Population is whom conditions choose from: a table p, cut to those whom the viewer sees.
type Population struct {
	Table string
	Where func(tx *op.Tx) string // names {scope:…}
}

// Registry knows the population and who contributes fields.
type Registry struct {
	Population Population
	Sources    []Source
}

// Of gives the registry of the program that a transaction belongs to.
func Of(tx *op.Tx) *Registry { return tx.Conditions().(*Registry) }

// Fields gives all fields, by part and in the order of contribution.
func (r *Registry) Fields(ctx context.Context, tx *op.Tx) ([]Field, error) {
	var out []Field
	for _, source := range r.Sources {
		list, err := source(ctx, tx)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// byCode reads the fields that are asked about, with their options.
func (r *Registry) byCode(ctx context.Context, tx *op.Tx) (map[string]Field, error) {
	list, err := r.Fields(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Field, len(list))
	for _, f := range list {
		out[f.Code] = f
	}
	return out, nil
}

// Codes makes the options of a list of codes, named by a prefix of the catalogue.
func Codes[T ~string](prefix string, codes []T) func(context.Context, *op.Tx) ([]Option, error) {
	return func(context.Context, *op.Tx) ([]Option, error) {
		out := make([]Option, len(codes))
		for i, c := range codes {
			out[i] = Option{Value: string(c), Key: prefix + "." + string(c)}
		}
		return out, nil
	}
}
