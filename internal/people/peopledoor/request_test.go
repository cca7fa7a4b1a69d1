package peopledoor_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/personal"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// TestPPL11_Pages: the front desk files a request, the principal approves it and hands out a file that holds what is kept, with a watermark.
func TestPPL11_Pages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", CenterID: s.HD})
		desk := open(t, s, s.FrontDesk(s.HD))
		desk.wants(desk.get(personPath(key, ""), http.StatusOK), "个人信息申请")
		desk.wants(desk.get(personPath(key, "/data-request"), http.StatusOK), "何雨桐的个人信息申请", "身份证件", "匿名化不可恢复")
		form := url.Values{"kind": {"anonymize"}, "asked_by": {"self"}, "identity": {"document"}}
		_, body := desk.post(personPath(key, "/data-request"), http.StatusUnprocessableEntity, form)
		desk.wants(body, "保存期到")
		form.Set("kind", "export")
		at, _ := desk.post(personPath(key, "/data-request"), http.StatusSeeOther, form)
		desk.wants(desk.get(at, http.StatusOK), "等待校长或总经理批准")
		desk.wants(desk.get("/data-requests", http.StatusOK), "1 个个人信息申请", "何雨桐", "待批准")
		boss := open(t, s, s.Principal(s.HD))
		boss.post(at+"/export", http.StatusUnprocessableEntity, url.Values{})
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			list, err := people.DataRequests(ctx, tx, key, 0, 1)
			if err != nil {
				return err
			}
			a, err := process.ApprovalOf(ctx, tx, list.Items[0].ID)
			if err != nil {
				return err
			}
			key = a.ID
			return nil
		})
		if _, err := process.Approve.Run(s.Principal(s.HD), s.Ops, process.ApprovalInput{ApprovalID: key}); err != nil {
			t.Fatal(err)
		}
		boss.wants(boss.get(at, http.StatusOK), "生成文件", "可以生成并交付")
		if strings.Contains(desk.get(at, http.StatusOK), "生成文件</button>") {
			t.Error("the front desk may make the file")
		}
		boss.post(at+"/export", http.StatusUnprocessableEntity, url.Values{})
		boss.post(at+"/file", http.StatusSeeOther, url.Values{})
		for path, want := range map[string]string{at: `hx-get="` + at + `/progress"`, at + "/progress": "已读取的资料"} {
			if body := boss.get(path, http.StatusOK); !strings.Contains(body, want) {
				t.Errorf("%s lacks %s: %s", path, want, body)
			}
		}
		request, err := id.Parse(strings.TrimPrefix(at, "/data-requests/"))
		if err != nil {
			t.Fatal(err)
		}
		do := func(attempt int64, rows []personal.Rows) error {
			return people.Exporter{Run: s.Ops, Rows: rows}.Do(s.System(), people.ExportWork{RequestID: request, Attempt: attempt})
		}
		if err := do(1, []personal.Rows{{Table: "no_such_table", By: []string{"person"}}}); err == nil {
			t.Error("a job that fails says nothing")
		}
		boss.wants(boss.get(at, http.StatusOK), "生成失败", "重试")
		boss.post(at+"/file", http.StatusSeeOther, url.Values{})
		if err := do(2, app.Personal()); err != nil {
			t.Fatal(err)
		}
		boss.wants(boss.get(at, http.StatusOK), "交付文件", "自动删除", "重新生成")
		if strings.Contains(desk.get(at, http.StatusOK), "交付文件</button>") {
			t.Error("the front desk may hand out")
		}
		_, file := boss.post(at+"/export", http.StatusOK, url.Values{})
		z, err := zip.NewReader(bytes.NewReader([]byte(file)), int64(len(file)))
		if err != nil || len(z.File) != 2 {
			t.Fatalf("%v in %d bytes", err, len(file))
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil || !strings.Contains(string(text), "何雨桐") {
				t.Errorf("%s: %v does not hold the name", f.Name, err)
			}
			if f.Name == "data.html" {
				boss.wants(string(text), "交付（资料截至", "仅供本人")
			}
		}
		s.Clock.Set(s.Clock.Now().Add(7 * 24 * time.Hour))
		if err := people.RemoveExports(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		boss.wants(boss.get(at, http.StatusOK), "过期删除", "重新生成")
		boss.wants(boss.get("/data-requests/retention", http.StatusOK), "没有超过保存期的个人")
	})
}
