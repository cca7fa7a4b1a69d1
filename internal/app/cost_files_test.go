package app_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

const receipt = "%PDF-1.7\nreceipt"

// upload posts a form with files: the content of each "file_ids" is that of receipt.pdf.
func (v visitor) upload(path string, fields ...string) answer {
	v.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		var out io.Writer
		var err error
		if fields[i] == "file_ids" {
			out, err = form.CreateFormFile("file_ids", "收据.pdf")
		} else {
			out, err = form.CreateFormField(fields[i])
		}
		if err == nil {
			_, err = io.WriteString(out, fields[i+1])
		}
		if err != nil {
			v.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		v.t.Fatal(err)
	}
	return v.request(http.MethodPost, path, b.String(), map[string]string{"Content-Type": form.FormDataContentType()})
}

var keptFile = regexp.MustCompile(`<input type="hidden" name="file_ids" value="([^"]+)"`)

// TestMKT3_CostDocumentsInBrowser: a cost is booked with a scan of its document in one form; a form that was refused keeps the scan; more are put later; it is
// read through its cost alone, and not shown within the program.
func TestMKT3_CostDocumentsInBrowser(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		m := signedIn(t, s, base, "marketing", id.None)
		api := apiClient(t, s, apiServer(t, s), "marketing", id.None)
		c := api.post("/campaigns", testkit.Campaign(t, s, id.None)).want(http.StatusCreated).text("id")
		key, err := id.Parse(c)
		if err != nil {
			t.Fatal(err)
		}
		s.Approve(t, key)
		path := "/campaigns/" + c
		m.upload(path+"/costs", "category", "media", "amount_fen", "80", "document", "FP-1", "file_ids", "<html>").want(t, http.StatusUnprocessableEntity, "收据.pdf”不是能收的类型", `value="FP-1"`)
		refused := m.upload(path+"/costs", "category", "media", "amount_fen", "80", "document", "", "file_ids", receipt)
		refused.want(t, http.StatusUnprocessableEntity, "收据.pdf")
		kept := keptFile.FindStringSubmatch(refused.body)
		if kept == nil {
			t.Fatal("the refused form lost the document")
		}
		if a := m.post(path+"/costs", "category", "media", "amount_fen", "80", "document", "FP-1", "file_ids", kept[1]); a.status != http.StatusSeeOther {
			t.Fatalf("booked: %d %s", a.status, a.body)
		}
		m.get(path).want(t, http.StatusOK, "FP-1", "1 个文件")
		k := api.get(path + "/costs").want(http.StatusOK).items()
		line, _ := k[0].(map[string]any)
		cost := "/campaign-costs/" + line["id"].(string)
		m.upload(cost+"/files").want(t, http.StatusUnprocessableEntity, "票据文件")
		if a := m.upload(cost+"/files", "file_ids", receipt); a.status != http.StatusSeeOther {
			t.Fatalf("put later: %d %s", a.status, a.body)
		}
		m.get(cost).want(t, http.StatusOK, "FP-1", "收据.pdf", cost+"/files/"+kept[1])
		whole := m.get(cost + "/files/" + kept[1])
		whole.want(t, http.StatusOK, receipt)
		if got := whole.header.Get("Content-Disposition"); got != "attachment; filename*=UTF-8''"+url.PathEscape("收据.pdf") {
			t.Errorf("sent as %q", got)
		}
		m.get(cost+"/files/"+c).want(t, http.StatusNotFound)
		for _, role := range []string{"front-desk", "consultant"} {
			signedIn(t, s, base, role, s.HD).get(cost+"/files/"+kept[1]).want(t, http.StatusForbidden)
		}
		signedIn(t, s, base, "principal", s.HD).get(cost+"/files/"+kept[1]).want(t, http.StatusNotFound) // of the company's campaign
		s.Check(t)
	})
}

// TestMKT3_CostDocumentsByAPI: the same by the API alone.
func TestMKT3_CostDocumentsByAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		m := apiClient(t, s, apiServer(t, s), "marketing", id.None)
		c := m.post("/campaigns", testkit.Campaign(t, s, id.None)).want(http.StatusCreated).text("id")
		key, err := id.Parse(c)
		if err != nil {
			t.Fatal(err)
		}
		s.Approve(t, key)
		small := m.post("/files", map[string]any{"name": "a.pdf", "content": base64.StdEncoding.EncodeToString([]byte(receipt))}).want(http.StatusCreated)
		form := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.pdf\"\r\n\r\n" + receipt + "2\r\n--b--\r\n"
		large := m.with("Content-Type", "multipart/form-data; boundary=b").call(http.MethodPost, "/files", form).want(http.StatusCreated)
		if r := m.post("/files", map[string]any{"name": "a.exe", "content": "TVo="}).want(http.StatusUnprocessableEntity); r.field("file") != "document-kind" {
			t.Errorf("a program: %s", r.raw)
		}
		none := m.with("Content-Type", "multipart/form-data; boundary=b").call(http.MethodPost, "/files", "--b--\r\n").want(http.StatusUnprocessableEntity)
		if none.field("file") != "file-missing" {
			t.Errorf("no file: %s", none.raw)
		}
		cost := m.post("/campaigns/"+c+"/costs", map[string]any{"category": "media", "amount_fen": 100, "document": "FP-1", "file_ids": []string{small.text("id")}}).want(http.StatusCreated).text("id")
		if r := m.post("/campaign-costs/"+cost+"/files", map[string]any{"file_ids": []string{large.text("id")}}).want(http.StatusCreated); r.body["files"] != 2.0 {
			t.Errorf("put later: %s", r.raw)
		}
		if got := m.get("/campaign-costs/" + cost + "/files").want(http.StatusOK).items(); len(got) != 2 {
			t.Errorf("documents %v", got)
		}
		one := m.get("/campaign-costs/" + cost + "/files/" + large.text("id")).want(http.StatusOK)
		if b, err := base64.StdEncoding.DecodeString(one.text("content")); err != nil || string(b) != receipt+"2" || strings.Contains(string(one.raw), "digest") {
			t.Errorf("came back: %s", one.raw)
		}
		apiClient(t, s, apiServer(t, s), "principal", s.HD).get("/campaign-costs/" + cost + "/files").want(http.StatusNotFound)
		s.Check(t)
	})
}
