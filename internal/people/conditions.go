package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
)

// Population is whom conditions choose from: persons with a matter in the scope of segment-member:read (MKT-10). Who was merged into
// another one is that one.
func Population() condition.Population {
	return condition.Population{Table: "persons", Where: func(tx *op.Tx) string {
		if tx.Viewer.Scope("segment-member:read").All {
			return "{scope:segment-member p} AND p.merged_into IS NULL"
		}
		return "p.merged_into IS NULL AND p.id IN (SELECT s.person FROM person_links s WHERE {scope:segment-member s})"
	}}
}

const partPerson = "person"

// Conditions contributes what can be asked about persons themselves (MKT-10).
func Conditions(ctx context.Context, tx *op.Tx) ([]condition.Field, error) {
	today := tx.Today(id.None)
	out := []condition.Field{
		{Code: "age", Kind: condition.Years, Column: "p.birth"},
		{Code: "gender", Kind: condition.Choice, Column: "p.gender", Options: condition.Codes("gender", Genders)},
		{Code: "district", Kind: condition.Text, Column: "p.district"},
		{
			Code: "center", Kind: condition.Choice, Column: "l.center", Options: centers,
			From: "SELECT l.person FROM person_links l WHERE {scope:segment-member l} AND l.center IS NOT NULL",
		},
		{
			Code: "state", Kind: condition.Choice, Options: condition.Codes("person-state", []string{Prospect, Student}),
			From:   "SELECT l.person FROM person_links l WHERE {scope:segment-member l} AND l.state = 'open' AND l.kind IN ('enquiry', 'contract')",
			Column: "CASE l.kind WHEN 'enquiry' THEN 'prospect' ELSE 'student' END",
		},
		{Code: "last-touch", Kind: condition.Moment, From: touchesOf, Column: "t.at"},
		{Code: "touches", Kind: condition.Number, From: touchesOf, Column: "COUNT(*)", Sum: true},
		{Code: "touch-result", Kind: condition.Choice, From: touchesOf + " AND t.result <> ''", Column: "t.result", Options: CodeOptions("touch-result")},
		agreed("consent", "marketing", today),
		agreed("consent-survey", "survey", today),
	}
	for i := range out {
		out[i].Part, out[i].Key = partPerson, "condition."+out[i].Code
	}
	own, err := AttributeConditions(ctx, tx, "person", "SELECT a.subject FROM attributes a WHERE a.field = ?")
	return append(out, own...), err
}

// agreed is the field of the channels by which messages of a purpose may go to a person, as MayContact (PPL-9).
func agreed(code, purpose string, today bizdate.Date) condition.Field {
	return condition.Field{
		Code: code, Kind: condition.Choice, Column: "c.channel", Options: condition.Codes("consent-channel", ConsentChannels[:4]),
		From: "SELECT c.person FROM consents c JOIN persons q ON q.id = c.person WHERE c.purpose = ? AND c.given = TRUE AND " + latest + " AND " + byWhom,
		Args: []any{purpose, int64(today.AddMonths(-ofAge))},
	}
}

// byWhom is the condition that a statement c was made by whom it is for to make now: the guardian of a minor q, else the person.
const byWhom = `CASE WHEN c.guardian IS NULL THEN 0 ELSE 1 END = CASE WHEN q.birth > ? OR q.birth = 0 AND EXISTS (SELECT 1 FROM guardians g WHERE g.person = q.id) THEN 1 ELSE 0 END`

const touchesOf = "SELECT t.person FROM touches t WHERE {scope:segment-member t} AND t.withdrawn_at IS NULL"

func centers(_ context.Context, tx *op.Tx) ([]condition.Option, error) {
	var out []condition.Option
	for _, c := range organization.Of(tx).Centers(policy.System()) {
		out = append(out, condition.Option{Value: c.ID.String(), ZH: c.Name("zh"), EN: c.Name("en")})
	}
	return out, nil
}

// CodeOptions gives the codes of a list of the company, those that are no longer offered as well.
func CodeOptions(kind string) func(ctx context.Context, tx *op.Tx) ([]condition.Option, error) {
	type row struct {
		Code string `db:"code"`
		ZH   string `db:"name_zh"`
		EN   string `db:"name_en"`
	}
	return func(ctx context.Context, tx *op.Tx) (out []condition.Option, err error) {
		list, err := op.AllOf[row](ctx, tx.Unscoped("lists of the company hold no records of people"), "SELECT code, name_zh, name_en FROM codes WHERE kind = ? ORDER BY no, code", kind)
		if err != nil {
			return nil, fmt.Errorf("list codes: %w", err)
		}
		for _, c := range list {
			o := condition.Option{Value: c.Code, Key: kind + "." + c.Code, ZH: c.ZH, EN: c.EN}
			if c.ZH != "" {
				o.Key = ""
			}
			out = append(out, o)
		}
		return out, nil
	}
}

// masked tells a value that ShownAttributes masks in any field.
func masked(value string) bool { return privateOf("", value) != "" }

// AttributeConditions makes fields of the custom fields of a resource (PRC-10); from gives the persons of the values of one field.
func AttributeConditions(ctx context.Context, tx *op.Tx, resource, from string) ([]condition.Field, error) {
	list, err := Fields(ctx, tx, resource)
	if err != nil {
		return nil, err
	}
	var out []condition.Field
	for _, f := range list {
		if privateKind(f.Code, f.NameZH, f.NameEN) != "" {
			continue // to ask for it is to read it (TRU-15)
		}
		c := condition.Field{Code: resource + "." + f.Code, ZH: f.NameZH, EN: f.NameEN, Part: resource, Kind: condition.Text, From: from, Args: []any{f.Code}, Column: "a.text", Secret: masked}
		switch f.Kind {
		case FieldNumber:
			c.Kind, c.Column, c.Scale, c.From = condition.Scaled, "a.number", numberScale, from+" AND a.kind = 'number'"
		case FieldDate:
			c.Kind, c.Column, c.From = condition.Day, "a.number", from+" AND a.kind = 'date'"
		case FieldYesNo:
			c.Kind, c.From = condition.YesNo, from+" AND a.kind = 'yes-no' AND a.number = 1"
		}
		out = append(out, c)
	}
	return out, nil
}
