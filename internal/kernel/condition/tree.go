package condition

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Limits of what is built: beyond them it is refused before anything else is looked at.
const (
	MostRows   = 100 // groups and conditions
	MostDepth  = 8
	MostValues = 50 // of a condition
	mostText   = 200
	mostDays   = 36_500
	mostNumber = 1_000_000_000
)

// Groups of conditions.
const (
	All  = "all"  // every one holds
	Any  = "any"  // at least one holds
	None = "none" // none holds
)

// Groups lists them.
var Groups = []string{All, Any, None}

// Row is a line of the outline of nested conditions: a group, or a condition. What follows a group and lies deeper belongs to it. The first
// row is the group that holds everything.
type Row struct {
	Depth  int64    `json:"depth" minimum:"0" maximum:"8" doc:"0: the first row; of what belongs to a group one more than the group's"`
	Group  string   `json:"group,omitempty" enum:"all,any,none" doc:"of a group: how what belongs to it is joined"`
	Field  string   `json:"field,omitempty" maxLength:"120" doc:"of a condition: a code of /segment-fields"`
	Is     string   `json:"is,omitempty" enum:"is,is-not,exactly,at-least,at-most,within,long-ago,never,since,until,there-is,yes,no"`
	Values []string `json:"values,omitempty" maxItems:"50" doc:"codes, ids, numbers (yuan and hours with two decimals), or a day YYYY-MM-DD"`
}

// node is a group, or a condition ready to be asked.
type node struct {
	group string
	parts []*node

	field Field
	is    string
	texts []string
	n     int64
	day   bizdate.Date
}

// parse reads an outline. Refused, each row by its place: more than MostRows rows, deeper than MostDepth, a row that lies under no group,
// a group without conditions, an unknown field or comparison, values that the field cannot have, or that are masked.
func (r *Registry) parse(ctx context.Context, tx *op.Tx, rows []Row) (*node, error) {
	var bad problem.Invalid
	if len(rows) > MostRows {
		bad.Add("conditions", "condition-too-many", len(rows), "limit", MostRows, "count", len(rows))
		return nil, bad.Err("MKT-10")
	}
	if len(rows) == 0 || rows[0].Group == "" || rows[0].Depth != 0 {
		bad.Add("conditions", "condition-no-group", nil)
		return nil, bad.Err("MKT-10")
	}
	fields, err := r.byCode(ctx, tx)
	if err != nil {
		return nil, err
	}
	p := parser{ctx: ctx, tx: tx, fields: fields}
	root, err := p.tree(rows)
	if err != nil {
		return nil, err
	}
	if err := p.bad.Err("MKT-10"); err != nil {
		return nil, err
	}
	return root, nil
}

type parser struct {
	ctx    context.Context
	tx     *op.Tx
	fields map[string]Field
	bad    problem.Invalid
}

// tree builds the tree of an outline whose first row is a group.
func (p *parser) tree(rows []Row) (*node, error) {
	root := &node{}
	open := []*node{} // the groups that the row may belong to, by depth
	at := map[*node]int{}
	for i, row := range rows {
		here := fmt.Sprintf("conditions.%d", i)
		switch {
		case row.Depth > MostDepth:
			p.bad.Add(here+".depth", "condition-too-deep", row.Depth, "limit", MostDepth)
			return nil, p.bad.Err("MKT-10")
		case row.Depth < 0 || i > 0 && (row.Depth == 0 || int(row.Depth) > len(open)):
			p.bad.Add(here+".depth", "condition-no-group", row.Depth)
			return nil, p.bad.Err("MKT-10")
		}
		n, err := p.row(here, row)
		if err != nil {
			return nil, err
		}
		open = open[:row.Depth]
		if row.Depth == 0 {
			root = n
		} else {
			in := open[row.Depth-1]
			in.parts = append(in.parts, n)
		}
		if n.group != "" {
			open, at[n] = append(open, n), i
		}
	}
	for n, i := range at {
		if len(n.parts) == 0 {
			p.bad.Add(fmt.Sprintf("conditions.%d.group", i), "condition-empty-group", n.group)
		}
	}
	return root, nil
}

func (p *parser) row(here string, row Row) (*node, error) {
	if row.Group != "" {
		if !slices.Contains(Groups, row.Group) {
			p.bad.Add(here+".group", "not-one-of", row.Group, "value", row.Group, "list", strings.Join(Groups, ", "))
		}
		return &node{group: row.Group}, nil
	}
	n := &node{is: row.Is}
	var known bool
	switch n.field, known = p.fields[row.Field]; {
	case row.Field == "":
		p.bad.Add(here+".field", "required", nil)
		return n, nil
	case !known:
		p.bad.Add(here+".field", "condition-no-field", shown(row.Field))
		return n, nil
	case !slices.Contains(n.field.Kind.Comparisons(), row.Is):
		p.bad.Add(here+".is", "not-one-of", shown(row.Is), "value", shown(row.Is), "list", strings.Join(n.field.Kind.Comparisons(), ", "))
		return n, nil
	}
	return n, p.values(here+".values", n, row.Values)
}

func (p *parser) values(here string, n *node, values []string) error {
	switch most := Takes(n.is); {
	case len(values) > most:
		p.bad.Add(here, "condition-values", len(values), "limit", most)
		return nil
	case most > 0 && len(values) == 0:
		p.bad.Add(here, "required", nil)
		return nil
	case most == 0:
		return nil
	case n.is == Is || n.is == IsNot:
		return p.texts(here, n, values)
	}
	var ok bool
	switch v := strings.TrimSpace(values[0]); n.is {
	case Since, Until:
		day, err := bizdate.Parse(v)
		n.day, ok = day, err == nil && !day.IsZero()
	case Within, LongAgo:
		n.n, ok = whole(v, 1, mostDays)
	default:
		n.n, ok = whole(v, max(n.field.Scale, 1), mostNumber)
	}
	if !ok {
		p.bad.Add(here, "condition-bad-value", shown(values[0]), "value", shown(values[0]))
	}
	return nil
}

// texts checks values against the options of their field.
func (p *parser) texts(here string, n *node, values []string) error {
	var options []Option
	if n.field.Options != nil {
		var err error
		if options, err = n.field.Options(p.ctx, p.tx); err != nil {
			return err
		}
	}
	for _, v := range values {
		if n.field.Secret != nil && n.field.Secret(v) {
			p.bad.Add(here, "condition-masked", nil)
			return nil
		}
		known := n.field.Options == nil || slices.ContainsFunc(options, func(o Option) bool { return o.Value == v })
		if !known || v == "" || utf8.RuneCountInString(v) > mostText || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			p.bad.Add(here, "condition-bad-value", shown(v), "value", shown(v))
			return nil
		}
	}
	n.texts = values
	if n.field.Wider == nil {
		return nil
	}
	wider, err := n.field.Wider(p.ctx, p.tx, values)
	n.texts = wider
	return err
}

// whole reads a number that is a whole multiple of 1/scale, from 0 to most, as so many times that.
func whole(s string, scale, most int64) (n int64, ok bool) {
	digits, rest, point := strings.Cut(strings.ReplaceAll(s, ",", ""), ".")
	if digits == "" || point && rest == "" {
		return 0, false
	}
	for _, d := range digits {
		if d < '0' || d > '9' || n > most {
			return 0, false
		}
		n = n*10 + int64(d-'0')
	}
	n, most = n*scale, most*scale
	for _, d := range rest {
		scale /= 10
		if d < '0' || d > '9' || scale == 0 && d != '0' {
			return 0, false
		}
		n += int64(d-'0') * scale
	}
	return n, n <= most
}

// shown cuts a refused value to what is worth repeating.
func shown(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "")); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// begins is the first instant of a day, in microseconds.
func begins(d bizdate.Date, zone *time.Location) int64 { return d.In(zone).UnixMicro() }
