//go:build e2e

package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// TestPPL11_RequestInTheBrowser: the front desk files that somebody wants to be forgotten, the principal approves with one click, and the page
// of the person shows nobody any more.
func TestPPL11_RequestInTheBrowser(t *testing.T) {
	s, st := desked(t)
	key := s.Person(t, s.HD)
	s.Exec(t, "UPDATE persons SET created_at = 0 WHERE id = ?", key)
	u := st.as(t, "front-desk", s.HD)
	testkit.Act(u.tab, t, chromedp.Navigate(st.base+"/people/"+key.String()+"/data-request"), chromedp.SetValue("[name=kind]", "anonymize"))
	u.press("person-page.request-file")
	u.until(`document.querySelector("[name=identity][aria-invalid=true]") !== null`) // nobody is asked to believe what was not checked
	testkit.Complaints(u.tab, t)
	u.choose("identity", "document")
	u.press("person-page.request-file")
	u.at("/data-requests/")
	u.sees("person-page.request-next-open")
	request := u.path()

	p := st.as(t, "principal", s.HD)
	p.reads("匿名化个人")
	p.pressIn("[aria-labelledby=approvals]", "approvals.approve")
	p.sees("approvals.now-approved")
	p.calm()
	if err := people.CarryOut(s.System(), s.Ops); err != nil {
		t.Fatal(err)
	}
	testkit.Act(u.tab, t, chromedp.Navigate(st.base+request))
	u.reads("已办结", "***")
	testkit.Act(u.tab, t, chromedp.Navigate(st.base+"/people/"+key.String()), chromedp.Sleep(50*time.Millisecond))
	u.reads("已于", "匿名化", "***")
	u.calm()
}

// TestPPL11_ExportInTheBrowser: the principal has the file of an approved export made, sees how far it is without a click, and hands it out when it is
// ready; when its days are over the page says so.
func TestPPL11_ExportInTheBrowser(t *testing.T) {
	s, st := desked(t)
	request, err := people.FileDataRequest.Run(s.FrontDesk(s.HD), s.Ops, people.DataRequestInput{PersonID: s.Person(t, s.HD), Kind: "export", By: "self", Identity: "document"})
	if err != nil {
		t.Fatal(err)
	}
	var approval id.ID
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		a, err := process.ApprovalOf(ctx, tx, request.ID)
		approval = a.ID
		return err
	})
	if _, err := process.Approve.Run(s.Principal(s.HD), s.Ops, process.ApprovalInput{ApprovalID: approval}); err != nil {
		t.Fatal(err)
	}
	p := st.as(t, "principal", s.HD)
	page := st.base + "/data-requests/" + request.ID.String()
	testkit.Act(p.tab, t, chromedp.Navigate(page))
	p.press("person-page.request-file-make")
	p.sees("person-page.request-file-making")
	p.until(`document.querySelector("#file-progress progress") !== null`)
	err = people.Exporter{Run: s.Ops, Rows: app.Personal()}.Do(s.System(), people.ExportWork{RequestID: request.ID, Attempt: 1})
	if err != nil {
		t.Fatal(err)
	}
	p.sees("person-page.request-export", "person-page.request-file-again")
	p.calm()
	s.Clock.Set(s.Clock.Now().Add(7 * 24 * time.Hour))
	if err := people.RemoveExports(s.System(), s.Ops); err != nil {
		t.Fatal(err)
	}
	p = st.as(t, "principal", s.HD) // the session ended meanwhile
	testkit.Act(p.tab, t, chromedp.Navigate(page))
	p.reads("过期删除", "重新生成")
	p.calm()
}
