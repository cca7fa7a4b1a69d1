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
var constants = map[string]string{"web.AskPath": web.AskPath, "web.SuggestPath": web.SuggestPath, "web.SignInPath": web.SignInPath, "web.ViewsPath": web.ViewsPath, "PasswordPath": organizationdoor.PasswordPath}

var getRoute = regexp.MustCompile(`"GET (?:(/[^"]*)"|" \+ ([\w.]+))`)

// PageRoutes lists the patterns of every GET that a door or the program registers for pages, read from their source: a mux does not tell.
func PageRoutes(t *testing.T) (list []string) {
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
		for _, m := range getRoute.FindAllStringSubmatch(string(text), -1) {
			route := m[1]
			if m[2] != "" {
				if route = constants[m[2]]; route == "" {
					t.Errorf("%s: this test does not know the path %s", filepath.Base(file), m[2])
				}
			}
			list = append(list, route)
		}
	}
	return list
}
