package app_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// TestTRU7_OutboxDoors: IT sees on page and API which mails wait and which failed, and sends them again; others see none of it.
func TestTRU7_OutboxDoors(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		var staff []id.ID
		for _, role := range []string{"principal", "front-desk"} {
			key, address := s.StaffID(s.As(role, s.HD)), role+"@school.example"
			if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: key, Email: &address}); err != nil {
				t.Fatal(err)
			}
			staff = append(staff, key)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		it := signedIn(t, s, serve(t, s, app.PageOptions{}), "it", id.None)
		it.get("/outbox").want(t, http.StatusOK, "没有等着的邮件", "这里没有邮件")
		out, err := insight.MailReport.Run(s.GM(), s.Ops, insight.MailReportInput{Report: "daily-sales", Staff: staff})
		if err != nil {
			t.Fatal(err)
		}
		failed, ok, err := insight.ClaimMail(s.System(), s.Ops, out.Mails[0])
		if err == nil && ok {
			err = insight.SettleMail(s.System(), s.Ops, failed.Mail, insight.MailFailed, errors.New("mail refused at recipient: 550"))
		}
		if err != nil {
			t.Fatal(err)
		}
		page := it.get("/outbox")
		page.want(t, http.StatusOK, "1 封邮件等着发出，1 封没有发出", "principal@HD", "principal@school.example", "服务器拒收", "mail refused at recipient: 550", "销售日报", "重发", "发件箱")
		if a := it.get("/outbox?state=failed"); strings.Contains(a.body, "front-desk@school.example") || !strings.Contains(a.body, "principal@school.example") {
			t.Error("the tab of failed mails shows others")
		}
		base := apiServer(t, s)
		c := apiClient(t, s, base, "it", id.None)
		if list := c.get("/mails?state=failed").want(http.StatusOK).items(); len(list) != 1 {
			t.Errorf("the API lists %d failed mails", len(list))
		}
		it.post("/outbox/"+out.Mails[0].String()+"/retry").wantTo(t, "/outbox")
		it.get("/outbox").want(t, http.StatusOK, "2 封邮件等着发出，0 封没有发出")
		c.post("/mails/"+out.Mails[1].String()+"/retry", nil).want(http.StatusOK)
		apiClient(t, s, base, "principal", s.HD).get("/mails").want(http.StatusForbidden)
		signedIn(t, s, serve(t, s, app.PageOptions{}), "principal", s.HD).get("/outbox").want(t, http.StatusForbidden)
	})
}
