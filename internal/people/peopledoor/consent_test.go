package peopledoor_test

import (
	"net/http"
	"net/url"
	"testing"

	"zhike/internal/people"
	"zhike/internal/testkit"
)

// TestPPL9_Page: the page of a person says what was agreed to; a consent is noted with its source and withdrawn on a page of its own, and a
// minor's asks for the guardian.
func TestPPL9_Page(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		child := register(t, s, s.HD, people.RegisterInput{Name: "李小明", CenterID: s.HD, Birth: 16_000})
		mother := register(t, s, s.HD, people.RegisterInput{Name: "李芳", CenterID: s.HD})
		if _, err := people.LinkGuardian.Run(s.FrontDesk(s.HD), s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: mother, Relation: "mother"}); err != nil {
			t.Fatal(err)
		}
		desk := open(t, s, s.FrontDesk(s.HD))
		desk.wants(desk.get(personPath(child, ""), http.StatusOK), "没有同意过任何用途")
		desk.wants(desk.get(personPath(child, "/consent"), http.StatusOK), "李小明的同意", "未成年人的同意由监护人作出", "李芳")
		form := url.Values{"purpose": {"marketing"}, "channel": {"sms"}, "source": {"paper"}}
		_, body := desk.post(personPath(child, "/consent"), http.StatusUnprocessableEntity, form)
		desk.wants(body, "请选择监护人")
		form.Set("guardian_id", mother.String())
		desk.post(personPath(child, "/consent"), http.StatusSeeOther, form)
		desk.wants(desk.get(personPath(child, ""), http.StatusOK), "营销 · 短信", "纸质签字", "监护人作出")
		desk.post(personPath(child, "/consent/withdraw"), http.StatusSeeOther, url.Values{"purpose": {"marketing"}, "channel": {"sms"}, "source": {"phone"}})
		desk.wants(desk.get(personPath(child, "/consent"), http.StatusOK), "已撤回", "电话里")
	})
}
