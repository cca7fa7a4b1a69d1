package peopledoor_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhike/internal/testkit"
)

// TestSAL6_ListsPage: IT adds a reason, renames it and retires it; what is wrong is said at its field; who does
// not set up the company comes to none of it.
func TestSAL6_ListsPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(t, s, s.IT())
		page := p.get("/settings/lists?list=loss-reason", http.StatusOK)
		p.wants(page, "流失原因：9 项可选", "价格", "自带", "添加流失原因")
		_, page = p.post("/settings/lists", http.StatusUnprocessableEntity, url.Values{"list": {"loss-reason"}, "name_zh": {"搬家"}})
		p.wants(page, "英文名称：必填")
		if !strings.Contains(page, `value="搬家"`) {
			t.Error("what was typed is lost")
		}
		to, _ := p.post("/settings/lists", http.StatusSeeOther, url.Values{"list": {"loss-reason"}, "name_zh": {"搬家"}, "name_en": {"Moved away"}})
		p.wants(p.get(to, http.StatusOK), "流失原因：10 项可选", "自建")
		one := "/settings/lists/loss-reason/own-1"
		p.wants(p.get(one, http.StatusOK), "停用后不再供选择", "第 11 位")
		to, _ = p.post(one, http.StatusSeeOther, url.Values{"name_zh": {"搬到外地"}, "name_en": {"Moved away"}, "active": {"false"}, "version": {"1"}})
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		p.wants(p.get(to, http.StatusOK), "流失原因：9 项可选", "搬到外地", "已停用")
		p.post(one, http.StatusPreconditionFailed, url.Values{"name_zh": {"搬走"}, "name_en": {"Moved"}, "version": {"1"}})
		p.get("/settings/lists/loss-reason/none", http.StatusNotFound)
		p.wants(p.get("/settings/lists/touch-result/come", http.StatusOK), "所以不能停用")
		for _, who := range []context.Context{s.Principal(s.HD), s.Consultant(s.HD)} {
			open(t, s, who).get("/settings/lists", http.StatusForbidden)
			open(t, s, who).get(one, http.StatusForbidden)
		}
	})
}
