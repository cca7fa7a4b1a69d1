package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/kernel/i18n"
	"zhike/internal/testkit"
)

var kindNamed = regexp.MustCompile(`(?:NotFound\(|Found\(err, |PathID\(r, "\w+", |op\.Ref\{Kind: )"([a-z-]+)"`)

// TestUIB7_Kinds: whatever is not found has a name in both languages.
func TestUIB7_Kinds(t *testing.T) {
	t.Parallel()
	s := school(t)
	kinds := map[string]string{}
	err := filepath.WalkDir(filepath.Join(testkit.Root(t), "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range kindNamed.FindAllStringSubmatch(string(text), -1) {
			kinds[m[1]] = filepath.Base(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(kinds) < 15 {
		t.Errorf("only %d kinds were found", len(kinds))
	}
	for kind, file := range kinds {
		for _, lang := range i18n.Langs {
			if got := s.App.Catalogue.Text(lang, "kind."+kind); strings.Contains(got, "⟦") {
				t.Errorf("%s: %s has no name in %s", file, kind, lang)
			}
		}
	}
}
