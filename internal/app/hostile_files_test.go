package app_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhike/internal/testkit"
)

// uploaded is what the form of an import sends, with the name of the file as it is given.
func uploaded(name string, content []byte) string {
	return "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nleads\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + string(content) + "\r\n--b--\r\n"
}

// tree lists every file below a folder, and its neighbours.
func tree(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".db") && !strings.Contains(path, ".db-") {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestTRU20_FileNames: whatever a file is called, it lies in the folder of the files under a name of ours; a link that stands there is not
// followed out of it.
func TestTRU20_FileNames(t *testing.T) {
	t.Parallel()
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	base := apiServer(t, s)
	c := apiClient(t, s, base, "principal", s.HD).with("Content-Type", "multipart/form-data; boundary=b")
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.Symlink(outside, filepath.Join(s.App.Files, "link.csv")); err != nil {
		t.Fatal(err)
	}
	names := []string{
		"../../etc/passwd", "/etc/passwd", `..\\..\\boot.ini`, "C:\\\\x.csv", "link.csv", "link.csv/x", "....//....//x.csv", "%2e%2e%2fx.csv", "..", ".", "-rf", "con.csv", "x.csv;.exe", "\xff\xfe.csv", "\u202egpj.csv", strings.Repeat("n", 4_000) + ".csv", "a\tb.csv", "<img src=x onerror=1>.csv", "=1+1.csv",
	}
	taken := 0
	for _, name := range names {
		r := c.call(http.MethodPost, "/imports", uploaded(name, []byte("姓名,电话\n"+strings.Repeat("赵", taken+1)+",13900001111\n")))
		switch {
		case r.status == http.StatusCreated:
			taken++
			if shown := r.text("name"); strings.ContainsAny(shown, "/\\") || len([]rune(shown)) > 300 {
				t.Errorf("%q is shown as %q", name, shown)
			}
		case r.status != http.StatusUnprocessableEntity && r.status != http.StatusRequestEntityTooLarge:
			t.Errorf("%q: %d %s", name, r.status, r.raw)
		}
	}
	for _, file := range tree(t, s.App.Files) {
		if rel, err := filepath.Rel(s.App.Files, file); err != nil || strings.Contains(rel, string(filepath.Separator)) || strings.HasPrefix(rel, "..") || strings.ContainsAny(rel, " <>=;%") {
			t.Errorf("a file lies at %s", file)
		}
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a link was followed out of the folder")
	}
	if taken < 5 {
		t.Errorf("only %d files were taken", taken)
	}
}

// TestTRU20_NestedFiles: a list inside a list, a workbook with parts that climb out of it, and what only says that it is a list, are
// refused or read as what they are.
func TestTRU20_NestedFiles(t *testing.T) {
	t.Parallel()
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	c := apiClient(t, s, apiServer(t, s), "principal", s.HD).with("Content-Type", "multipart/form-data; boundary=b")
	pack := func(parts ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := 0; i < len(parts); i += 2 {
			w, err := z.Create(parts[i])
			if err == nil {
				_, err = w.Write([]byte(parts[i+1]))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	gz := func(content []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write(content)
		_ = w.Close()
		return b.Bytes()
	}
	const list = "姓名,电话\n赵敏,13900001111\n"
	before := len(s.Facts(t))
	for name, content := range map[string][]byte{
		"list in a zip": pack("list.csv", list), "workbook in a zip": pack("a.xlsx", string(pack("xl/workbook.xml", "<workbook/>"))), "parts that climb": pack("../../x", "x", "/etc/x", "y", "xl/workbook.xml", "<workbook/>"),
		"zip in gzip": gz(pack("xl/workbook.xml", "<workbook/>")), "gzip in gzip": gz(gz([]byte(list))), "nothing": nil, "gzip of nothing": gz(nil), "page": []byte("<html><script>alert(1)</script></html>"), "program": append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 600)...),
		"GBK garbage": bytes.Repeat([]byte("\x81\xff\xfe,\xff\x80\n"), 1_000), "zero bytes": []byte("姓名,电话\n赵\x00敏,1\n"), "open quote": []byte("姓名,电话\n\"赵敏,13900001111\n"), "cell of 10 MB": []byte("姓名,电话\n" + strings.Repeat("x", 10<<20) + ",1\n"),
	} {
		if r := c.call(http.MethodPost, "/imports", uploaded("list.xlsx", content)); r.status != http.StatusUnprocessableEntity {
			// a list is looked at as a whole by a job: what is wrong further down is said there
			if r.status != http.StatusCreated || name != "zero bytes" && name != "open quote" && name != "cell of 10 MB" && name != "GBK garbage" {
				t.Errorf("%s: %d %s", name, r.status, r.raw)
			}
		}
	}
	for _, kind := range s.Facts(t)[before:] {
		if !strings.HasPrefix(kind, "rollout.") {
			t.Errorf("%s was recorded", kind)
		}
	}
}
