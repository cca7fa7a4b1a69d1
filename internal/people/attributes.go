package people

import (
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Attribute is a custom value of a record. Its kind follows from the text; numbers and dates are indexed as such.
type Attribute struct {
	Field string `json:"field" db:"field" maxLength:"80"`
	Text  string `json:"text" db:"text" maxLength:"2000"`
	Kind  string `json:"kind,omitempty" db:"kind" enum:"text,number,yes-no" doc:"found from the text if left out"`
}

type keptAttribute struct {
	Subject id.ID `db:"subject"`
	Attribute
}

const longestValue = 2000

// number gives the indexed form of a text: hundredths of a number; ok is false for what is none.
func number(text string) (int64, bool) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f > 1e13 || f < -1e13 {
		return 0, false
	}
	return int64(f * 100), true
}

// SetAttributes writes custom values of a record, within the operation that it belongs to. Values left out stay.
func SetAttributes(ctx context.Context, tx *op.Tx, subject id.ID, list []Attribute) error {
	for i, a := range list {
		if a.Field == "" || utf8.RuneCountInString(a.Field) > 80 || utf8.RuneCountInString(a.Text) > longestValue {
			return problem.Refuse("PRC-10", "invalid", problem.Field{Location: fmt.Sprintf("attributes.%d", i), Code: "too-long", Args: map[string]any{"max": longestValue, "limit": longestValue, "count": utf8.RuneCountInString(a.Text)}})
		}
		n, isNumber := number(a.Text)
		kind := a.Kind
		switch {
		case kind != "":
		case isNumber:
			kind = "number"
		default:
			kind = "text"
		}
		_, err := tx.Exec(ctx, `INSERT INTO attributes (subject, field, kind, text, number) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (subject, field) DO UPDATE SET kind = excluded.kind, text = excluded.text, number = excluded.number`, subject, a.Field, kind, a.Text, n)
		if err != nil {
			return fmt.Errorf("save attribute: %w", err)
		}
	}
	return nil
}

// Attributes reads the custom values of records that were seen, by record, in the order of the fields.
func Attributes(ctx context.Context, tx *op.Tx, subjects []id.ID) (map[id.ID][]Attribute, error) {
	out := map[id.ID][]Attribute{}
	if len(subjects) == 0 {
		return out, nil
	}
	list, err := op.AllOf[keptAttribute](ctx, tx.Unscoped("values of records that were seen"), "SELECT subject, field, kind, text FROM attributes WHERE subject IN (?) ORDER BY subject, field", subjects)
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	for _, a := range list {
		out[a.Subject] = append(out[a.Subject], a.Attribute)
	}
	return out, nil
}
