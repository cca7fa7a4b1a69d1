package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// When the values of a custom field are known.
const (
	KnownEntry = "entry" // when the matter is entered
	KnownLater = "later" // only when its outcome is: never learned from (SAL-12)
)

// MarkField says when the values of a custom field are known (PRC-10, SAL-12). Refused: unknown, same-known.
var MarkField = op.Op[MarkFieldInput, FieldAnswer]{
	Name: "people.mark-field", Rule: "SAL-12", Needs: "score-model:create", Fact: facts.FieldMarked{}, Do: markField,
}

// MarkFieldInput names the field.
type MarkFieldInput struct {
	Code  string `json:"code" maxLength:"80"`
	Known string `json:"known" enum:"entry,later" doc:"entry: when the matter is entered; later: when its outcome is known"`
}

// FieldAnswer is the field as it is marked now.
type FieldAnswer struct {
	Code  string `json:"code"`
	Known string `json:"known"`
}

func markField(ctx context.Context, tx *op.Tx, in MarkFieldInput) (FieldAnswer, error) {
	if in.Known != KnownEntry && in.Known != KnownLater {
		return FieldAnswer{}, problem.Refuse("SAL-12", "invalid", problem.Field{Location: "known", Code: "not-one-of", Value: in.Known, Args: map[string]any{"list": "entry, later"}})
	}
	list, err := op.AllOf[Field](ctx, tx.Unscoped("fields hold no records of people"), "SELECT code, resource, kind, name_zh, name_en, known, no FROM attribute_fields WHERE code = ?", in.Code)
	if err != nil {
		return FieldAnswer{}, fmt.Errorf("read custom field: %w", err)
	}
	switch {
	case len(list) == 0:
		return FieldAnswer{}, problem.Refuse("SAL-12", "invalid", problem.Field{Location: "code", Code: "unknown", Value: in.Code})
	case list[0].Known == in.Known:
		return FieldAnswer{}, problem.Refuse("SAL-12", "same-known", problem.Field{Location: "known", Value: in.Known})
	}
	if _, err := tx.Exec(ctx, "UPDATE attribute_fields SET known = ? WHERE code = ?", in.Known, in.Code); err != nil {
		return FieldAnswer{}, fmt.Errorf("mark custom field: %w", err)
	}
	tx.Record(tx.NewID(), facts.FieldMarked{Code: in.Code, Resource: list[0].Resource, Known: in.Known, Was: list[0].Known})
	return FieldAnswer(in), nil
}
