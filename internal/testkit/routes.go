package testkit

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/organization/organizationdoor"
	"zhike/internal/web"
)

// constants are the paths that doors name.
var constants = map[string]string{"web.AskPath": web.AskPath, "web.SuggestPath": web.SuggestPath, "web.SignInPath": web.SignInPath, "web.ViewsPath": web.ViewsPath, "web.SignOutPath": web.SignOutPath, "web.PreferencesPath": web.PreferencesPath, "PasswordPath": organizationdoor.PasswordPath}

var route = regexp.MustCompile(`"(GET|POST) (?:(/[^"]*)"|" ?\+ ?([\w.]+))`)

// PageRoutes lists the patterns of every GET that a door or the program registers for pages, read from their source: a mux does not tell.
func PageRoutes(t *testing.T) []string { t.Helper(); return routes(t, "GET") }

// PageForms lists the patterns of every POST.
func PageForms(t *testing.T) []string { t.Helper(); return routes(t, "POST") }

func routes(t *testing.T, method string) (list []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Root(t), "internal", "*", "*door", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := filepath.Glob(filepath.Join(Root(t), "internal", "app", "pages*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, own...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range route.FindAllStringSubmatch(string(text), -1) {
			if m[1] != method {
				continue
			}
			path := m[2]
			if m[3] != "" {
				if path = constants[m[3]]; path == "" {
					t.Errorf("%s: this test does not know the path %s", filepath.Base(file), m[3])
				}
			}
			list = append(list, path)
		}
	}
	return list
}
