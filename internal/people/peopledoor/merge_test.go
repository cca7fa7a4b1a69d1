package peopledoor_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// Two records stand side by side; what is chosen holds; the old address leads on; the merge is undone on the page of the one that stands,
// and refused by who may not (PPL-5).
func TestPPL5_MergePages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		first := register(t, s, s.HD, people.RegisterInput{Name: "王小明", CenterID: s.HD, District: "海淀", Phones: []people.ContactInput{{Value: "13800138000"}}})
		again := register(t, s, s.HD, people.RegisterInput{Name: "王晓明", CenterID: s.HD, District: "朝阳", Phones: []people.ContactInput{{Value: "13800138000"}, {Value: "13900139000"}}})
		p := open(t, s, s.Principal(s.HD))
		compare := personPath(first, "/merge?with="+again.String())
		list := p.get("/people/duplicates", http.StatusOK)
		p.wants(list, "1 对疑似重复", "王小明", "王晓明", "同一电话", "姓名相符")
		if !strings.Contains(list, compare) {
			t.Error("the list has no way to the comparison")
		}
		other := register(t, s, s.HD, people.RegisterInput{Name: "王小铭", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13800138000"}}})
		p.post(personPath(again, "/tell-apart"), http.StatusSeeOther, url.Values{"with_id": {other.String()}})
		p.post(personPath(again, "/tell-apart"), http.StatusUnprocessableEntity, url.Values{"with_id": {other.String()}})
		p.wants(p.get("/people/duplicates", http.StatusOK), "2 对疑似重复", "不是同一人")
		p.wants(p.get(personPath(first, "/merge"), http.StatusOK), "把 王小明 与谁合并？", "王晓明")
		p.wants(p.get(personPath(first, "/merge?q="+url.QueryEscape("晓明")), http.StatusOK), "王晓明")
		page := p.get(compare, http.StatusOK)
		p.wants(page, "王晓明 的档案并入 王小明", "海淀", "朝阳", "138****8000, 139****9000", "30 天内可以撤销")
		if strings.Contains(page, "13800138000") {
			t.Error("the comparison shows a phone that is masked for the viewer")
		}
		if _, body := p.post(personPath(first, "/merge"), http.StatusUnprocessableEntity, url.Values{"with_id": {first.String()}}); !strings.Contains(body, "不能选同一个人") {
			t.Errorf("with oneself: %s", words(body))
		}
		to, _ := p.post(personPath(first, "/merge"), http.StatusSeeOther, url.Values{"with_id": {again.String()}, "fields.name": {"kept"}, "fields.district": {"merged"}, "_key": {"m1"}})
		if to != personPath(first, "") {
			t.Errorf("leads to %s", to)
		}
		if at, _ := p.redirected(personPath(again, "")); at != personPath(first, "") {
			t.Errorf("the old address leads to %q", at)
		}
		stands := p.get(personPath(first, ""), http.StatusOK)
		p.wants(stands, "王小明", "朝阳", "并入的档案 1", "王晓明", "撤销合并", "与另一份档案合并")
		merge := regexp.MustCompile(`name="merge_id" value="([^"]+)"`).FindStringSubmatch(stands)
		if merge == nil {
			t.Fatal("the page has no way to undo the merge")
		}
		form := url.Values{"merge_id": {merge[1]}}
		open(t, s, s.Finance(s.HD)).post(personPath(first, "/unmerge"), http.StatusForbidden, form)
		p.post(personPath(first, "/unmerge"), http.StatusSeeOther, form)
		p.wants(p.get(personPath(again, ""), http.StatusOK), "王晓明", "朝阳")
		p.wants(p.get(personPath(first, ""), http.StatusOK), "海淀", "合并已撤销")
		p.post(personPath(first, "/unmerge"), http.StatusUnprocessableEntity, form)
		if got := s.Facts(t); !slices.Equal(got[4:], []string{"people.persons-merged.1", "people.persons-unmerged.1"}) {
			t.Errorf("facts %v", got)
		}
		s.Check(t)
	})
}

// redirected gives where a page leads.
func (s site) redirected(path string) (location string, status int) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	w := s.do(r)
	return w.Header().Get("Location"), w.Code
}

// Two company customers stand side by side, one chooses, the old address leads on, and the merge is undone on the page of the one that stands (PPL-13).
func TestPPL13_MergeOrganizationPages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		company := func(in people.OrganizationInput) id.ID {
			t.Helper()
			in.CenterID = s.HD
			a, err := people.RegisterOrganization.Run(s.FrontDesk(s.HD), s.Ops, in)
			if err != nil {
				t.Fatal(err)
			}
			return a.ID
		}
		first := company(people.OrganizationInput{Name: "星河科技", Bank: "招商银行"})
		again := company(people.OrganizationInput{Name: "星河 科技", TaxNumber: "91350100M000100Y43", Bank: "工商银行"})
		path := func(key id.ID, more string) string { return "/organizations/" + key.String() + more }
		p := open(t, s, s.Principal(s.HD))
		if !strings.Contains(p.get(path(first, ""), http.StatusOK), path(first, "/merge")) {
			t.Error("the page has no way to the comparison")
		}
		p.wants(p.get(path(first, "/merge"), http.StatusOK), "把 星河科技 与谁合并？", "星河 科技", "同名")
		p.wants(p.get(path(first, "/merge?q="+url.QueryEscape("xinghe")), http.StatusOK), "星河 科技")
		p.wants(p.get(path(first, "/merge?with="+again.String()), http.StatusOK), "招商银行", "工商银行", "91350100M000100Y43", "下级单位也一并转移")
		form := url.Values{"with_id": {again.String()}, "fields.name": {"kept"}, "fields.bank": {"merged"}}
		open(t, s, s.Finance(s.HD)).post(path(first, "/merge"), http.StatusForbidden, form)
		if to, _ := p.post(path(first, "/merge"), http.StatusSeeOther, form); to != path(first, "") {
			t.Errorf("leads to %s", to)
		}
		if at, _ := p.redirected(path(again, "")); at != path(first, "") {
			t.Errorf("the old address leads to %q", at)
		}
		stands := p.get(path(first, ""), http.StatusOK)
		p.wants(stands, "工商银行", "91350100M000100Y43", "并入的档案 1", "与另一份档案合并")
		merge := regexp.MustCompile(`name="merge_id" value="([^"]+)"`).FindStringSubmatch(stands)
		if merge == nil {
			t.Fatal("the page has no way to undo the merge")
		}
		p.post(path(first, "/unmerge"), http.StatusSeeOther, url.Values{"merge_id": {merge[1]}})
		p.wants(p.get(path(first, ""), http.StatusOK), "招商银行", "合并已撤销")
		p.wants(p.get(path(again, ""), http.StatusOK), "星河 科技", "工商银行")
	})
}
