package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/api"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
	"zhike/internal/testkit"
	"zhike/internal/web"
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

var (
	// flattened is a value that a refusal turns into text by itself, so that no door can write it as people read it.
	flattened = regexp.MustCompile(`(?:bad\.Add|\)\.With)\([^\n]*\.String\(\)`)
	// unitBeside is a unit beside a value, which the value's own format writes.
	unitBeside = regexp.MustCompile(`¥\s*\{\{|\}\}\s*(?:元|课时|yuan|h\b)`)
)

// TestUIT_ProblemsAreFormatted: money, hours and days of a refusal reach the door as what they are and are written there: with sign,
// separators and unit.
func TestUIT_ProblemsAreFormatted(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir(filepath.Join(testkit.Root(t), "internal"), func(path string, d fs.DirEntry, err error) error {
		code := strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
		if err != nil || d.IsDir() || !code && filepath.Ext(path) != ".toml" {
			return err
		}
		text, err := os.ReadFile(path)
		if code {
			for _, found := range flattened.FindAllString(string(text), -1) {
				t.Errorf("%s: %s", filepath.Base(path), found)
			}
			return err
		}
		_, problems, _ := strings.Cut(string(text), "[problem]\n")
		problems, _, _ = strings.Cut(problems, "\n[")
		for _, found := range unitBeside.FindAllString(problems, -1) {
			t.Errorf("%s: %q beside a value of a refusal", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s := school(t)
	ctx := web.WithMoment(i18n.WithCatalogue(t.Context(), s.App.Catalogue, i18n.ZH), s.Clock.Now(), s.Dir.Zone(s.HD))
	var bad problem.Invalid
	bad.Add("discount_fen", "discount-limit", money.Yuan(5_000), "most", money.Fen(345_600))
	p, _ := problem.As(bad.Err("SAL-7"))
	for door, got := range map[string]string{"page": web.FieldMessage(ctx, p, "discount_fen"), "API": api.Describe(ctx, p).Errors[0].Message} {
		if !strings.Contains(got, "¥3,456.00") {
			t.Errorf("%s: %q", door, got)
		}
	}
}
