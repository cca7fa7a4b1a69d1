package marketingdoor

import (
	"context"
	"slices"
	"strings"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/web"
)

// sg is a text of segments.
func sg(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "segments."+key, pairs...)
}

func fieldName(ctx context.Context, f condition.Field) string {
	return named(ctx, f.Key, f.ZH, f.EN, f.Code)
}

func optionName(ctx context.Context, o condition.Option) string {
	return named(ctx, o.Key, o.ZH, o.EN, o.Value)
}

func named(ctx context.Context, key, zh, en, code string) string {
	switch {
	case key != "" && i18n.Has(ctx, key):
		return i18n.T(ctx, key)
	case lang(ctx) == "en" && en != "":
		return en
	case zh != "":
		return zh
	}
	return code
}

// part is a row of an outline with what belongs to it, as it is drawn.
type part struct {
	condition.Row
	No    int // of the row
	Parts []*part
	Field condition.Field // of a condition that names a known one
	Known bool
	Names []condition.Option // that the field may have
}

// options are values of a choice, with those that were chosen.
func (p *part) options(ctx context.Context) (list []web.Option) {
	for _, o := range p.Names {
		list = append(list, web.Option{Value: o.Value, Label: optionName(ctx, o), On: slices.Contains(p.Values, o.Value)})
	}
	return list
}

// words says what a condition asks.
func (p *part) words(ctx context.Context) string {
	var values []string
	for _, v := range p.Values {
		i := slices.IndexFunc(p.Names, func(o condition.Option) bool { return o.Value == v })
		if i >= 0 {
			v = optionName(ctx, p.Names[i])
		}
		values = append(values, v)
	}
	name := p.Row.Field
	if p.Known {
		name = fieldName(ctx, p.Field)
	}
	return sg(ctx, "says-"+p.Is, "field", name, "values", strings.Join(values, sg(ctx, "or")), "unit", unitOf(ctx, p.Field))
}

// unitOf is what follows a number of a field.
func unitOf(ctx context.Context, f condition.Field) string {
	if key := "condition-unit." + f.Code; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return ""
}

// drawn makes the tree of an outline that people build, however it is: a row that lies too deep belongs to the group above it.
func drawn(ctx context.Context, tx *op.Tx, rows []condition.Row) (*part, []condition.Field, error) {
	fields, err := condition.Of(tx).Fields(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	if len(rows) == 0 || rows[0].Group == "" {
		rows = append([]condition.Row{{Group: condition.All}}, rows...)
	}
	var open []*part
	var root *part
	for i, row := range rows {
		p := &part{Row: row, No: i}
		if j := slices.IndexFunc(fields, func(f condition.Field) bool { return f.Code == row.Field }); j >= 0 && row.Group == "" {
			p.Field, p.Known = fields[j], true
			if p.Field.Options != nil {
				if p.Names, err = p.Field.Options(ctx, tx); err != nil {
					return nil, nil, err
				}
			}
		}
		if root == nil {
			root, open = p, []*part{p}
			continue
		}
		p.Depth = min(max(row.Depth, 1), int64(len(open)))
		open = open[:p.Depth]
		in := open[p.Depth-1]
		in.Parts = append(in.Parts, p)
		if row.Group != "" {
			open = append(open, p)
		}
	}
	return root, fields, nil
}
