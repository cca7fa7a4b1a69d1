package archtest

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	beyond = regexp.MustCompile(`\bUnscoped\(("[^"]*")?`)
	mark   = regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \|$`)
)

// TestTRU16_BeyondScope: every read beyond the viewer's scope says why it shows nothing, and stands in docs/trust.md.
func TestTRU16_BeyondScope(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "trust.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Reads beyond one's scope\n")
	section, _, _ = strings.Cut(section, "\n## ")
	listed := map[string]bool{}
	for _, row := range mark.FindAllStringSubmatch(section, -1) {
		for where := range strings.SplitSeq(row[2], ", ") {
			if row[1] != "reason" && row[1] != "---" {
				listed[row[1]+" | "+where] = true
			}
		}
	}
	found := map[string]bool{}
	for _, file := range sources(t, ".go") {
		of := strings.TrimPrefix(path.Dir(file.path), "internal/")
		if strings.HasSuffix(file.path, "_test.go") || !strings.HasPrefix(file.path, "internal/") || slices.Contains([]string{"testkit", "bench", "kernel/op"}, of) && file.path != "internal/kernel/op/undo.go" {
			continue
		}
		b, err := os.ReadFile(filepath.Join("..", "..", file.path))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range beyond.FindAllStringSubmatch(string(b), -1) {
			if m[1] == "" {
				t.Errorf("%s: the reason of a read beyond scope is no constant", file.path)
				continue
			}
			found[strings.Trim(m[1], `"`)+" | "+of] = true
		}
	}
	for _, row := range slices.Sorted(maps.Keys(found)) {
		if !listed[row] {
			t.Errorf("docs/trust.md does not list %q", row)
		}
	}
	for _, row := range slices.Sorted(maps.Keys(listed)) {
		if !found[row] {
			t.Errorf("docs/trust.md lists %q, which no code says", row)
		}
	}
}
