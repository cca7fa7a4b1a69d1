//go:build e2e

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestPRC6_DiscountInTheBrowser: a consultant gives more than the limit, is told so while typing, says why; the principal approves with one
// click from home (UI-H), and the consultant makes the contract of exactly that price (SAL-7).
func TestPRC6_DiscountInTheBrowser(t *testing.T) {
	s, st := desked(t)
	_, a := s.Appointment(t, s.HD)
	v, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}); err != nil {
		t.Fatal(err)
	}
	u := st.as(t, "consultant", s.HD)
	testkit.Act(u.tab, t, chromedp.Navigate(st.base+"/enquiries/"+v.Enquiry.String()+"/quote"))
	if seen := value[bool](u, `document.querySelector("[name=reason]").checkVisibility()`); seen {
		t.Error("a reason is asked for where nothing needs one")
	}
	u.typed("discount_fen", "3456")
	u.reads("¥15,744.00", "¥960.00") // the price, and the most that one gives alone
	u.until(`document.querySelector("[name=reason]").checkVisibility()`)
	u.press("sales.quote.save")
	u.reads("请写明理由提交审批")
	testkit.Complaints(u.tab, t) // of the refusal
	u.typed("reason", "老学员的弟弟")
	u.press("sales.quote.save")
	u.at("/quotes/")
	u.sees("sales.quote.is-waiting")
	quote := u.path()
	if n := value[int](u, `document.querySelectorAll("form[action$='/contract']").length`); n != 0 {
		t.Error("a contract can be made before the approval")
	}

	p := st.as(t, "principal", s.HD)
	p.job("approve", 1, func() {
		p.reads("优惠 18%", "¥3,456")
		p.pressIn("[aria-labelledby=approvals]", "approvals.approve")
		p.sees("approvals.now-approved")
	})
	p.calm()

	testkit.Act(u.tab, t, chromedp.Navigate(st.base+quote))
	u.press("sales.quote.contract")
	u.at("/contracts/")
	u.reads("¥15,744")
	u.calm()
}
