package archtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ban is something that the product's source may hold in few places only.
type ban struct {
	rule, what string
	ending     string // of the files
	pattern    *regexp.Regexp
	allowed    []string // files, or folders that end with /
	planted    string   // a violation, which the pattern must see
}

var bans = []ban{
	{"TRU-21", "a call to another machine outside the mail client", ".go", regexp.MustCompile(`http\.((Get|Post|PostForm|Head|NewRequest|NewRequestWithContext)\(|DefaultClient|DefaultTransport|Client\{|Transport\{)|net\.(Dial|Lookup)|net\.Dialer|tls\.Dial|smtp\.|httputil\.|websocket|rpc\.Dial|gomail\.NewClient`), []string{
		"internal/kernel/mail/", // the server that the operator names
		"internal/bench/",       // the program under measure, on loopback
		"internal/testkit/",
	}, `res, err := http.Get(address)`},
	{"TRU-21", "a call to another machine outside the mail client", ".go", regexp.MustCompile(`&http\.Client\{|new\(http\.Client\)`), []string{"internal/bench/", "internal/testkit/"}, `c := &http.Client{}`},
	{"TRU-18", "a program that is started", ".go", regexp.MustCompile(`"os/exec"|syscall\.Exec|os\.StartProcess|"plugin"`), []string{"internal/testkit/", "internal/bench/", "cmd/"}, `import "os/exec"`},
	{"TRU-18", "raw HTML", ".go", regexp.MustCompile(`template\.(HTML|JS|CSS|URL|HTMLAttr)\(|"text/template"|templ\.(JSUnsafe|JSExpression|ComponentScript)`), []string{"internal/testkit/"}, `return template.HTML(name)`},
	{"TRU-18", "raw HTML in a page", ".templ", regexp.MustCompile(`templ\.(JSUnsafe|JSExpression|SafeCSS|SafeScript|JSFuncCall)|<script(>| [^s])|\son[a-z]+=|\sstyle=|<style|javascript:|\shx-on`), nil, `<div style={ width }>`},
	{"TRU-18", "raw HTML of a value", ".templ", regexp.MustCompile(`templ\.Raw\(`), []string{
		"internal/web/shell.templ",                // a page that was drawn by templ
		"internal/insight/insightdoor/mail.templ", // a chart, whose words are escaped
	}, `@templ.Raw(name)`},
	{"TRU-18", "SQL made of values", ".go", regexp.MustCompile(`Sprintf\(\s*"(?i:select|insert|update|delete)\s[^"]*(%v|'%s')`), []string{"internal/testkit/"}, `tx.Exec(ctx, fmt.Sprintf("DELETE FROM t WHERE name = '%s'", name))`},
	{"TRU-19", "a redirect past web.Redirect", ".go", regexp.MustCompile(`http\.Redirect\(|Set\("(Location|HX-Redirect|HX-Location|Refresh)"`), []string{"internal/web/respond.go", "internal/app/pages_center.go", "internal/api/answer.go"}, `http.Redirect(w, r, next, 303)`},
}

// violations are the lines of the files that a ban forbids. Comments, tests and generated files do not count.
func (b ban) violations(t *testing.T, files []source) (found []string) {
	t.Helper()
	for _, file := range files {
		if strings.HasSuffix(file.path, "_test.go") || strings.HasSuffix(file.path, "_templ.go") || strings.HasPrefix(file.path, "e2e/") || strings.HasPrefix(file.path, "tools/") ||
			slices.ContainsFunc(b.allowed, func(at string) bool {
				return file.path == at || strings.HasSuffix(at, "/") && strings.HasPrefix(file.path, at)
			}) {
			continue
		}
		for n, line := range strings.Split(string(file.text), "\n") {
			if text := strings.TrimSpace(line); !strings.HasPrefix(text, "//") && b.pattern.MatchString(line) {
				found = append(found, fmt.Sprintf("%s:%d: %s (%s): %s", file.path, n+1, b.what, b.rule, text))
			}
		}
	}
	return found
}

// TestTRU18_TRU21_Banned: no call leaves the program but for mails to the operator's server, no program is started, no page holds raw HTML,
// inline script or style, no SQL is made of values, nothing is redirected past web.Redirect. No address that somebody enters is ever
// called: a product that does so needs the client of TRU-21, and a line here.
func TestTRU18_TRU21_Banned(t *testing.T) {
	for _, b := range bans {
		for _, v := range b.violations(t, sources(t, b.ending)) {
			t.Error(v)
		}
		for _, at := range b.allowed {
			if !strings.HasSuffix(at, "/") && len((ban{pattern: b.pattern}).violations(t, slices.DeleteFunc(sources(t, b.ending), func(f source) bool { return f.path != at }))) == 0 {
				t.Errorf("%s needs no exception any more (%s)", at, b.what)
			}
		}
	}
}

// TestTRU18_PlantedViolations: each ban sees what is planted for it, and so do the rules of imports, length, language and scope.
func TestTRU18_PlantedViolations(t *testing.T) {
	for _, b := range bans {
		planted := []source{{path: "internal/sales/planted" + b.ending, text: []byte("package sales\n" + b.planted + "\n")}}
		if len(b.violations(t, planted)) != 1 {
			t.Errorf("%s: %s is not seen in %q", b.rule, b.what, b.planted)
		}
		comment := []source{{path: "internal/sales/planted" + b.ending, text: []byte("// " + b.planted + "\n")}}
		if len(b.violations(t, comment)) != 0 {
			t.Errorf("%s: a comment is a violation", b.rule)
		}
	}
	long := source{path: "internal/sales/long.go", text: []byte("package sales\n" + strings.Repeat("var _ = 1\n", maxLines+1))}
	if long.codeLines() <= maxLines {
		t.Error("a long file is not seen")
	}
	if !beyond.MatchString(`tx.Unscoped("planted")`) || beyond.FindStringSubmatch("tx.Unscoped(why)")[1] != "" {
		t.Error("a read beyond scope is not seen")
	}
}
