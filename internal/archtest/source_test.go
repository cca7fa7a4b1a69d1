package archtest

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

const (
	module   = "zhike/"
	maxLines = 400 // of a file, without comments and blank lines
)

// TestFileLength: a file is one thing. Generated files are what they are.
func TestFileLength(t *testing.T) {
	for _, file := range sources(t, ".go") {
		if lines := file.codeLines(); lines > maxLines && !file.generated(t) {
			t.Errorf("%s has %d lines of code, at most %d: could it be two things?", file.path, lines, maxLines)
		}
	}
}

// chinese are the folders whose code may hold Chinese text: tests, invented names, and what is known about characters.
var chinese = []string{"internal/testkit/", "internal/sim/", "internal/kernel/i18n/", "internal/kernel/pinyin/", "e2e/"}

// TestChineseIsInCatalogues: what a person reads is in the text/*.toml of its package, in both languages. Comments may
// name the words of the glossary.
func TestChineseIsInCatalogues(t *testing.T) {
	for _, file := range sources(t, ".go", ".templ") {
		if strings.HasSuffix(file.path, "_test.go") || slices.ContainsFunc(chinese, func(dir string) bool { return strings.HasPrefix(file.path, dir) }) {
			continue
		}
		for line, text := range file.code() {
			if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s:%d holds Chinese text: %s", file.path, line, text)
			}
		}
	}
}

// TestOneTempl: the templ command that generates pages and the templ library that shows them are of one version.
func TestOneTempl(t *testing.T) {
	pattern := regexp.MustCompile(`(?m)^\s*(?:require )?github\.com/a-h/templ (v\S+)`)
	var versions []string
	for _, name := range []string{"go.mod", "tools/go.mod"} {
		text, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		found := pattern.FindSubmatch(text)
		if found == nil {
			t.Fatalf("%s does not name templ", name)
		}
		versions = append(versions, string(found[1]))
	}
	if versions[0] != versions[1] {
		t.Errorf("go.mod has templ %s, tools/go.mod has %s", versions[0], versions[1])
	}
}

// source is a file of the repository.
type source struct {
	path string // within the repository, with slashes
	text []byte
}

func (s source) pkg() string { return path.Dir(s.path) }

func (s source) imports(t *testing.T) (paths []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), s.path, s.text, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return nil
	}
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
		}
		paths = append(paths, name)
	}
	return paths
}

func (s source) generated(t *testing.T) bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), s.path, s.text, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		t.Error(err)
		return false
	}
	return ast.IsGenerated(file)
}

// codeLines counts the lines that hold code. A text of several lines counts with each.
func (s source) codeLines() (lines int) {
	last := 0
	for first, text := range s.code() {
		end := first + strings.Count(text, "\n")
		lines += end - max(first, last+1) + 1
		last = max(last, end)
	}
	return lines
}

// code gives the tokens of a Go file, each with the line that it begins on, without comments. Of other files it gives
// the lines.
func (s source) code() iter.Seq2[int, string] {
	if path.Ext(s.path) != ".go" {
		return func(yield func(int, string) bool) {
			line := 0
			for text := range strings.Lines(string(s.text)) {
				if line++; !yield(line, text) {
					return
				}
			}
		}
	}
	return func(yield func(int, string) bool) {
		files := token.NewFileSet()
		file := files.AddFile(s.path, files.Base(), len(s.text))
		var scan scanner.Scanner
		scan.Init(file, s.text, nil, 0)
		for {
			pos, tok, text := scan.Scan()
			automatic := tok == token.SEMICOLON && text == "\n"
			if tok == token.EOF || !automatic && !yield(file.Line(pos), text) {
				return
			}
		}
	}
}

// sources are the files of the repository with one of the endings; folders of other modules, of tools and of test data
// are left out.
func sources(t *testing.T, endings ...string) (files []source) {
	t.Helper()
	top := root(t)
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped(name, rel, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains(endings, filepath.Ext(name)) {
			return nil
		}
		text, err := os.ReadFile(name)
		files = append(files, source{path: filepath.ToSlash(rel), text: text})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func skipped(name, rel, base string) bool {
	if rel == "." {
		return false
	}
	_, err := os.Stat(filepath.Join(name, "go.mod"))
	return err == nil || strings.HasPrefix(base, ".") || slices.Contains([]string{"testdata", "node_modules", "bin", "dist"}, base)
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
