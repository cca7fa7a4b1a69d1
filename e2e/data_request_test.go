//go:build e2e

package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhike/internal/people"
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
