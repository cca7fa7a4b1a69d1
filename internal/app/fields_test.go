package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/kernel/i18n"
)

// places are how the source names a field of a refusal.
var places = regexp.MustCompile(`Location:\s+"([a-z_.0-9]+)"|\.Add\("([a-z_.0-9]+)", *"|Sprintf\("[a-z_]+\.%d(\.[a-z_]+)?"`)

// TestUIF2_FieldsHaveNames: a refusal calls no field by its name in the program: whatever a door can refuse has a name in both languages,
// also where no field of the page carries it.
func TestUIF2_FieldsHaveNames(t *testing.T) {
	s := school(t)
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "sim/") || strings.HasPrefix(file, "bench/") {
			return err
		}
		text, err := os.ReadFile(filepath.Join("..", file))
		for _, m := range places.FindAllStringSubmatch(string(text), -1) {
			name := m[1] + m[2] + m[3]
			found[name[strings.LastIndexByte(name, '.')+1:]] = file
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 80 {
		t.Errorf("only %d fields were found", len(found))
	}
	delete(found, "") // rows of a list, which the list names
	for name, file := range found {
		for _, lang := range i18n.Langs {
			if got := s.App.Catalogue.Text(lang, "field."+name); strings.Contains(got, "⟦") {
				t.Errorf("%s: %s has no name in %s", file, name, lang)
			}
		}
	}
}
