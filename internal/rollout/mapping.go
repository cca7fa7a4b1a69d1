package rollout

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/width"

	"zhike/internal/kernel/problem"
	"zhike/internal/people"
)

//go:embed fields.csv
var fieldNames []byte

// Kinds lists what can be imported.
var Kinds = []string{"leads", "people", "organizations", "centers", "staff", "courses", "packages", "campaign-costs", "budgets"}

// Custom is the field of a column that is kept as an attribute of the record.
const Custom = "custom"

// Ignore is the field of a column that is left out.
const Ignore = "ignore"

// Column says what a column of the file is.
type Column struct {
	Header string `json:"header" maxLength:"500"`
	Field  string `json:"field" maxLength:"40"`           // of the kind, custom, or ignore
	Code   string `json:"code,omitempty" maxLength:"80"`  // of a custom field
	Type   string `json:"type,omitempty" maxLength:"20"`  // custom: text, number, date, choice, yes-no
	Known  string `json:"known,omitempty" maxLength:"20"` // custom: entry or later, relative to the outcome (SAL-12)
}

// The columns that a rejects file adds.
const (
	rowColumn    = "_row"
	reasonColumn = "_reason"
)

// Mapping says what each column of a file is, and how words of the file read.
type Mapping struct {
	Kind     string                       `json:"kind"`
	Columns  []Column                     `json:"columns"`            // in the order of the file
	Values   map[string]map[string]string `json:"values,omitempty"`   // field → word of the file → word of the program
	Defaults map[string]string            `json:"defaults,omitempty"` // field → value of rows that have none; of kinds that are no people
	Fixed    map[string]string            `json:"fixed,omitempty"`    // field → what all rows have that no column says
}

// Guess maps a header by the names that people give columns in either language; what it does not know is kept as an attribute of the
// kind that a few rows show, the first column of a name wins.
func Guess(kind string, header []string, rows [][]string) (Mapping, error) {
	names, err := readNames(kind)
	if err != nil {
		return Mapping{}, err
	}
	m := Mapping{Kind: kind}
	taken, codes := map[string]bool{}, map[string]bool{}
	for i, h := range header {
		c := Column{Header: h, Field: names[fold(h)]}
		switch {
		case h == "" || h == rowColumn || h == reasonColumn:
			c.Field = Ignore
		case c.Field != "" && !taken[c.Field]:
			taken[c.Field] = true
		case ofPeople(kind):
			c.Field, c.Code, c.Type, c.Known = Custom, unique(codes, Slug(h)), people.KindOf(column(rows, i)), "entry"
		default:
			c.Field = Ignore
		}
		m.Columns = append(m.Columns, c)
	}
	return m, nil
}

func readNames(kind string) (map[string]string, error) {
	rows, err := csv.NewReader(bytes.NewReader(fieldNames)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read names of fields: %w", err)
	}
	out := map[string]string{}
	for _, r := range rows[1:] {
		if r[0] == kind {
			for n := range strings.SplitSeq(r[2], "|") {
				out[fold(n)] = r[1]
			}
		}
	}
	if len(out) == 0 {
		return nil, problem.Refuse("ROL-1", "invalid", problem.Field{Location: "kind", Code: "not-one-of", Value: kind, Args: map[string]any{"list": strings.Join(Kinds, ", ")}})
	}
	return out, nil
}

// Fields lists the fields of a kind, in the order of fields.csv.
func Fields(kind string) []string {
	rows, err := csv.NewReader(bytes.NewReader(fieldNames)).ReadAll()
	if err != nil {
		return nil
	}
	var out []string
	for _, r := range rows[1:] {
		if r[0] == kind {
			out = append(out, r[1])
		}
	}
	return out
}

func fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.NewReplacer("_", " ", "-", " ", "*", "").Replace(width.Fold.String(s)))), " ")
}

// Slug makes the code of a custom field of a header: small letters, digits and hyphens; other scripts stay.
func Slug(header string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(width.Fold.String(header)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String(), "-")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60])
	}
	if s == "" {
		s = "column"
	}
	return s
}

func unique(taken map[string]bool, code string) string {
	c := code
	for i := 2; taken[c]; i++ {
		c = fmt.Sprintf("%s-%d", code, i)
	}
	taken[c] = true
	return c
}

func ofPeople(kind string) bool {
	return kind == "leads" || kind == "people" || kind == "organizations"
}

// column gives the cells of a column that are not empty.
func column(rows [][]string, i int) (out []string) {
	for _, r := range rows {
		if i < len(r) {
			if v := plainText(r[i]); v != "" && v != "Select" {
				out = append(out, v)
			}
		}
	}
	return out
}

// mapFile is the file of --map: [columns] with the field of a header, or a table {field, code, type, known}; [values.FIELD] with
// the words of the file; [defaults] with what holds where a row says nothing.
// the words of the file; [fixed] with the values of fields that all rows have.
type mapFile struct {
	Columns  map[string]any               `toml:"columns"`
	Values   map[string]map[string]string `toml:"values"`
	Defaults map[string]string            `toml:"defaults"`
	Fixed    map[string]string            `toml:"fixed"`
}

// Edit changes a guessed mapping by a map file. Refused: a header that the file has not, a field that the kind has not.
func (m Mapping) Edit(file []byte) (Mapping, error) {
	var f mapFile
	if err := toml.Unmarshal(file, &f); err != nil {
		return m, problem.Refuse("ROL-1", "invalid", problem.Field{Location: "map", Code: "bad-map", Args: map[string]any{"cause": err.Error()}})
	}
	m.Columns, m.Values, m.Defaults, m.Fixed = slices.Clone(m.Columns), f.Values, f.Defaults, f.Fixed
	var bad problem.Invalid
	for _, header := range slices.Sorted(maps.Keys(f.Columns)) {
		i := slices.IndexFunc(m.Columns, func(c Column) bool { return fold(c.Header) == fold(header) })
		if i < 0 {
			bad.Add("map."+header, "no-such-column", header)
			continue
		}
		m.Columns[i] = m.Columns[i].said(f.Columns[header])
	}
	return m, append(bad, m.check(byHeader(m.Columns))...).Err("ROL-1")
}

// Set changes the columns as they were chosen on the page; headers and the words of values stay.
func (m Mapping) Set(columns []Column) (Mapping, error) {
	if len(columns) != len(m.Columns) {
		return m, problem.Refuse("ROL-1", "invalid", problem.Field{Location: "columns", Code: "columns-differ", Value: len(columns), Args: map[string]any{"limit": len(m.Columns)}})
	}
	chosen := make([]Column, len(columns))
	for i, c := range columns {
		was := m.Columns[i]
		chosen[i] = Column{Header: was.Header, Field: c.Field}
		if c.Field == Custom {
			chosen[i] = Column{
				Header: was.Header, Field: Custom, Code: cmp.Or(strings.TrimSpace(c.Code), was.Code, Slug(was.Header)), Type: cmp.Or(c.Type, was.Type, people.FieldText), Known: cmp.Or(c.Known, was.Known, "entry"),
			}
		}
	}
	m.Columns = chosen
	return m, m.check(byPlace).Err("ROL-1")
}

// byHeader and byPlace name a column in what is refused: as a map file does, and as the page does.
func byHeader(columns []Column) func(int, string) string {
	return func(i int, _ string) string { return "map." + columns[i].Header }
}

func byPlace(i int, part string) string { return fmt.Sprintf("columns.%d.%s", i, part) }

// said is a column with what a map file says of it: a field, or a table {field, code, type, known}.
func (c Column) said(what any) Column {
	out := Column{Header: c.Header, Field: Custom}
	switch v := what.(type) {
	case string:
		out.Field = v
	case map[string]any:
		if f, ok := v["field"].(string); ok {
			out.Field = f
		}
		out.Code, _ = v["code"].(string)
		out.Type, _ = v["type"].(string)
		out.Known, _ = v["known"].(string)
	}
	if out.Field == Custom {
		out.Code, out.Known, out.Type = cmp.Or(out.Code, c.Code, Slug(c.Header)), cmp.Or(out.Known, "entry"), cmp.Or(out.Type, c.Type, people.FieldText)
	}
	return out
}

// needed lists the fields without which a kind cannot be imported.
func needed(kind string) []string {
	switch kind {
	case "centers":
		return []string{"code", "name_zh"}
	case "organizations", "staff":
		return []string{"name"}
	case "courses":
		return []string{"code"}
	case "packages":
		return []string{"code", "hours", "price"}
	case "campaign-costs":
		return []string{"campaign", "amount"}
	case "budgets":
		return []string{"year", "channel"}
	}
	return nil
}

// check refuses unknown fields, two columns of one field, and a mapping without what its kind needs.
func (m Mapping) check(at func(i int, part string) string) (bad problem.Invalid) {
	fields := append(Fields(m.Kind), Custom, Ignore)
	seen := map[string]string{}
	for i, c := range m.Columns {
		name := c.Field
		switch {
		case c.Field == Ignore:
			continue
		case !slices.Contains(fields, c.Field) || c.Field == Custom && !ofPeople(m.Kind):
			bad.Add(at(i, "field"), "not-one-of", c.Field, "list", strings.Join(fields, ", "))
			continue
		case c.Field == Custom:
			c.checkCustom(&bad, at, i)
			name = Custom + " " + c.Code
		}
		if before, twice := seen[name]; twice {
			bad.Add(at(i, "field"), "field-twice", c.Field, "other", before)
		}
		seen[name] = c.Header
	}
	for _, field := range slices.Sorted(maps.Keys(m.Defaults)) {
		if !slices.Contains(Fields(m.Kind), field) || ofPeople(m.Kind) {
			bad.Add("map.defaults."+field, "not-one-of", field, "list", strings.Join(Fields(m.Kind), ", "))
			continue
		}
		seen[field] = field
	}
	for _, name := range slices.Sorted(maps.Keys(m.Fixed)) {
		if !slices.Contains(Fields(m.Kind), name) || ofPeople(m.Kind) {
			bad.Add("map."+name, "not-one-of", name, "list", strings.Join(Fields(m.Kind), ", "))
		}
		if seen[name] == "" {
			seen[name] = "fixed"
		}
	}
	for _, need := range needed(m.Kind) {
		if seen[need] == "" {
			bad.Add("map", "column-missing", need, "field", need)
		}
	}
	if ofPeople(m.Kind) && seen["name"] == "" && seen["phone"] == "" && seen["external_key"] == "" {
		bad.Add("map", "column-missing", nil, "field", "name, phone, external_key")
	}
	return bad
}

const longestCode = 80

func (c Column) checkCustom(bad *problem.Invalid, at func(int, string) string, i int) {
	if c.Known != "entry" && c.Known != "later" {
		bad.Add(at(i, "known"), "not-one-of", c.Known, "list", "entry, later")
	}
	if !slices.Contains(people.FieldKinds, c.Type) {
		bad.Add(at(i, "type"), "not-one-of", c.Type, "list", strings.Join(people.FieldKinds, ", "))
	}
	if n := len([]rune(c.Code)); n > longestCode {
		bad.Add(at(i, "code"), "too-long", nil, "max", longestCode, "limit", longestCode, "count", n)
	}
}

// custom lists the custom fields of a mapping, for people.DefineFields.
func (m Mapping) custom() (out []people.Field) {
	resource := map[string]string{"leads": "enquiry", "people": "person", "organizations": "person"}[m.Kind]
	for i, c := range m.Columns {
		if c.Field == Custom {
			out = append(out, people.Field{Code: c.Code, Resource: resource, Kind: c.Type, NameZH: c.Header, NameEN: c.Header, Known: c.Known, No: int64(i)})
		}
	}
	return out
}
