//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// keys presses keys one after the other, wherever the focus is.
func (u *user) keys(list ...string) {
	u.t.Helper()
	for _, k := range list {
		testkit.Act(u.tab, u.t, chromedp.KeyEvent(k))
	}
}

// tabTo goes on by the tab key until the focus is on what reads the words (or begins with them), or on a field of that name.
func (u *user) tabTo(words string) {
	u.t.Helper()
	for range 60 {
		u.keys(kb.Tab)
		if value[bool](u, fmt.Sprintf(`(() => { const e = document.activeElement; const read = (e.innerText ?? "").replace(/\s+/g, " ").trim();
			return e.name === %q || read === %q || read.startsWith(%q) })()`, words, words, words+" ")) {
			return
		}
	}
	u.t.Fatalf("the tab key does not lead to %s", words)
}

// TestUIB5_MorningByKeyboard: a consultant calls, invites, ends a matter and takes that back without a mouse (SAL-3, UI-B5).
func TestUIB5_MorningByKeyboard(t *testing.T) {
	s, st := desked(t)
	for range 3 {
		s.Enquiry(t, s.HD)
	}
	_, a := s.Appointment(t, s.HD)
	if _, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}); err != nil {
		t.Fatal(err)
	}
	u := st.as(t, "consultant", s.HD)
	u.reads("今天 4 件", "第 1 / 4 件")

	u.keys("2") // a call: result, the note, Enter saves with the suggested day
	u.tabTo("note")
	u.keys("想", "听", "课", kb.Enter)
	u.reads("第 1 / 3 件")

	u.keys("1") // somebody is invited
	u.tabTo("约访")
	u.keys(kb.Enter)
	u.reads("哪一天")
	u.tabTo("day")
	u.keys(kb.ArrowRight)
	u.tabTo("time")
	u.keys(" ")
	u.tabTo(u.text("sales.book.save"))
	u.keys(kb.Enter)
	u.reads("第 1 / 2 件")

	u.keys("3") // a matter ends, and that is taken back
	u.tabTo("不再跟进…")
	u.keys(kb.Enter)
	u.tabTo("closed_reason")
	u.keys("价")
	u.tabTo("保存，下一位")
	u.keys(kb.Enter)
	u.reads("第 1 / 1 件")
	u.keys("z")
	u.reads("今天 2 件")

	kinds := s.Facts(t)
	want := "people.touch-recorded.1 people.touch-recorded.1 sales.appointment-booked.1 people.touch-recorded.1 people.touch-withdrawn.1"
	if got := strings.Join(kinds[len(kinds)-5:], " "); got != want {
		t.Errorf("facts end with %s, want %s", got, want)
	}

	u.keys("g", "h") // the visitor who waits is opened by Enter, and what comes next by the tab key
	u.until(`document.querySelectorAll("tr[data-row]").length === 2 && document.readyState === "complete"`)
	for n := range 8 {
		if value[bool](u, `(document.querySelector("tr[aria-current]")?.innerText ?? "").includes("完成接待")`) {
			break
		}
		u.keys([]string{"j", "k"}[n/4])
	}
	u.keys(kb.Enter)
	u.at("/enquiries/")
	u.reads("完成接待")
	u.calm()
}
