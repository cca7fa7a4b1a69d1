//go:build e2e

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/kernel/i18n"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// visit opens a page of somebody.
func visit(t *testing.T, u *user, path string) {
	t.Helper()
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+path), chromedp.WaitVisible("main h1"))
}

// A supervisor looks at how her consultants do, gives one's open enquiries to another, and gives a coaching task, which the consultant finds (SAL-11, UI-L3, PRC-5).
func TestSAL11_SupervisorReassignsAndCoaches(t *testing.T) {
	s := testkit.NewSchool(t, t.TempDir()+"/zhike.db")
	st := open(t, s, i18n.ZH)
	one, two := s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
	for range 3 {
		s.Enquiry(t, s.HD)
	}
	s.Clock.Set(s.Clock.Now().AddDate(0, 3, 0).Add(time.Minute))
	if err := s.App.Settle(s.System()); err != nil {
		t.Fatal(err)
	}
	u := st.as(t, "supervisor", s.HD)
	visit(t, u, "/reports/consultants")
	u.pressIn("[aria-labelledby=coaching]", "insight.open-enquiries")
	u.until(fmt.Sprintf(`location.pathname === "/enquiries" && location.search.includes(%q)`, one.String()))
	u.clickOn("[data-select-all]")
	u.choose("consultant_id", two.String())
	u.pressIn("[data-bulk]", "sales.assign.give")
	u.until(`document.querySelector("[aria-labelledby=bulk-report]") !== null`)
	if n := s.Count(t, "SELECT COUNT(*) FROM enquiries WHERE consultant = ?", two); n != 3 {
		t.Errorf("%d enquiries were handed over, want 3", n)
	}
	visit(t, u, "/reports/consultants?coach="+two.String())
	u.choose("staff_id", two.String())
	u.choose("kind", process.CoachTasks[2])
	u.typed("note", "听两次到访谈话")
	u.pressIn("[aria-labelledby=coach]", "insight.give-coaching")
	u.until(`document.querySelector(".status") !== null && location.pathname === "/reports/consultants"`)
	c := st.as(t, "consultant2", s.HD)
	visit(t, c, "/tasks")
	c.until(`document.body.innerText.includes("听两次到访谈话")`)
}

// The sheet of targets by keys: a pasted block fills what lies right and below, sums follow, Ctrl+Z takes it back before it is saved; what was saved is taken back by
// the button of the status (SAL-14, UI-B2).
func TestSAL14_SheetByKeys(t *testing.T) {
	s := testkit.NewSchool(t, t.TempDir()+"/zhike.db")
	st := open(t, s, i18n.EN)
	u := st.as(t, "supervisor", s.HD)
	visit(t, u, "/targets?metric=contracts")
	paste := `(() => {
		const field = document.querySelector("[data-sheet] input:not([type=hidden])");
		field.focus();
		const data = new DataTransfer();
		data.setData("text/plain", "6\t7\n4\t5\n");
		field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
		return true;
	})()`
	held := `[...document.querySelectorAll("[data-sheet] input:not([type=hidden])")].map(f => f.value).filter(v => v).join(" ")`
	u.until(`document.readyState === "complete" && document.documentElement.classList.contains("js")`)
	u.until(paste)
	u.until(held + ` === "6 7 4 5"`)
	u.until(`document.querySelector("[data-sum] td").textContent === "10"`)
	testkit.Act(u.tab, t, chromedp.KeyEvent("z", chromedp.KeyModifiers(kb.ModifierCtrl)))
	u.until(held + ` === ""`)
	u.until(paste)
	testkit.Act(u.tab, t, chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent("8"), chromedp.KeyEvent(kb.Enter))
	u.until(held + ` === "6 7 8 5"`)
	u.press("sales.targets.save")
	u.until(`document.querySelector(".status") !== null && document.querySelectorAll("[aria-labelledby=history] tbody tr").length === 4`)
	u.until(`document.querySelector("[data-draft-notice]:not([hidden])") === null`) // what was sent is no draft any more (UI-F3)
	if n := s.Count(t, "SELECT COUNT(*) FROM targets"); n != 4 {
		t.Errorf("%d targets are set, want 4", n)
	}
	u.press("web.undo")
	u.until(`document.querySelectorAll("[aria-labelledby=history] tbody tr").length === 8`)
	if n := s.Count(t, "SELECT COUNT(*) FROM targets"); n != 0 {
		t.Errorf("%d targets stay after they were taken back", n)
	}
}
