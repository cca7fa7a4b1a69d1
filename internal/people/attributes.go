package people

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Field is a custom field of a kind of records (PRC-10): its code, what its values are, and when they are known.
type Field struct {
	Code     string `json:"code" db:"code"`
	Resource string `json:"resource" db:"resource"` // person, enquiry, …
	Kind     string `json:"kind" db:"kind"`         // text, number, date, choice, yes-no
	NameZH   string `json:"name_zh" db:"name_zh"`
	NameEN   string `json:"name_en" db:"name_en"`
	Known    string `json:"known" db:"known"` // entry, later (SAL-12)
	No       int64  `json:"no" db:"no"`
}

// Fields lists the custom fields of a resource, in order.
func Fields(ctx context.Context, tx *op.Tx, resource string) ([]Field, error) {
	list, err := op.AllOf[Field](ctx, tx.Unscoped("fields hold no records of people"),
		"SELECT code, resource, kind, name_zh, name_en, known, no FROM attribute_fields WHERE resource = ? ORDER BY no, code", resource)
	if err != nil {
		return nil, fmt.Errorf("list custom fields: %w", err)
	}
	return list, nil
}

// DefineFields adds custom fields; what a known one is stays as it was.
func DefineFields(ctx context.Context, tx *op.Tx, fields []Field) error {
	rows := make([][]any, len(fields))
	for i, f := range fields {
		if !slices.Contains(FieldKinds, f.Kind) {
			return fmt.Errorf("custom field %s: unknown kind %q", f.Code, f.Kind)
		}
		rows[i] = []any{f.Code, f.Resource, f.Kind, f.NameZH, f.NameEN, f.Known, f.No}
		delete(keptKinds(tx), f.Code)
	}
	err := tx.InsertRows(ctx, "attribute_fields (code, resource, kind, name_zh, name_en, known, no)", " ON CONFLICT (code) DO NOTHING", rows)
	if err != nil {
		return fmt.Errorf("define custom fields: %w", err)
	}
	return nil
}

type fieldKinds struct{} // key of the kinds that a transaction has read

func keptKinds(tx *op.Tx) map[string]string {
	return tx.Value(fieldKinds{}, func() any { return map[string]string{} }).(map[string]string)
}

// kindsOf gives the kinds of fields, read once a transaction for each field.
func kindsOf(ctx context.Context, tx *op.Tx, codes []string) (map[string]string, error) {
	kinds := keptKinds(tx)
	missing := slices.DeleteFunc(slices.Clone(codes), func(c string) bool { _, ok := kinds[c]; return ok })
	if len(missing) == 0 {
		return kinds, nil
	}
	list, err := op.AllOf[Field](ctx, tx.Unscoped("fields hold no records of people"), "SELECT code, kind FROM attribute_fields WHERE code IN (?)", missing)
	if err != nil {
		return nil, fmt.Errorf("read custom fields: %w", err)
	}
	for _, code := range missing {
		kinds[code] = "" // defined by nobody
	}
	for _, f := range list {
		kinds[f.Code] = f.Kind
	}
	return kinds, nil
}

const (
	longestField = 80
	longestValue = 2000
)

// SetAttributes writes custom values of a record that the caller has loaded in scope, within the operation that it belongs to. An
// empty text takes the value away, values left out stay. Refused: too-long.
func SetAttributes(ctx context.Context, tx *op.Tx, subject id.ID, list []Attribute) error {
	var codes []string
	given := map[string]Attribute{}
	for i, a := range list {
		if n := utf8.RuneCountInString(a.Text); a.Field == "" || utf8.RuneCountInString(a.Field) > longestField || n > longestValue {
			f := problem.Field{Location: fmt.Sprintf("attributes.%d", i), Code: "too-long", Args: map[string]any{"max": longestValue, "limit": longestValue, "count": n}}
			return problem.Refuse("PRC-10", "invalid", f)
		}
		if _, twice := given[a.Field]; !twice {
			codes = append(codes, a.Field)
		}
		given[a.Field] = a
	}
	if len(codes) == 0 {
		return nil
	}
	kinds, err := kindsOf(ctx, tx, codes)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, code := range codes {
		a := given[code]
		if a.Text == "" {
			if _, err := tx.Exec(ctx, "DELETE FROM attributes WHERE subject = ? AND field = ?", subject, code); err != nil {
				return fmt.Errorf("take attribute away: %w", err)
			}
			continue
		}
		kind := kinds[code]
		if kind == "" {
			kind = a.Kind
		}
		a = typed(a, kind)
		if a.Filled.IsZero() {
			a.Filled = tx.Now
		}
		rows = append(rows, []any{subject, a.Field, a.Kind, a.Text, a.Number, a.Filled})
	}
	err = tx.InsertRows(ctx, "attributes (subject, field, kind, text, number, filled_at)",
		" ON CONFLICT (subject, field) DO UPDATE SET kind = excluded.kind, text = excluded.text, number = excluded.number", rows)
	if err != nil {
		return fmt.Errorf("save attributes: %w", err)
	}
	return nil
}

// Attributes gives the custom values of records that the caller has loaded in scope, by record and in the order of fields.
func Attributes(ctx context.Context, tx *op.Tx, subjects []id.ID) (map[id.ID][]Attribute, error) {
	type row struct {
		Subject id.ID `db:"subject"`
		Attribute
	}
	out := map[id.ID][]Attribute{}
	if len(subjects) == 0 {
		return out, nil
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("the records were loaded in scope"),
		"SELECT subject, field, kind, text, number, filled_at FROM attributes WHERE subject IN (?) ORDER BY subject, field", subjects)
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	for _, r := range rows {
		out[r.Subject] = append(out[r.Subject], r.Attribute)
	}
	return out, nil
}

// changeAttributes writes those of a list that differ from what a record has, and gives what they were.
func changeAttributes(ctx context.Context, tx *op.Tx, subject id.ID, list []Attribute) (was []Attribute, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	now, err := Attributes(ctx, tx, []id.ID{subject})
	if err != nil {
		return nil, err
	}
	var changed []Attribute
	for _, a := range list {
		i := slices.IndexFunc(now[subject], func(b Attribute) bool { return b.Field == a.Field })
		switch {
		case i < 0:
			changed, was = append(changed, a), append(was, Attribute{Field: a.Field})
		case now[subject][i].Text != a.Text:
			changed, was = append(changed, a), append(was, now[subject][i])
		}
	}
	return was, SetAttributes(ctx, tx, subject, changed)
}
