package api

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zhike/internal/kernel/i18n"
)

//go:embed docs.html
var docsPage string

//go:embed docs.css
var docsStyle []byte

// docs serves the document as a page for reading: no script, nothing from outside.
func (a *API) docs() {
	page := template.Must(template.New("docs").Parse(docsPage))
	a.mux.HandleFunc("GET /api/docs/style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = w.Write(docsStyle)
	})
	a.mux.HandleFunc("GET /api/docs", func(w http.ResponseWriter, r *http.Request) {
		lang := i18n.LangOf(r.Context())
		if l := i18n.Lang(r.URL.Query().Get("lang")); slices.Contains(i18n.Langs, l) {
			lang = l
		}
		var b bytes.Buffer
		if err := page.Execute(&b, a.reference(lang)); err != nil {
			a.fail(w, r, fmt.Errorf("draw reference: %w", err))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Add("Vary", "Accept-Language")
		_, _ = w.Write(b.Bytes())
	})
}

// reference is what the page shows.
type reference struct {
	Lang, Other string
	T           map[string]string
	Version     string
	Prefix      string
	Groups      []group
	Schemas     []record
}

type group struct {
	Name   string
	Routes []shownRoute
}

type shownRoute struct {
	ID, Method, Path, Summary, Right, Rule string
	Params                                 []field
	Body, Answer                           typeName
	Status, Refusals                       string
}

type field struct {
	Name, In string
	Type     typeName
	Required bool
	Doc      string
}

// typeName is a type as the page names it; Ref is the schema that it links to.
type typeName struct{ Text, Ref string }

type record struct {
	Name   string
	Fields []field
}

func (a *API) reference(lang i18n.Lang) reference {
	doc := a.huma.OpenAPI()
	ref := reference{Lang: lang.Tag(), Other: string(lang.Other()), Version: doc.Info.Version, Prefix: Prefix, T: map[string]string{}}
	for _, key := range []string{"title", "about", "token", "file", "other-lang", "parameters", "body", "answer", "refusals", "right", "rule", "name", "type", "note", "required", "schemas", "groups"} {
		ref.T[strings.ReplaceAll(key, "-", "_")] = a.text(lang, "api."+key)
	}
	byTag := map[string][]shownRoute{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Delete} {
			if o != nil {
				byTag[o.Tags[0]] = append(byTag[o.Tags[0]], shownOf(o, path, lang))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byTag)) {
		ref.Groups = append(ref.Groups, group{name, byTag[name]})
	}
	schemas := a.schema().Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		ref.Schemas = append(ref.Schemas, record{name, fieldsOf(schemas[name])})
	}
	return ref
}

func shownOf(o *huma.Operation, path string, lang i18n.Lang) shownRoute {
	s := shownRoute{ID: o.OperationID, Method: o.Method, Path: path, Summary: o.Summary}
	if zh, ok := o.Extensions["x-summary-zh"].(string); ok && lang == i18n.ZH {
		s.Summary = zh
	}
	s.Right, _ = o.Extensions["x-right"].(string)
	s.Rule, _ = o.Extensions["x-rule"].(string)
	for _, p := range o.Parameters {
		s.Params = append(s.Params, field{Name: p.Name, In: p.In, Type: nameOf(p.Schema), Required: p.Required, Doc: p.Description})
	}
	if o.RequestBody != nil {
		s.Body = nameOf(o.RequestBody.Content["application/json"].Schema)
	}
	var refusals []string
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		r := o.Responses[status]
		if strings.HasPrefix(status, "2") {
			s.Status = status
			if c := r.Content["application/json"]; c != nil {
				s.Answer = nameOf(c.Schema)
			}
			continue
		}
		refusals = append(refusals, status)
	}
	s.Refusals = strings.Join(refusals, " ")
	return s
}

func fieldsOf(s *huma.Schema) (list []field) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		list = append(list, field{Name: name, Type: nameOf(p), Required: slices.Contains(s.Required, name), Doc: p.Description})
	}
	return list
}

func nameOf(s *huma.Schema) typeName {
	switch {
	case s == nil:
		return typeName{}
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return typeName{name, name}
	case s.Type == huma.TypeArray:
		item := nameOf(s.Items)
		return typeName{item.Text + "[]", item.Ref}
	case len(s.Enum) > 0:
		return typeName{Text: listed(s.Enum)}
	case s.Format != "":
		return typeName{Text: s.Type + ", " + s.Format}
	case s.Type == "":
		return typeName{Text: "any"}
	}
	return typeName{Text: s.Type}
}
