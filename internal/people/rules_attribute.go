package people

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
)

// Kinds of custom fields (PRC-10).
const (
	FieldText   = "text"
	FieldNumber = "number"
	FieldDate   = "date"
	FieldChoice = "choice"
	FieldYesNo  = "yes-no"
)

// FieldKinds lists them.
var FieldKinds = []string{FieldText, FieldNumber, FieldDate, FieldChoice, FieldYesNo}

// Attribute is a custom value of a record. Its kind is that of its field; of a field that nobody defined it follows from the text.
type Attribute struct {
	Field  string `json:"field" db:"field" maxLength:"80"`
	Text   string `json:"text" db:"text" maxLength:"2000" doc:"as it was given"`
	Kind   string `json:"kind,omitempty" db:"kind" enum:"text,number,date,choice,yes-no" doc:"found if left out"`
	Number int64  `json:"-" db:"number"` // of a number its ten-thousandths, of a date its day, 1 for yes
	// Filled is when the field was first filled in (SAL-12); of a value that is written the zero time is now, of one that is read it is not known.
	Filled time.Time `json:"-" db:"filled_at"`
	// Private is what a value is that not everybody needs, of those that ShownAttributes gives; Masked tells that it is not seen in full (PPL-10).
	Private string `json:"-" db:"-"`
	Masked  bool   `json:"-" db:"-"`
}

// Value is the number of a number.
func (a Attribute) Value() float64 { return float64(a.Number) / numberScale }

const (
	numberScale = 10_000
	numberSize  = 4 // digits after the point
	most        = 1<<63 - 1
)

//go:embed yesno.txt
var yesNo string // words for yes in the first line, for no in the second

// typed reads a text as a kind, so that it can be compared; what does not fit stays text. Without a kind it is a number, a date or a
// text, as it looks.
func typed(a Attribute, kind string) Attribute {
	a.Kind, a.Number = FieldText, 0
	if kind == "" {
		if a = typed(a, FieldNumber); a.Kind == FieldText {
			a = typed(a, FieldDate)
		}
		return a
	}
	switch kind {
	case FieldChoice:
		a.Kind = kind
	case FieldNumber:
		if n, ok := parseNumber(a.Text); ok {
			a.Kind, a.Number = kind, n
		}
	case FieldDate:
		if d, err := bizdate.Parse(strings.TrimSpace(a.Text)); err == nil {
			a.Kind, a.Number = kind, int64(d)
		}
	case FieldYesNo:
		yes, no, _ := strings.Cut(yesNo, "\n")
		switch word := strings.ToLower(strings.TrimSpace(a.Text)); {
		case slices.Contains(strings.Fields(yes), word):
			a.Kind, a.Number = kind, 1
		case slices.Contains(strings.Fields(no), word):
			a.Kind = kind
		}
	}
	return a
}

// mostChoices is how many different texts make a column of choices, of at least four times as many values.
const mostChoices = 12

// KindOf guesses the kind of a field from some of its values.
func KindOf(values []string) string {
	different := map[string]bool{}
	for _, v := range values {
		different[v] = true
	}
	for _, kind := range []string{FieldYesNo, FieldNumber, FieldDate} {
		fits := len(values) > 0
		for v := range different {
			fits = fits && typed(Attribute{Text: v}, kind).Kind == kind
		}
		if fits && (kind != FieldYesNo || len(different) > 1 || !allNumbers(different)) {
			return kind
		}
	}
	if len(different) > 0 && len(different) <= mostChoices && len(values) >= 4*len(different) {
		return FieldChoice
	}
	return FieldText
}

func allNumbers(texts map[string]bool) bool {
	for t := range texts {
		if _, ok := parseNumber(t); !ok {
			return false
		}
	}
	return true
}

// parseNumber reads a decimal number into ten-thousandths, exactly; more digits after the point than four are no number of ours.
func parseNumber(s string) (int64, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", "")
	digits, negative := strings.CutPrefix(s, "-")
	whole, rest, _ := strings.Cut(digits, ".")
	rest = strings.TrimRight(rest, "0")
	if whole == "" || len(rest) > numberSize || !isDigits(whole) || !isDigits(rest) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > most/numberScale-1 {
		return 0, false
	}
	part, err := strconv.ParseInt((rest + "0000")[:numberSize], 10, 64)
	if err != nil {
		return 0, false
	}
	n = n*numberScale + part
	if negative {
		n = -n
	}
	return n, true
}

func isDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
