//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/people"
	"zhike/internal/testkit"
)

// walkIn registers somebody who comes without an appointment, up to the press of the button.
func (u *user) walkIn(name, phone string) {
	u.t.Helper()
	u.until(`!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")`)
	u.clickOn(`a[data-dialog="walk-in"]`)
	testkit.Act(u.tab, u.t, chromedp.WaitVisible(`dialog[open] input[name="name"]`), chromedp.SendKeys(`dialog[open] input[name="name"]`, name))
	if phone != "" {
		testkit.Act(u.tab, u.t, chromedp.SendKeys(`dialog[open] input[name="phone"]`, phone))
	}
	u.clickOn("dialog[open] button.p")
}

// TestSAL5_TenVisitors: the front desk receives ten visitors, one of them checked in by mistake and taken back, one found by pinyin, one
// whose phone is mistyped first and one who is known already; each is there once, and who waits is begun with from the board (SAL-4, SAL-5, PPL-4, UI-B2).
func TestSAL5_TenVisitors(t *testing.T) {
	s, st := desked(t)
	for range 7 {
		s.Appointment(t, s.HD)
	}
	known, err := people.Register.Run(s.FrontDesk(s.HD), s.Ops, people.RegisterInput{Name: "陈同同", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13712340004"}}})
	if err != nil {
		t.Fatal(err)
	}
	before := s.Count(t, "SELECT COUNT(*) FROM persons")
	u := st.as(t, "front-desk", s.HD)
	here := func(n int) {
		t.Helper()
		u.reads(fmt.Sprintf("今天到访 %d", n))
	}
	for n := range 5 {
		u.pressIn(nextStep, "sales.appointments.check-in")
		here(n + 1)
	}
	u.press("web.undo") // that was somebody else
	here(4)
	u.pressIn(nextStep, "sales.appointments.check-in")
	here(5)
	testkit.Act(u.tab, t, chromedp.SendKeys("#desk-q", "heyu"), chromedp.WaitVisible("#desk-found form[action='/visits'] button"))
	u.clickOn("#desk-found form[action='/visits'] button")
	here(6)

	u.walkIn("赵敏", "")
	here(7)
	u.walkIn("钱多", "13900139001")
	here(8)
	u.walkIn("孙立", "1390") // mistyped: said beside the field, and what was typed stays
	u.sees("sales.walk-in.save")
	u.until(`document.querySelector('input[name="phone"]').value.replaceAll(" ", "") === "1390" && document.querySelector('input[name="name"]').value === "孙立" && document.querySelector('input[name="phone"]').getAttribute("aria-invalid") === "true"`)
	u.typed("phone", "13900139002")
	u.press("sales.walk-in.save")
	here(9)
	u.walkIn("陈同同", "13712340004")
	u.reads("是同一个人吗")
	u.clickOn(`button[name="_same"]`)
	here(10)

	if n := s.Count(t, "SELECT COUNT(*) FROM visits WHERE withdrawn_at IS NULL"); n != 10 {
		t.Errorf("%d visits of ten", n)
	}
	if n := s.Count(t, "SELECT COUNT(*) FROM persons") - before; n != 3 {
		t.Errorf("%d new persons, want three: one was known", n)
	}
	if n := s.Count(t, "SELECT COUNT(*) FROM visits WHERE person = ?", known.ID); n != 1 {
		t.Errorf("who was known has %d visits", n)
	}
	u.reads("还没来的 1", "等候 10")
	u.pressIn("[aria-labelledby=here]", "sales.visit.receive")
	u.reads("等候 9", "接待中 1")
	for _, c := range testkit.Complaints(u.tab, t) {
		if c.Kind != "network" { // 422 is what was mistyped
			t.Errorf("the browser complains: %+v", c)
		}
	}
}
