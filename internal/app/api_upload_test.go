package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// send hands a file in as a form; fields are pairs, "file" is the place of the file.
func (c client) send(t *testing.T, fields ...string) reply {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if fields[i] != "file" {
			if err := form.WriteField(fields[i], fields[i+1]); err != nil {
				t.Fatal(err)
			}
			continue
		}
		part, err := form.CreateFormFile("file", "list.csv")
		if err == nil {
			_, err = part.Write([]byte(fields[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return c.with("Content-Type", form.FormDataContentType()).call(http.MethodPost, "/imports", b.String())
}

// TestROL1_Upload: a program hands a file in as a form, with a map, and has it checked or brought in at once.
func TestROL1_Upload(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := apiServer(t, s)
		principal, it, desk := apiClient(t, s, base, "principal", s.HD), apiClient(t, s, base, "it", id.None), apiClient(t, s, base, "front-desk", s.HD)
		const list = "no,who,tel\nk1,何雨桐,13800138000\n"
		const columns = "[columns]\n\"no\" = \"external_key\"\n\"who\" = \"name\"\n\"tel\" = \"phone\"\n"
		desk.send(t, "kind", "leads", "file", list).want(http.StatusForbidden)
		it.send(t, "kind", "leads", "file", list).want(http.StatusForbidden)
		it.send(t, "kind", "centers", "file", "code,name_zh\nXX,西城校区\n").want(http.StatusCreated)

		checked := principal.send(t, "kind", "leads", "map", columns, "file", list).want(http.StatusCreated)
		if checked.body["state"] != rollout.Checking || checked.body["name"] != "list.csv" {
			t.Errorf("handed in: %s", checked.raw)
		}
		if again := principal.send(t, "kind", "leads", "map", columns, "file", list).want(http.StatusCreated); again.text("id") != checked.text("id") {
			t.Error("the same file with the same map is another import")
		}
		otherwise := strings.Replace(columns, "\"who\" = \"name\"", "\"who\" = \"ignore\"", 1)
		if other := principal.send(t, "kind", "leads", "map", otherwise, "file", list).want(http.StatusCreated); other.text("id") == checked.text("id") {
			t.Error("another map of the same file is ignored")
		}
		begun := principal.send(t, "kind", "people", "map", columns, "dry_run", "false", "file", list).want(http.StatusCreated)
		if begun.body["state"] != rollout.Running {
			t.Errorf("brought in at once: %s", begun.raw)
		}
		var i rollout.ImportRun
		if err := json.Unmarshal(begun.raw, &i); err != nil {
			t.Fatal(err)
		}
		files, err := rollout.OpenFiles(s.App.Files)
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		worker := rollout.Worker{Run: s.Ops, Files: files, Catalogue: s.App.Catalogue}
		if err := worker.Do(t.Context(), rollout.Work{ImportID: i.ID, Attempt: i.Attempt}); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
			i, err = rollout.ByID(ctx, tx, i.ID)
			return err
		})
		if i.State != rollout.Done || i.Counts.Accepted != 1 {
			t.Errorf("the import is %s with %+v", i.State, i.Counts)
		}

		for name, c := range map[string]struct {
			field, code string
			fields      []string
		}{
			"no file":       {"file", "file-missing", []string{"kind", "leads"}},
			"after it":      {"dry_run", "after-file", []string{"kind", "leads", "file", "a,姓名\n1,何\n", "dry_run", "false"}},
			"unknown field": {"knd", "unknown-field", []string{"knd", "leads", "file", list}},
			"kind":          {"kind", "not-one-of", []string{"kind", "ghosts", "file", list}},
			"dry run":       {"dry_run", "not-one-of", []string{"kind", "leads", "dry_run", "maybe", "file", list}},
			"empty":         {"file", "sheet-empty", []string{"kind", "leads", "file", ""}},
		} {
			if r := principal.send(t, c.fields...).want(http.StatusUnprocessableEntity); r.field(c.field) != c.code {
				t.Errorf("%s: %s", name, r.raw)
			}
		}
		s.Check(t)
	})
}
