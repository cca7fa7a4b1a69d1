//go:build e2e

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// TestUIS5_Feedback: from a record's page in two clicks; F opens it too. IT sees the page as it was shown, masked, and nothing of it runs;
// the answer reaches who gave it.
func TestUIS5_Feedback(t *testing.T) {
	s, st := desked(t)
	e := s.Enquiry(t, s.HD)
	u := st.as(t, "front-desk", s.HD)
	about := "/enquiries/" + e.ID.String()
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+about))
	u.read(`(document.querySelector("h1").insertAdjacentHTML("afterend", "<p>139 1234 5678<img src=x onerror='top.document.title=1'></p>"), "")`)
	u.clicks = 0
	u.clickOn(`nav.nav a[data-dialog="feedback"]`)
	testkit.Act(u.tab, t, chromedp.WaitVisible(`dialog[open] textarea[name=said]`), chromedp.SendKeys(`dialog[open] textarea[name=said]`, "电话不对"))
	u.clickOn(`dialog[open] button[value=broken]`)
	u.reads("意见已收到")
	if u.clicks != 2 || u.path() != about {
		t.Errorf("%d clicks, then at %s", u.clicks, u.path())
	}
	testkit.Act(u.tab, t, chromedp.KeyEvent("f"), chromedp.WaitVisible(`dialog[open] textarea[name=said]`), chromedp.KeyEvent(kb.Escape))
	f := firstFeedback(t, s)
	shown, err := f.Shown()
	if err != nil || f.Page != about || f.Record != e.ID || f.Said != "电话不对" {
		t.Errorf("kept %+v, %v", f, err)
	}
	if !strings.Contains(shown, "何雨桐") || !strings.Contains(shown, "139 **** 5678") || strings.Contains(shown, "1234") || strings.Contains(shown, "<script") || strings.Contains(shown, "<dialog") {
		t.Errorf("the page that came with it: %s", shown)
	}
	it := st.as(t, "it", id.None)
	it.press("shell.feedback")
	it.reads("待答复的意见 1 条", "电话不对")
	it.clickOn("tr[data-row] a.nm")
	it.reads("当时的页面", "答复")
	it.until(`document.querySelector("iframe.shown").contentDocument?.body?.innerText.includes("何雨桐")`)
	if title := it.read("document.title"); title == "1" {
		t.Error("the page that came with it ran")
	}
	if n := value[int](it, `document.querySelector("iframe.shown").contentDocument.styleSheets.length`); n == 0 {
		t.Error("the page that came with it has no style")
	}
	it.pick("outcome", "fixed")
	it.typed("answer", "已修好")
	it.press("feedback.do-answer")
	it.reads("已答复")
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/messages"))
	u.reads("您提的意见有答复了")
	if dir := os.Getenv("ZHIKE_SHOTS"); dir != "" { //nolint:forbidigo // pictures for people
		_ = testkit.Screenshot(it.tab, filepath.Join(testkit.Root(t), "shots", "feedback.png"))
	}
}

func firstFeedback(t *testing.T, s *testkit.School) (f rollout.Feedback) {
	t.Helper()
	s.Read(t, s.IT(), func(ctx context.Context, tx *op.Tx) error {
		p, err := rollout.FeedbackList(ctx, tx, "", page.Request{Limit: 1})
		if err != nil || len(p.Items) == 0 {
			t.Fatal("nothing was kept", err)
		}
		f, err = rollout.FeedbackByID(ctx, tx, p.Items[0].ID)
		return err
	})
	return f
}

// TestUIF3_WalkInKeepsItsDraft: what the front desk began to type is offered back, in the dialog and on the page.
func TestUIF3_WalkInKeepsItsDraft(t *testing.T) {
	_, st := desked(t)
	u := st.as(t, "front-desk", st.s.HD)
	u.clickOn(`a[data-dialog="walk-in"]`)
	testkit.Act(u.tab, t, chromedp.WaitVisible(`dialog[open] input[name="name"]`), chromedp.SendKeys(`dialog[open] input[name="name"]`, "赵敏"))
	u.until(`Object.keys(localStorage).some(k => k.endsWith(":/walk-ins"))`)
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/walk-ins/new"))
	u.press("web.draft.restore")
	if got := u.read(`document.querySelector("input[name=name]").value`); got != "赵敏" {
		t.Errorf("restored %q", got)
	}
}
