package rollout

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/width"

	"zhike/internal/kernel/problem"
)

//go:embed fields.csv
var fieldNames []byte

// Kinds lists what can be imported.
var Kinds = []string{"leads", "people", "centers", "staff", "packages"}

// Custom is the field of a column that is kept as an attribute of the record.
const Custom = "custom"

// Ignore is the field of a column that is left out.
const Ignore = "ignore"

// Column says what a column of the file is.
type Column struct {
	Header string `json:"header" toml:"-"`
	Field  string `json:"field" toml:"field"`           // of the kind, custom, or ignore
	Code   string `json:"code,omitempty" toml:"code"`   // of a custom field
	Known  string `json:"known,omitempty" toml:"known"` // custom: entry or later, relative to the outcome (SAL-12)
}

// Mapping says what each column of a file is, and how words of the file read.
type Mapping struct {
	Kind    string                       `json:"kind"`
	Columns []Column                     `json:"columns"`          // in the order of the file
	Values  map[string]map[string]string `json:"values,omitempty"` // field → word of the file → word of the program
}

// Guess maps a header by the names that people give columns in either language; what it does not know is kept as an attribute,
// the first column of a name wins.
func Guess(kind string, header []string) (Mapping, error) {
	names, err := readNames(kind)
	if err != nil {
		return Mapping{}, err
	}
	m := Mapping{Kind: kind}
	taken, codes := map[string]bool{}, map[string]bool{}
	for _, h := range header {
		c := Column{Header: h, Field: names[fold(h)]}
		switch {
		case c.Field != "" && !taken[c.Field]:
			taken[c.Field] = true
		case kind == "leads" || kind == "people":
			c.Field, c.Code, c.Known = Custom, unique(codes, Slug(h)), "entry"
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

// mapFile is the file of --map: [columns] with the field of a header, or a table {field, code, known}; [values.FIELD] with the
// words of the file.
type mapFile struct {
	Columns map[string]any               `toml:"columns"`
	Values  map[string]map[string]string `toml:"values"`
}

// Edit changes a guessed mapping by a map file. Refused: a header that the file has not, a field that the kind has not.
func (m Mapping) Edit(file []byte) (Mapping, error) {
	var f mapFile
	if err := toml.Unmarshal(file, &f); err != nil {
		return m, problem.Refuse("ROL-1", "invalid", problem.Field{Location: "map", Code: "bad-map", Args: map[string]any{"cause": err.Error()}})
	}
	m.Columns, m.Values = slices.Clone(m.Columns), f.Values
	var bad problem.Invalid
	for header, v := range f.Columns {
		i := slices.IndexFunc(m.Columns, func(c Column) bool { return fold(c.Header) == fold(header) })
		if i < 0 {
			bad.Add("map."+header, "no-such-column", header)
			continue
		}
		c := columnOf(m.Columns[i].Header, v)
		c.check(&bad, m.Kind)
		m.Columns[i] = c
	}
	return m, append(bad, m.check()...).Err("ROL-1")
}

// columnOf reads what a map file says of a column: a field, or a table {field, code, known}.
func columnOf(header string, said any) Column {
	c := Column{Header: header, Field: Custom}
	switch v := said.(type) {
	case string:
		c.Field = v
	case map[string]any:
		if f, ok := v["field"].(string); ok {
			c.Field = f
		}
		c.Code, _ = v["code"].(string)
		c.Known, _ = v["known"].(string)
	}
	if c.Field == Custom {
		c.Code, c.Known = cmp.Or(c.Code, Slug(header)), cmp.Or(c.Known, "entry")
	}
	return c
}

func (c Column) check(bad *problem.Invalid, kind string) {
	if known := append(Fields(kind), Custom, Ignore); !slices.Contains(known, c.Field) {
		bad.Add("map."+c.Header, "not-one-of", c.Field, "list", strings.Join(known, ", "))
	}
	if c.Field == Custom && c.Known != "entry" && c.Known != "later" {
		bad.Add("map."+c.Header, "not-one-of", c.Known, "list", "entry, later")
	}
}

// check refuses a mapping with two columns of one field, or without what its kind needs.
func (m Mapping) check() problem.Invalid {
	var bad problem.Invalid
	seen := map[string]string{}
	for _, c := range m.Columns {
		if c.Field == Custom || c.Field == Ignore {
			continue
		}
		if before, ok := seen[c.Field]; ok {
			bad.Add("map."+c.Header, "field-twice", c.Field, "other", before)
		}
		seen[c.Field] = c.Header
	}
	for _, need := range map[string][]string{"centers": {"code", "name_zh"}, "staff": {"code", "name"}, "packages": {"code", "course", "name_zh", "hours", "price"}}[m.Kind] {
		if seen[need] == "" {
			bad.Add("map", "column-missing", need, "field", need)
		}
	}
	if m.Kind == "leads" || m.Kind == "people" {
		if seen["name"] == "" && seen["phone"] == "" && seen["external_key"] == "" {
			bad.Add("map", "column-missing", nil, "field", "name, phone, external_key")
		}
	}
	return bad
}
