//go:build e2e

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// By keys alone a supervisor gives a task, chooses all of the team's list, hands it to a colleague and comments on it; the colleague reads both (PRC-5, UI-L3).
func TestPRC5_TeamByKeys(t *testing.T) {
	s := testkit.NewSchool(t, t.TempDir()+"/zhike.db")
	st := open(t, s, i18n.ZH)
	one, two := s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
	today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
	if _, err := process.GiveTask.Run(s.Principal(s.HD), s.Ops, process.GiveTaskInput{StaffID: one, Task: process.OtherTask, Title: "整理资料", Due: today}); err != nil {
		t.Fatal(err)
	}
	u := st.as(t, "supervisor", s.HD)
	visit(t, u, "/tasks/new")
	u.until(`document.activeElement.name === "task_title"`)
	testkit.Act(u.tab, t, chromedp.KeyEvent("核对合同"))
	u.choose("staff_id", one.String())
	focus := func(selector string) {
		testkit.Act(u.tab, t, chromedp.Focus(selector))
	}
	focus("[name=task_title]")
	testkit.Act(u.tab, t, chromedp.KeyEvent(kb.Enter))
	u.until(`/^\/tasks\/[0-9a-f-]{36}$/.test(location.pathname)`)
	visit(t, u, "/team-tasks")
	focus("[data-select-all]")
	testkit.Act(u.tab, t, chromedp.KeyEvent(" "))
	focus(".bulk details summary")
	testkit.Act(u.tab, t, chromedp.KeyEvent(kb.Enter))
	focus(`[name=staff_ids][value="` + two.String() + `"]`)
	testkit.Act(u.tab, t, chromedp.KeyEvent(" "))
	u.choose("reason", "absence")
	focus(".bulk > button")
	testkit.Act(u.tab, t, chromedp.KeyEvent(kb.Enter))
	u.until(`document.querySelector("h1").innerText.includes("已转交 2 件任务")`)
	if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE staff = ? AND done_at IS NULL", two); n != 2 {
		t.Errorf("%d tasks were handed over, want 2", n)
	}
	focus("table a[href^='/tasks/']")
	testkit.Act(u.tab, t, chromedp.KeyEvent(kb.Enter))
	u.until(`document.querySelector("[name=text]") !== null && location.pathname.startsWith("/tasks/")`)
	focus("[name=text]")
	testkit.Act(u.tab, t, chromedp.KeyEvent("明天做完就行"))
	focus("[aria-labelledby=comments] form .btn")
	testkit.Act(u.tab, t, chromedp.KeyEvent(kb.Enter))
	u.until(`document.querySelector("[aria-labelledby=comments]").innerText.includes("明天做完就行")`)
	c := st.as(t, "consultant2", s.HD)
	visit(t, c, "/messages")
	c.until(`document.body.innerText.includes("有 2 个任务转给了你（请假）") && document.body.innerText.includes("一个任务有新评论")`)
}
