package app_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// savedTab finds a saved view among the tabs of a list: where it leads, whether it is the one that is shown, and its count.
func (a answer) savedTab(t *testing.T, name string) (href string, current bool, count string) {
	t.Helper()
	m := regexp.MustCompile(`<a href="([^"]*)"( aria-current)?>\s*` + regexp.QuoteMeta(name) + `\s*(\d*)\s*</a>`).FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no tab %q", name)
	}
	return m[1], m[2] != "", m[3]
}

// A list as it is shown is saved by the form beside its filters and becomes a tab with the count of what it opens, whatever the center
// switch says; it is renamed, shared, mailed and deleted on its page, all without script.
func TestUIL1_SavedTabs(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		for range 3 {
			s.Enquiry(t, s.HD)
		}
		s.Enquiry(t, s.CY)
		gm := signedIn(t, s, base, "general-manager", id.None)
		list := gm.get("/enquiries?stage=new&sort=entered&page=1&q=")
		list.want(t, http.StatusOK, "保存视图")
		if got := list.hidden(t, "query"); got != "sort=entered&stage=new" {
			t.Fatalf("the form saves %q", got)
		}
		saved := gm.post("/views", "list", "/enquiries", "query", "sort=entered&stage=new", "name", "新线索", "shared", "everybody", "every", "")
		saved.wantTo(t, "/enquiries?center=all&sort=entered&stage=new")
		gm.post("/preferences", "center", s.CY.String(), "_next", "/")
		opened := gm.get(saved.to)
		href, current, count := opened.savedTab(t, "新线索")
		if href != saved.to || !current || count != "4" {
			t.Errorf("tab to %q, current %t, count %q", href, current, count)
		}
		opened.want(t, http.StatusOK, "共 4 条", "已保存视图")
		tabs := regexp.MustCompile(`(?s)<nav class="set".*?</nav>`).FindString(opened.body)
		if n := strings.Count(tabs, ` aria-current>`); n != 1 {
			t.Errorf("%d tabs are current", n)
		}
		principal := signedIn(t, s, base, "principal", s.HD)
		href, _, count = principal.get("/enquiries").savedTab(t, "新线索")
		if count != "3" {
			t.Errorf("the principal of one center counts %q, want 3", count)
		}
		principal.get(href).want(t, http.StatusOK, "共 3 条")
		edited(t, gm, principal)
	})
}

// edited renames the only view of a visitor and deletes it; another one only looks at it.
func edited(t *testing.T, owner, other visitor) {
	t.Helper()
	page := owner.get("/views")
	page.want(t, http.StatusOK, "新线索", "能看这个列表的人")
	path := regexp.MustCompile(`/views/[0-9a-f-]{36}`).FindString(page.body)
	other.get(path).want(t, http.StatusOK, "这是同事的视图")
	owner.post(path, "name", "", "shared", "me").want(t, http.StatusUnprocessableEntity, "必填")
	owner.post(path, "name", "线索", "shared", "me", "_base", owner.get(path).hidden(t, "_base")).wantTo(t, "/views")
	other.get(path).want(t, http.StatusNotFound)
	owner.post(path+"/mail", "every", "daily").want(t, http.StatusUnprocessableEntity, "没有登记邮箱")
	owner.post(path+"/mail", "every", "").wantTo(t, path)
	owner.post(path+"/delete").wantTo(t, "/views")
	if a := owner.get("/views"); strings.Contains(a.body, path) || !strings.Contains(a.body, "撤销") {
		t.Error("the view is still there, or its deletion cannot be undone")
	}
	owner.get(path).want(t, http.StatusNotFound)
}

// A form that is refused comes back as a page of its own with what was typed. A page that is no list offers no view, nor does a list that
// one may not open.
func TestUIL1_SaveFormRefused(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	desk := signedIn(t, s, base, "front-desk", s.HD)
	desk.post("/views", "list", "/payments", "query", "method=card", "name", " ", "shared", "center").
		want(t, http.StatusUnprocessableEntity, "有错误：", `value="method=card"`, `value="center" selected`)
	desk.post("/views", "list", "/reports/daily-sales", "query", "", "name", "x").want(t, http.StatusNotFound)
	for _, path := range []string{"/people", "/payments", "/contracts", "/instalments", "/visits", "/appointments", "/enquiries"} {
		desk.get(path).want(t, http.StatusOK, "保存视图")
		desk.post("/views", "list", path, "query", "", "name", "全部记录").want(t, http.StatusSeeOther)
		_, _, _ = desk.get(path).savedTab(t, "全部记录")
	}
	if strings.Contains(desk.get("/tasks").body, "保存视图") {
		t.Error("a page that is no list saves views")
	}
}

// The tabs of a list cost the same number of questions for each view: one count for each of the first eight, none for the others.
func TestUIL1_CountsAreBounded(t *testing.T) {
	t.Parallel()
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	base := serve(t, s, app.PageOptions{})
	s.Enquiry(t, s.HD)
	desk := signedIn(t, s, base, "principal", s.HD)
	for _, n := range "abcdefghijkl" {
		desk.post("/views", "list", "/enquiries", "query", "stage=new", "name", "view-"+string(n)).want(t, http.StatusSeeOther)
	}
	page := desk.get("/enquiries")
	for i, n := range "abcdefghijkl" {
		if _, _, count := page.savedTab(t, "view-"+string(n)); (count == "1") != (i < 8) {
			t.Errorf("view %d has the count %q", i+1, count)
		}
	}
	s.Exec(t, "UPDATE views SET query = 'cols=gone' WHERE name = 'view-a'") // a column that a later version no longer has
	page = desk.get("/enquiries")
	if _, _, count := page.savedTab(t, "view-a"); count != "" {
		t.Errorf("an address that the list does not know counts %q", count)
	}
	if _, _, count := page.savedTab(t, "view-b"); count != "1" {
		t.Errorf("the other views have lost their counts: %q", count)
	}
}
