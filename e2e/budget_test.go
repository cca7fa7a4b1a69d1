//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/finance"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// job does a job from the home page and fails the test where it took more clicks than its budget (UI-H).
func (u *user) job(name string, budget int, do func()) {
	u.t.Helper()
	u.clicks = 0
	do()
	if u.clicks > budget {
		u.t.Errorf("%s took %d clicks, its budget is %d", name, u.clicks, budget)
	}
	testkit.Act(u.tab, u.t, chromedp.Navigate(u.base+"/"))
}

// desked is a school whose day has begun, served in Chinese.
func desked(t *testing.T) (*testkit.School, site) {
	t.Helper()
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	return s, open(t, s, i18n.ZH)
}

// TestUIH_FrontDesk: who comes next in 1 click, who is searched in 2, a walk-in in 2 with at most six fields, an instalment paid and
// printed in 4.
func TestUIH_FrontDesk(t *testing.T) {
	s, st := desked(t)
	s.Appointment(t, s.HD)
	s.Appointment(t, s.HD)
	s.Contract(t, s.HD)
	u := st.as(t, "front-desk", s.HD)
	u.job("check in", 1, func() {
		u.pressIn(nextStep, "sales.appointments.check-in")
		u.reads("今天到访 2")
	})
	u.job("check in who is searched", 2, func() {
		u.clickOn("#desk-q")
		testkit.Act(u.tab, t, chromedp.SendKeys("#desk-q", "heyu"), chromedp.WaitVisible("#desk-found form[action='/visits'] button"))
		u.clickOn("#desk-found form[action='/visits'] button")
		u.reads("今天到访 3")
	})
	u.job("walk-in", 2, func() {
		u.clickOn(`a[data-dialog="walk-in"]`)
		testkit.Act(u.tab, t, chromedp.WaitVisible(`dialog[open] input[name="name"]`))
		if n := value[int](u, `document.querySelectorAll("dialog[open] :is(input:not([type=hidden]), select, textarea)").length`); n > 6 {
			t.Errorf("a walk-in has %d fields", n)
		}
		testkit.Act(u.tab, t, chromedp.SendKeys(`dialog[open] input[name="name"]`, "赵敏"))
		u.clickOn("dialog[open] button.p")
		u.reads("今天到访 4", "赵敏")
	})
	u.job("instalment paid and printed", 4, func() {
		u.pressIn("[aria-labelledby=cash]", "sales.desk.take")
		u.at("/payments/new")
		u.clickOn(`button[name=method][value=wechat]`)
		u.at("/payments/review")
		u.press("payment-page.confirm")
		u.until(`/^\/payments\/[0-9a-f-]{36}$/.test(location.pathname) && document.readyState === "complete"`)
		u.read(`(window.print = () => { document.body.dataset.printed = "yes" }, "")`)
		u.press("payment-page.print")
		u.until(`document.body.dataset.printed === "yes"`)
	})
	if got := s.Facts(t); got[len(got)-1] != "finance.payment-taken.1" {
		t.Errorf("facts end with %s", got[len(got)-1])
	}
	u.calm()
}

// TestUIH_Consultant: a result with its next date in 3 clicks, an invitation in 4; the list goes on to the next row, with focus and words
// (UI-B4). A quote in 6 clicks, the contract from it in 3.
func TestUIH_Consultant(t *testing.T) {
	s, st := desked(t)
	for range 3 {
		s.Enquiry(t, s.HD)
	}
	u := st.as(t, "consultant", s.HD)
	u.job("result and next date", 3, func() {
		u.pick("result", "discuss")
		u.pick("next_day", "2026-06-05")
		u.clickOn("#panel button.p")
		u.reads("第 1 / 2 件")
	})
	u.job("invite", 4, func() {
		u.clickOn(`#panel a[href*="/book"]`)
		u.reads("哪一天")
		u.pick("day", "2026-06-06")
		u.pick("time", "10:00")
		u.clickOn("#panel button.p")
		u.reads("第 1 / 1 件")
		if got := u.read("document.activeElement.id"); got != "panel-title" {
			t.Errorf("focus is at %q", got)
		}
		u.until(`document.querySelector("#live").textContent.includes("下一位")`)
	})
	kinds := s.Facts(t)
	if got := strings.Join(kinds[len(kinds)-3:], " "); got != "people.touch-recorded.1 people.touch-recorded.1 sales.appointment-booked.1" {
		t.Errorf("facts end with %s", got)
	}
	u.calm()
}

// TestUIH_Quote: a quote in 6 clicks from home, the contract from it in 3; the price follows the choice.
func TestUIH_Quote(t *testing.T) {
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
	u.clicks = 0
	u.clickOn("tr[data-row] a.nm")
	u.at("/enquiries/")
	u.pressIn(nextStep, "sales.do.quote")
	u.reads("¥19,200.00")
	u.pick("parts", "3")
	u.reads("第 3 期")
	u.press("sales.quote.save")
	u.at("/quotes/")
	if u.clicks > 6 {
		t.Errorf("a quote took %d clicks", u.clicks)
	}
	u.clicks = 0
	u.press("sales.quote.contract")
	u.at("/contracts/")
	if u.clicks > 3 {
		t.Errorf("the contract took %d clicks", u.clicks)
	}
	u.calm()
}

// TestUIH_Principal: the report of the day by a clue and Enter, mailed 2 clicks later (UI-G 7); several enquiries to somebody else in 4.
func TestUIH_Principal(t *testing.T) {
	s, st := desked(t)
	for range 3 {
		s.Enquiry(t, s.HD)
	}
	principal, address := s.StaffID(s.Principal(s.HD)), "head@school.example"
	if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: principal, Email: &address}); err != nil {
		t.Fatal(err)
	}
	u := st.as(t, "principal", s.HD)
	u.job("daily sales report, mailed", 2, func() {
		testkit.Act(u.tab, t, chromedp.KeyEvent("/"))
		u.until(`document.activeElement.id === "q"`)
		testkit.Act(u.tab, t, chromedp.KeyEvent("xsrb"))
		u.until(`document.querySelector("#ask-list [role=option]")?.dataset.href === "/reports/daily-sales"`)
		testkit.Act(u.tab, t, chromedp.KeyEvent(kb.Enter))
		u.at("/reports/daily-sales")
		u.press("insight.mail")
		u.pressIn("dialog[open]", "insight.send")
		u.reads(strings.TrimSpace(s.App.Catalogue.Text(i18n.ZH, "insight.mailed", "count", 1)))
	})
	u.job("several enquiries to somebody else", 4, func() {
		u.clickOn(`nav.nav a[href^="/enquiries"]`)
		u.at("/enquiries")
		u.clickOn("[data-select-all]")
		u.choose("consultant_id", s.StaffID(s.Consultant2(s.HD)).String())
		u.pressIn("[data-bulk]", "sales.assign.give")
		u.reads(strings.TrimSpace(s.App.Catalogue.Text(i18n.ZH, "sales.assign.done", "count", 3, "to", s.Login("consultant2", s.HD))))
	})
	kinds := s.Facts(t)
	if got := strings.Join(kinds[len(kinds)-4:], " "); got != "insight.report-mailed.1 sales.enquiry-assigned.1 sales.enquiry-assigned.1 sales.enquiry-assigned.1" {
		t.Errorf("facts end with %s", got)
	}
	u.calm()
}

// TestUIH_GeneralManager: headline and six figures are read without a click, people stand two clicks behind them.
func TestUIH_GeneralManager(t *testing.T) {
	s, st := desked(t)
	for _, center := range []id.ID{s.HD, s.CY} {
		c := s.Contract(t, center)
		if _, err := finance.TakePayment.Run(s.FrontDesk(center), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "card", Amount: money.Yuan(9_000)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.App.Settle(s.System()); err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(s.Clock.Now().AddDate(0, 0, 30)) // the page is about the last whole month
	u := st.as(t, "general-manager", id.None)
	u.job("read", 0, func() {
		u.reads("1.8 万")
		seen := `[...document.querySelectorAll("main .led a")].filter(e => e.getBoundingClientRect().bottom < innerHeight).length`
		if n := value[int](u, seen); n < 6 {
			t.Errorf("%d figures are seen", n)
		}
	})
	u.job("from a figure to people", 2, func() {
		u.clickOn(fmt.Sprintf(`main a[href^=%q]`, "/visits?"))
		u.at("/visits")
		u.clickOn("tbody a.nm")
		u.at("/visits/")
		u.reads("何雨桐")
	})
	u.calm()
}

// TestUIB5_WorkListByKeyboard: J moves, the panel follows; 2 chooses a result, Enter in the note saves.
func TestUIB5_WorkListByKeyboard(t *testing.T) {
	s, st := desked(t)
	for range 3 {
		s.Enquiry(t, s.HD)
	}
	u := st.as(t, "consultant", s.HD)
	u.press("web.keys.title") // the list of keys, and away again
	testkit.Act(u.tab, t, chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("j"))
	u.until(`document.querySelector("#panel").innerText.includes("第 2 / 3 件")`)
	testkit.Act(u.tab, t, chromedp.KeyEvent("2"), chromedp.SendKeys(`#panel input[name="note"]`, "爸爸出差\r"))
	u.reads("第 2 / 2 件")
}

// TestUIS4_Recent: the ask field offers what one looked at last before anything is typed; the keyboard opens it.
func TestUIS4_Recent(t *testing.T) {
	s, st := desked(t)
	e := s.Enquiry(t, s.HD)
	u := st.as(t, "front-desk", s.HD)
	path := "/people/" + e.PersonID.String()
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+path), chromedp.WaitVisible("main h1"), chromedp.Navigate(u.base+"/"), chromedp.WaitVisible("#q"),
		chromedp.Focus("#q"), chromedp.WaitVisible("#ask-list [role=option]"), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	u.until(fmt.Sprintf("location.pathname === %q", path))
}

// TestUIH_Import: a list is brought in with 5 clicks from home, by marketing and by a principal.
func TestUIH_Import(t *testing.T) {
	s, st := desked(t)
	st.imports(t)
	for _, who := range []struct {
		role   string
		center id.ID
	}{{"marketing", id.None}, {"principal", s.HD}} {
		file := filepath.Join(t.TempDir(), "leads.csv")
		if err := os.WriteFile(file, []byte("编号,姓名,手机号\n"+who.role+",赵敏,13900001111\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		u := st.as(t, who.role, who.center)
		u.job("import", 5, func() {
			u.press("web.new")
			u.press("shell.new-import")
			u.at("/imports/new")
			u.clicks++ // the file is chosen
			testkit.Act(u.tab, t, chromedp.SetUploadFiles("input[type=file]", []string{file}))
			u.press("imports.upload")
			u.until(`document.querySelector("form[action$='/start'] button.p") !== null`)
			u.clickOn("form[action$='/start'] button.p")
			u.reads("1 行中已导入 1 行")
		})
		u.calm()
	}
	kinds := s.Facts(t)
	if n := strings.Count(strings.Join(kinds, " "), "rollout.import-started.1"); n != 2 {
		t.Errorf("%d imports were started", n)
	}
}
