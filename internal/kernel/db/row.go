package db

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
)

// Row describes how a struct stands in a table: its fields with a `db:"column"` tag, embedded structs included.
// `db:"column,json"` keeps the field as JSON text; `mask:"phone"` names the field rule under which it is masked when scanned.
type Row struct {
	Columns []Column
	List    string // the columns, comma separated
	byName  map[string]int
}

// Column is one field of a Row.
type Column struct {
	Name  string
	Mask  string
	json  bool
	index []int
	kind  reflect.Type
}

var rows sync.Map // reflect.Type → *Row

// RowOf describes a struct type.
func RowOf(t reflect.Type) *Row {
	if r, ok := rows.Load(t); ok {
		return r.(*Row)
	}
	r := &Row{byName: map[string]int{}}
	r.add(t, nil)
	names := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		names[i] = c.Name
		r.byName[c.Name] = i
	}
	r.List = strings.Join(names, ", ")
	rows.Store(t, r)
	return r
}

func (r *Row) add(t reflect.Type, path []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int{}, path...), i)
		tag, ok := f.Tag.Lookup("db")
		switch {
		case !ok && f.Anonymous && f.Type.Kind() == reflect.Struct:
			r.add(f.Type, index)
		case ok && tag != "-":
			name, opt, _ := strings.Cut(tag, ",")
			r.Columns = append(r.Columns, Column{Name: name, Mask: f.Tag.Get("mask"), json: opt == "json", index: index, kind: f.Type})
		}
	}
}

// Column gives the column of a name.
func (r *Row) Column(name string) (Column, bool) {
	i, ok := r.byName[name]
	if !ok {
		return Column{}, false
	}
	return r.Columns[i], true
}

// Field gives the field of v, a struct value.
func (c Column) Field(v reflect.Value) reflect.Value { return v.FieldByIndex(c.index) }

// Value gives what the column keeps of v, a struct value.
func (c Column) Value(v reflect.Value) (any, error) {
	f := v.FieldByIndex(c.index)
	if c.json {
		b, err := json.Marshal(f.Interface())
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", c.Name, err)
		}
		return string(b), nil
	}
	switch f.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return f.Int(), nil
	case reflect.String:
		return f.String(), nil
	case reflect.Bool:
		return f.Bool(), nil
	default:
		return f.Interface(), nil
	}
}

// Scanner reads the rows of a query into structs, by the names of the columns. A column without a field is an error.
type Scanner struct {
	row  *Row
	cols []Column
	dest []any
}

// NewScanner prepares to read rows into structs of type t.
func NewScanner(rs *sql.Rows, t reflect.Type) (*Scanner, error) {
	names, err := rs.Columns()
	if err != nil {
		return nil, fmt.Errorf("read columns: %w", err)
	}
	s := &Scanner{row: RowOf(t), cols: make([]Column, len(names)), dest: make([]any, len(names))}
	for i, n := range names {
		c, ok := s.row.Column(n)
		if !ok {
			return nil, fmt.Errorf("scan %s: no field for column %q", t, n)
		}
		s.cols[i] = c
	}
	return s, nil
}

// Scan reads the present row into v, an addressable struct value.
func (s *Scanner) Scan(rs *sql.Rows, v reflect.Value) error {
	for i, c := range s.cols {
		p := v.FieldByIndex(c.index).Addr().Interface()
		if c.json {
			p = &jsonText{p}
		} else {
			p = into(p, c.kind)
		}
		s.dest[i] = p
	}
	return rs.Scan(s.dest...)
}

// Masked lists the scanned columns that have a field rule.
func (s *Scanner) Masked() []Column {
	var out []Column
	for _, c := range s.cols {
		if c.Mask != "" {
			out = append(out, c)
		}
	}
	return out
}

var timeType = reflect.TypeFor[time.Time]()

func into(p any, t reflect.Type) any {
	if _, ok := p.(sql.Scanner); ok {
		return p
	}
	switch {
	case t == timeType:
		return (*instant)(p.(*time.Time))
	case t.Kind() == reflect.String:
		return &namedText{reflect.ValueOf(p).Elem()}
	case t.Kind() == reflect.Bool, t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return &number{reflect.ValueOf(p).Elem()}
	}
	return p
}

type jsonText struct{ dest any }

func (j *jsonText) Scan(src any) error {
	if raw, ok := j.dest.(*json.RawMessage); ok { // as it was written
		switch s := src.(type) {
		case string:
			*raw = json.RawMessage(s)
		case []byte:
			*raw = append(json.RawMessage{}, s...)
		}
		return nil
	}
	switch s := src.(type) {
	case string:
		if s != "" {
			return json.Unmarshal([]byte(s), j.dest)
		}
	case []byte:
		if len(s) > 0 {
			return json.Unmarshal(s, j.dest)
		}
	}
	return nil
}

type namedText struct{ v reflect.Value }

func (n *namedText) Scan(src any) error {
	switch s := src.(type) {
	case string:
		n.v.SetString(s)
	case []byte:
		n.v.SetString(string(s))
	default:
		n.v.SetString("")
	}
	return nil
}

type number struct{ v reflect.Value }

func (n *number) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		n.v.SetZero()
	case int64:
		if n.v.Kind() == reflect.Bool {
			n.v.SetBool(s != 0)
		} else {
			n.v.SetInt(s)
		}
	case bool:
		n.v.SetBool(s)
	default:
		return fmt.Errorf("scan number: cannot read %T", src)
	}
	return nil
}
