package rolloutdoor_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/sheet"
	"zhike/internal/rollout"
	"zhike/internal/rollout/rolloutdoor"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// site is the pages for one viewer.
type site struct {
	t      *testing.T
	s      *testkit.School
	pages  http.Handler
	worker rollout.Worker
	dir    string
}

func open(t *testing.T, s *testkit.School) site {
	t.Helper()
	dir := t.TempDir()
	files, err := rollout.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	mux := http.NewServeMux()
	rolloutdoor.Pages(mux, rolloutdoor.Deps{Ops: s.Ops, Dir: s.Dir, Files: func() (*rollout.Files, error) { return files, nil }})
	return site{t, s, web.Chain(mux, web.Speak(s.App.Catalogue, s.Clock.Now, s.Dir.Zone(s.HD))), rollout.Worker{Run: s.Ops, Files: files, Catalogue: s.App.Catalogue}, dir}
}

func (s site) do(viewer context.Context, r *http.Request, lang string) *httptest.ResponseRecorder {
	r.Header.Set("Accept-Language", lang)
	v, _ := op.ViewerOf(viewer)
	w := httptest.NewRecorder()
	s.pages.ServeHTTP(w, r.WithContext(op.WithViewer(r.Context(), v)))
	return w
}

func (s site) get(viewer context.Context, path string) *httptest.ResponseRecorder {
	return s.do(viewer, httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil), "zh")
}

func (s site) post(viewer context.Context, path, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(viewer, r, "zh")
}

// upload hands a file in, streamed as a browser does it.
func (s site) upload(viewer context.Context, lang, kind, name string, file io.Reader) *httptest.ResponseRecorder {
	body, in := io.Pipe()
	form := multipart.NewWriter(in)
	go func() {
		err := form.WriteField("kind", kind)
		if err == nil {
			err = form.WriteField("center_id", "")
		}
		var part io.Writer
		if err == nil {
			part, err = form.CreateFormFile("file", name)
		}
		if err == nil {
			_, err = io.Copy(part, file)
		}
		if err == nil {
			err = form.Close()
		}
		in.CloseWithError(err)
	}()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/imports/new", body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return s.do(viewer, r, lang)
}

// work does the job of an import, as the queue would.
func (s site) work(t *testing.T, path string) {
	t.Helper()
	key, err := id.Parse(strings.TrimPrefix(path, "/imports/"))
	if err != nil {
		t.Fatal(err)
	}
	var i rollout.ImportRun
	s.s.Read(t, s.s.System(), func(ctx context.Context, tx *op.Tx) error {
		i, err = rollout.ByID(ctx, tx, key)
		return err
	})
	if err := s.worker.Do(t.Context(), rollout.Work{ImportID: key, Attempt: i.Attempt}); err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	for _, text := range append(texts, "") {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if strings.Contains(w.Body.String(), "⟦") {
		t.Errorf("the page lacks texts: %s", w.Body)
	}
}

// The way of a list through the browser: hand in, see what would happen, say what the columns are, start, download what was rejected.
func TestROL1_Pages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, school *testkit.School) {
		s := open(t, school)
		who := school.Principal(school.HD)
		wants(t, s.get(who, "/imports"), http.StatusOK, "还没有导入过")
		wants(t, s.get(who, "/imports/new"), http.StatusOK, "上传并检查", "线索")
		up := s.upload(who, "zh", "leads", "三月.csv", strings.NewReader("编号,姓名,手机号,年级\nk1,何雨桐,13800138000,三年级\nk2,王浩然,12,四年级\n"))
		wants(t, up, http.StatusSeeOther)
		at := up.Header().Get("Location")
		wants(t, s.get(who, at), http.StatusOK, "正在检查", "import-progress")
		s.work(t, at)
		wants(t, s.get(who, at), http.StatusOK, "2 行中有 1 行可以导入", "导入 1 行", "电话无效", "13800138000", "年级")
		columns := ""
		for i, field := range []string{"external_key", "name", "phone", "custom"} {
			columns += fmt.Sprintf("&columns.%d.field=%s", i, field)
		}
		twice := s.post(who, at+"/columns", strings.Replace(columns, "=phone", "=name", 1)[1:])
		wants(t, twice, http.StatusUnprocessableEntity, "两列不能对应同一个字段")
		wants(t, s.post(who, at+"/columns", columns[1:]+"&columns.3.code=grade&columns.3.type=text&columns.3.known=later"), http.StatusSeeOther)
		s.work(t, at)
		wants(t, s.post(who, at+"/start", ""), http.StatusSeeOther)
		s.work(t, at)
		wants(t, s.get(who, at), http.StatusOK, "2 行中已导入 1 行", "grade", "之后才知道")
		wants(t, s.get(who, at+"/progress"), http.StatusOK)
		file := s.get(who, at+"/rejects")
		wants(t, file, http.StatusOK, "王浩然", "电话无效")
		if got := file.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
			t.Errorf("sent as %q", got)
		}
		wants(t, s.post(who, at+"/start", ""), http.StatusUnprocessableEntity, "导入已完成")
		wants(t, s.get(who, "/imports"), http.StatusOK, "三月.csv", "已完成")

		manager := school.GM() // sees the counts, not the rows
		if w := s.get(manager, at); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "13800138000") || strings.Contains(w.Body.String(), "王浩然") {
			t.Errorf("another one sees values of rows: %d", w.Code)
		}
		wants(t, s.get(manager, at+"/rejects"), http.StatusNotFound)
		wants(t, s.get(school.Principal(school.CY), at), http.StatusNotFound)
		wants(t, s.get(school.FrontDesk(school.HD), "/imports"), http.StatusForbidden)
		wants(t, s.upload(school.FrontDesk(school.HD), "zh", "leads", "x.csv", strings.NewReader("姓名\n何\n")), http.StatusForbidden)
		school.Check(t)
	})
}

func archive(t *testing.T, parts int, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, n int64) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.CopyN(w, zeros{}, n)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		add(name, 100)
	}
	for i := range parts {
		add(fmt.Sprintf("xl/media/%d.bin", i), size)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// What is no list is refused with its words in both languages, at once, within memory, and leaves nothing behind.
func TestTRU20_BadUploads(t *testing.T) {
	s := open(t, testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db")))
	who := s.s.Principal(s.s.HD)
	before := len(s.s.Facts(t))
	for name, c := range map[string]struct {
		file   io.Reader
		zh, en string
	}{
		"empty.csv":    {strings.NewReader(""), "文件里没有内容", "nothing in the file"},
		"encoding.csv": {strings.NewReader("name,note\n\xff\xff,\x81\xff\n\xff\x81,\xff\n"), "编码", "encoding"},
		"data.csv":     {strings.NewReader("何雨桐,13800138000\n"), "看起来是数据", "looks like data"},
		"picture.csv":  {strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "", ""},
		"bomb.xlsx":    {bytes.NewReader(archive(t, 11, 100<<20)), "异常", "abnormally"},
		"parts.xlsx":   {bytes.NewReader(archive(t, 2001, 1)), "", ""},
		"big.xlsx":     {io.MultiReader(strings.NewReader("PK\x03\x04"), io.LimitReader(zeros{}, 200<<20)), "文件太大", "too big"},
	} {
		content, err := io.ReadAll(io.LimitReader(c.file, 64<<20))
		if err != nil {
			t.Fatal(err)
		}
		rest := c.file
		for lang, words := range map[string]string{"zh": c.zh, "en": c.en} {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap, began := m.HeapAlloc, time.Now() //nolint:forbidigo // a measure
			w := s.upload(who, lang, "leads", name, io.MultiReader(bytes.NewReader(content), rest))
			wants(t, w, http.StatusUnprocessableEntity, words)
			if took := time.Since(began); strings.HasPrefix(name, "bomb") && took > 5*time.Second { //nolint:forbidigo // a measure
				t.Errorf("%s was refused after %s", name, took)
			}
			runtime.ReadMemStats(&m)
			if grown := int64(m.HeapAlloc) - int64(heap); grown > 200<<20 {
				t.Errorf("%s took %d MB", name, grown>>20)
			}
		}
	}
	wants(t, s.upload(who, "en", "leads", "missing.csv", strings.NewReader("年级,班级\n三年级,A\n")), http.StatusSeeOther)
	at := s.upload(who, "en", "leads", "missing.csv", strings.NewReader("年级,班级\n三年级,A\n")).Header().Get("Location")
	wants(t, s.get(who, at), http.StatusOK, "请先说明各列的含义")
	wants(t, s.post(who, at+"/start", ""), http.StatusUnprocessableEntity, "缺少必需的列")
	wants(t, s.upload(who, "zh", "ghosts", "x.csv", strings.NewReader("姓名\n何\n")), http.StatusUnprocessableEntity)
	if left, err := os.ReadDir(s.dir); err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v; want the one that waits for its columns", len(left), err)
	}
	if n := len(s.s.Facts(t)) - before; n != 0 {
		t.Errorf("%d facts were recorded", n)
	}
}

// TestROL1_LineNumbers: a row is named by its number in the file, also behind an empty one, in a CSV as in a workbook.
func TestROL1_LineNumbers(t *testing.T) {
	const csv = "编号,姓名,手机号\n\nk1,何雨桐,13800138000\n,,\nk2,王浩然,12\n"
	var book bytes.Buffer
	w, err := sheet.NewWriter(sheet.XLSX, &book)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(csv), "\n") {
		var cells []any
		for c := range strings.SplitSeq(line, ",") {
			cells = append(cells, c)
		}
		if err := w.Row(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	testkit.EachDB(t, func(t *testing.T, school *testkit.School) {
		s := open(t, school)
		who := school.Principal(school.HD)
		for name, content := range map[string][]byte{"名单.csv": []byte(csv), "名单.xlsx": book.Bytes()} {
			at := s.upload(who, "zh", "leads", name, bytes.NewReader(content)).Header().Get("Location")
			s.work(t, at)
			page := s.get(who, at)
			wants(t, page, http.StatusOK, "何雨桐 · 王浩然", `id="row-reject-5"`, ">5<", "电话无效")
			if strings.Contains(page.Body.String(), `id="row-reject-2"`) || strings.Contains(page.Body.String(), `id="row-reject-4"`) {
				t.Errorf("%s: row 5 is named otherwise", name)
			}
		}
	})
}

// TestROL1_SetUp: who sets the program up brings in centers, staff and packages, and neither sees nor brings in people (ORG-3).
func TestROL1_SetUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, school *testkit.School) {
		s := open(t, school)
		it, principal := school.IT(), school.Principal(school.HD)
		form := s.get(it, "/imports/new")
		wants(t, form, http.StatusOK, `value="centers"`, `value="staff"`, `value="packages"`)
		if strings.Contains(form.Body.String(), `value="leads"`) || strings.Contains(form.Body.String(), `value="people"`) {
			t.Error("people are offered")
		}
		wants(t, s.upload(it, "zh", "leads", "x.csv", strings.NewReader("姓名\n何\n")), http.StatusForbidden)
		up := s.upload(it, "zh", "centers", "校区.csv", strings.NewReader("代码,名称\nXX,西城校区\n"))
		wants(t, up, http.StatusSeeOther)
		at := up.Header().Get("Location")
		s.work(t, at)
		wants(t, s.post(it, at+"/start", ""), http.StatusSeeOther)
		s.work(t, at)
		wants(t, s.get(it, at), http.StatusOK, "1 行中已导入 1 行")
		people := s.upload(principal, "zh", "leads", "名单.csv", strings.NewReader("编号,姓名\nk1,何雨桐\n")).Header().Get("Location")
		wants(t, s.get(it, people), http.StatusNotFound)
		wants(t, s.post(it, people+"/start", ""), http.StatusNotFound)
		wants(t, s.get(it, "/imports"), http.StatusOK, "校区.csv", "1 次导入")
		wants(t, s.upload(school.GM(), "zh", "leads", "x.csv", strings.NewReader("编号,姓名\nk9,何\n")), http.StatusSeeOther)
		school.Check(t)
	})
}
