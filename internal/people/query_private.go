package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// ShownAttributes gives the custom values of a person that the caller has loaded in scope as the viewer may see them: ID numbers and addresses are masked by the rule of
// phones, and left out where that hides them (PPL-10).
func ShownAttributes(ctx context.Context, tx *op.Tx, person id.ID) ([]Attribute, error) {
	list, err := withKinds(ctx, tx, person)
	if err != nil || !slices.ContainsFunc(list, func(a Attribute) bool { return a.Private != "" }) {
		return list, err
	}
	rule, err := shownRule(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	var out []Attribute
	for _, a := range list {
		switch {
		case a.Private == "" || rule == policy.Full:
		case rule == policy.Hidden:
			continue
		default:
			a.Text, a.Number, a.Masked = maskPrivate(a.Private, a.Text), 0, true
		}
		out = append(out, a)
	}
	return out, nil
}

// RevealedAttributes gives the private custom values of a person in scope that the viewer has just revealed, in full; without a fresh reveal
// there are none. It is the one way past their mask.
func RevealedAttributes(ctx context.Context, tx *op.Tx, person id.ID) ([]Attribute, error) {
	n, err := op.One[int64](ctx, tx, "SELECT COUNT(*) FROM persons p WHERE {scope:person p} AND p.id = ? AND "+fresh("p.id"), append([]any{person}, freshArgs(tx, revealPhone)...)...)
	if err != nil {
		return nil, fmt.Errorf("look for reveal: %w", err)
	}
	if n == 0 {
		return nil, nil
	}
	list, err := withKinds(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	var out []Attribute
	for _, a := range list {
		if a.Private != "" {
			out = append(out, a)
		}
	}
	return out, nil
}

// withKinds reads the custom values of a record that was seen, with what is private of them.
func withKinds(ctx context.Context, tx *op.Tx, person id.ID) ([]Attribute, error) {
	values, err := Attributes(ctx, tx, []id.ID{person})
	if err != nil {
		return nil, err
	}
	list := values[person]
	codes := make([]string, len(list))
	for i, a := range list {
		codes[i] = a.Field
	}
	kinds, err := privateKinds(ctx, tx, codes)
	if err != nil {
		return nil, err
	}
	for i, a := range list {
		list[i].Private = privateOf(kinds[a.Field], a.Text)
	}
	return list, nil
}

// privateKinds tells which fields hold private values, by their codes and names.
func privateKinds(ctx context.Context, tx *op.Tx, codes []string) (map[string]string, error) {
	out := map[string]string{}
	if len(codes) == 0 {
		return out, nil
	}
	fields, err := op.AllOf[Field](ctx, tx.Unscoped("fields hold no records of people"), "SELECT code, name_zh, name_en FROM attribute_fields WHERE code IN (?)", codes)
	if err != nil {
		return nil, fmt.Errorf("read custom fields: %w", err)
	}
	for _, code := range codes {
		out[code] = privateKind(code)
	}
	for _, f := range fields {
		out[f.Code] = privateKind(f.Code, f.NameZH, f.NameEN)
	}
	return out, nil
}
