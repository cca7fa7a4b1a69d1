package app_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/facts"
	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// secretColumns are shown to nobody, phoneColumns as the field rule of a role says (PPL-10): no catalogue names them, and nothing is sorted,
// filtered or grouped by them.
var (
	secretColumns = []string{"password", "totp", "totp_last", "token", "hash", "wrapped", "ciphertext", "digest"}
	phoneColumns  = []string{"phone", "phones", "contact", "value", "phone_digits"}
)

func refused(name string) bool {
	return slices.Contains(secretColumns, name) || slices.Contains(phoneColumns, name)
}

// rowsOf are the records that an answer shows, in their order.
func rowsOf(body string) []string {
	return regexp.MustCompile(`(?:id="row-|"id":")([0-9a-f-]{36})`).FindAllString(body, -1)
}

// known enters two persons at a center whose phones order them otherwise than their entry does.
func known(t *testing.T, s *testkit.School) (first sales.Entered) {
	t.Helper()
	for i, number := range []string{"13977778888", "13812345678", "13955556666"} {
		e, err := sales.Enter.Run(s.FrontDesk(s.HD), s.Ops, sales.EnterInput{
			Person: &people.RegisterInput{Name: "欧阳隐", CenterID: s.HD, Phones: []people.ContactInput{{Value: number}}}, CenterID: s.HD, ChannelID: s.Web, CourseID: s.Course,
		})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = e
		}
	}
	settle(t, s)
	return first
}

// TestTRU15_NothingByMaskedColumn: no list of a page or the API sorts, filters or shows by a column of phones or secrets, for whoever asks.
func TestTRU15_NothingByMaskedColumn(t *testing.T) {
	t.Parallel()
	s := school(t)
	s.App.Unlimited = true
	known(t, s)
	api, site := apiServer(t, s), serve(t, s, app.PageOptions{})
	asked := 0
	for role, center := range map[string]id.ID{"principal": s.HD, "it": id.None} {
		c, v := apiClient(t, s, api, role, center), signedIn(t, s, site, role, center)
		get := map[string]func(string) (int, string){
			"API":  func(path string) (int, string) { r := c.get(path); return r.status, string(r.raw) },
			"page": func(path string) (int, string) { a := v.get(path); return a.status, a.body },
		}
		l := listsOf(t)
		for door, paths := range map[string][]string{"API": l.api, "page": l.pages} {
			for _, path := range paths {
				if strings.Contains(path, "?") {
					continue
				}
				status, usual := get[door](path)
				if status != http.StatusOK || len(rowsOf(usual)) == 0 {
					continue
				}
				for _, column := range slices.Concat(secretColumns, phoneColumns) {
					for _, query := range []string{"sort=" + column, "sort=-" + column, column + "=777", "cols=" + column} {
						asked++
						if status, body := get[door](path + "?" + query); status == http.StatusOK && !slices.Equal(rowsOf(body), rowsOf(usual)) {
							t.Errorf("%s: %s %s?%s shows other rows", role, door, path, query)
						}
					}
				}
			}
		}
	}
	if asked < 500 {
		t.Errorf("only %d lists and columns were asked for", asked)
	}
}

// finds is what digits of a phone find by the rule of a role (PPL-2), told apart from the store: any three in a row of one that is seen in
// full, the last four or all of one that is masked, nothing of one that is hidden.
func finds(rule policy.Rule, digits string) bool {
	switch rule {
	case policy.Full:
		return true
	case policy.Hidden:
		return false
	default:
		return digits == "8888" || len(digits) == 11
	}
}

// TestTRU15_SearchByPhone: every search of persons, of every door, finds by digits what the viewer's field rule lets read, and no more.
func TestTRU15_SearchByPhone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		e := known(t, s)
		api, site := apiServer(t, s), serve(t, s, app.PageOptions{})
		rules := map[string]policy.Rule{"hidden": policy.Hidden, "masked": policy.Masked, "revealable": policy.Revealable, "full-own": policy.FullOwn, "full": policy.Full}
		var searches []string // those that find persons; by who sees everything of them
		for _, name := range []string{"full", "hidden", "masked", "revealable", "full-own"} {
			s.Exec(t, "UPDATE role_fields SET rule = ? WHERE role = 'principal'", name)
			if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
				t.Fatal(err)
			}
			c, v := apiClient(t, s, api, "principal", s.HD), signedIn(t, s, site, "principal", s.HD)
			found := func(search, digits string) bool {
				door, path, _ := strings.Cut(search, " ")
				var body string
				if door == "API" {
					body = string(c.get(path + "?q=" + digits).raw)
				} else {
					body = v.get(path + "?q=" + digits).body
				}
				return strings.Contains(body, e.PersonID.String()) || strings.Contains(body, e.ID.String())
			}
			if name == "full" {
				searches = searchesOf(t, found)
			}
			for _, search := range searches {
				for _, digits := range []string{"139", "777", "7778", "77788", "888", "1397777888", "8888", "13977778888"} {
					if got, want := found(search, digits), finds(rules[name], digits); got != want {
						t.Errorf("%s: %s finds by %s: %t, want %t", name, search, digits, got, want)
					}
				}
			}
		}
	})
}

// searchesOf are the lists, of both doors, that a search narrows to a person.
func searchesOf(t *testing.T, found func(search, digits string) bool) (list []string) {
	t.Helper()
	l := listsOf(t)
	for door, paths := range map[string][]string{"API": l.api, "page": l.pages} {
		for _, path := range paths {
			if search := door + " " + path; !strings.Contains(path, "?") && found(search, "13977778888") && !found(search, "13900000000") {
				list = append(list, search)
			}
		}
	}
	if len(list) < 5 {
		t.Errorf("only these search: %v", list)
	}
	return list
}

// TestTRU15_NoCatalogueNamesIt: columns of phones and secrets stand in no fact, no dimension of a report, no parameter that a saved view keeps
// and none that a list of the API takes; the answers of operations that show a secret once are named by TestTRU16_RegisterIsWhole.
func TestTRU15_NoCatalogueNamesIt(t *testing.T) {
	t.Parallel()
	s := school(t)
	for _, f := range facts.All() {
		if name := refusedField(reflect.TypeOf(f), nil); name != "" {
			t.Errorf("fact %s holds %s", f.Kind(), name)
		}
	}
	for _, m := range insight.Catalogue {
		if slices.ContainsFunc(m.Dims, refused) {
			t.Errorf("figure %s is by %v", m.ID, m.Dims)
		}
	}
	lists := s.Dir.Lists(&policy.Viewer{System: true})
	if len(lists) < 3 {
		t.Errorf("only %d lists have views", len(lists))
	}
	for _, l := range lists {
		if slices.ContainsFunc(l.Params, refused) {
			t.Errorf("views of %s keep %v", l.Path, l.Params)
		}
	}
	d, _ := readDocument(t)
	for path, methods := range d.Paths {
		for _, p := range methods["get"].Parameters {
			if name := fmt.Sprint(p["name"]); refused(name) {
				t.Errorf("GET %s takes %s", path, name)
			}
			if schema, ok := p["schema"].(map[string]any); ok && strings.Contains(fmt.Sprint(schema["enum"]), "phone") {
				t.Errorf("GET %s takes %v of %v", path, schema["enum"], p["name"])
			}
		}
	}
}

func refusedField(t reflect.Type, seen []reflect.Type) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || slices.Contains(seen, t) {
		return ""
	}
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); refused(name) && f.Type.Kind() != reflect.Int { // how many is no phone
			return name
		}
		if name := refusedField(f.Type, append(seen, t)); name != "" {
			return name
		}
	}
	return ""
}

// unmasked are the places that read a phone without the mask, and why they may: what they read is not shown.
var unmasked = map[string]string{
	"organization/model.go":     "colleagues' own numbers",
	"people/store_person.go":    "written, never read",
	"people/contribute.go":      "counted again by check; only ids are named",
	"people/matcher.go":         "compared with the rows of an import",
	"people/op_change.go":       "compared with what is changed",
	"people/query_import.go":    "compared with the rows of an import",
	"people/op_reveal.go":       "shown with a fact of its own (PPL-10)",
	"insight/figures.go":        "a value of a dimension",
	"insight/gather.go":         "a value of a dimension",
	"organization/directory.go": "a value of a setting",
}

// TestTRU15_MaskedWhereScanned: a struct into which a phone is scanned masks it, or its file stands in unmasked; a secret is never written out
// as JSON.
func TestTRU15_MaskedWhereScanned(t *testing.T) {
	t.Parallel()
	root := filepath.Join(testkit.Root(t), "internal")
	columns, seen := 0, map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		ast.Inspect(file, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}
			literal, _ := strconv.Unquote(field.Tag.Value)
			tag := reflect.StructTag(literal)
			column, _, _ := strings.Cut(tag.Get("db"), ",")
			switch json := tag.Get("json"); {
			case slices.Contains(secretColumns, column) && json != "" && json != "-":
				t.Errorf("%s writes %s as %q", name, column, json)
			case slices.Contains(phoneColumns, column) && tag.Get("mask") == "" && unmasked[name] == "":
				t.Errorf("%s reads %s without a mask", name, column)
			case slices.Contains(phoneColumns, column) && tag.Get("mask") == "":
				seen[name] = true
			}
			if refused(column) {
				columns++
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if columns < 15 {
		t.Errorf("only %d columns were found", columns)
	}
	for name := range unmasked {
		if !seen[name] {
			t.Errorf("%s reads no phone without a mask any more", name)
		}
	}
}
