package facts_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zhike/internal/facts"
)

var update = flag.Bool("update", false, "write testdata/facts.golden")

// TestTRU24_FactsOnlyGrow keeps the shape of every fact: a fact that was written once is read for ever, so a field may be added, and what
// would change or drop one is a new version of the fact.
func TestTRU24_FactsOnlyGrow(t *testing.T) {
	t.Parallel()
	var lines []string
	kinds := map[string]bool{}
	for _, f := range facts.All() {
		if kinds[f.Kind()] {
			t.Errorf("%s is listed twice", f.Kind())
		}
		kinds[f.Kind()] = true
		lines = append(lines, f.Kind()+"\n"+shape(reflect.TypeOf(f), "  ", nil))
	}
	slices.Sort(lines)
	got := strings.Join(lines, "")
	const golden = "testdata/facts.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("facts differ from %s. Added fields and facts: write it with -update. A changed or dropped field needs a new version of its fact.\n%s",
			golden, difference(string(want), got))
	}
}

// shape lists the fields of a payload as they stand in JSON.
func shape(t reflect.Type, indent string, seen []reflect.Type) string {
	var b strings.Builder
	for f := range t.Fields() {
		if f.Anonymous && f.Tag.Get("json") == "" {
			b.WriteString(shape(f.Type, indent, seen))
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		fmt.Fprintf(&b, "%s%s %s\n", indent, name, f.Type)
		inner := f.Type
		for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner.PkgPath() == t.PkgPath() && !slices.Contains(seen, inner) {
			b.WriteString(shape(inner, indent+"  ", append(seen, inner)))
		}
	}
	return b.String()
}

// difference gives the lines that only one of two texts has.
func difference(want, got string) string {
	var b strings.Builder
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range w {
		if !slices.Contains(g, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}

// What a fact holds is read by whoever reads the log: ids and codes, never what somebody is called or where they live.
func TestTRU24_FactsHoldNoPersonalValue(t *testing.T) {
	t.Parallel()
	for _, f := range facts.All() {
		for line := range strings.Lines(shape(reflect.TypeOf(f), "", nil)) {
			name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			if slices.Contains([]string{"name", "name_latin", "pinyin", "phone", "value", "email", "wechat", "address", "district", "birth", "note"}, name) {
				t.Errorf("%s holds %s", f.Kind(), name)
			}
		}
	}
}
