package api

import (
	"path"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// newRegistry makes the register of schemas: named by domain and type, with the kernel's types as contract.md writes them.
func newRegistry() huma.Registry {
	r := huma.NewMapRegistry("#/components/schemas/", schemaName)
	r.RegisterTypeAlias(reflect.TypeFor[id.ID](), reflect.TypeFor[idSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[bizdate.Date](), reflect.TypeFor[dateSchema]())
	return r
}

// idSchema is the schema of id.ID.
type idSchema struct{}

// Schema implements huma.SchemaProvider.
func (idSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
}

// dateSchema is the schema of bizdate.Date.
type dateSchema struct{}

// Schema implements huma.SchemaProvider.
func (dateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date"}
}

// schemaName names a type by its package and itself: sales.EnterInput is SalesEnterInput, Page[sales.Enquiry] is
// SalesEnquiryPage.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := t.Name()
	if name == "" {
		return title(hint)
	}
	outer, inner, generic := strings.Cut(name, "[")
	if !generic {
		return qualified(t.PkgPath(), name)
	}
	var b strings.Builder
	for arg := range strings.SplitSeq(strings.TrimSuffix(inner, "]"), ",") {
		arg = strings.TrimLeft(arg, "*[]")
		dot := strings.LastIndexByte(arg, '.')
		b.WriteString(qualified(arg[:max(dot, 0)], arg[dot+1:]))
	}
	return b.String() + outer
}

func qualified(pkg, name string) string {
	prefix := title(path.Base(pkg))
	if pkg == "" || prefix == "Api" || strings.HasPrefix(name, prefix) {
		return title(name)
	}
	return prefix + title(name)
}

func title(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// Schema gives the JSON schema of a type with everything it names, for the help of a command.
func Schema(t reflect.Type) (*huma.Schema, map[string]*huma.Schema) {
	r := newRegistry()
	return r.Schema(t, false, ""), r.Map()
}
