//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// keys sends keys, one after the other, to whatever has the focus.
func (u *user) keys(list ...string) {
	u.t.Helper()
	for _, keys := range list {
		testkit.Act(u.tab, u.t, chromedp.KeyEvent(keys))
	}
}

// cell is the value of a cell of the sheet.
func (u *user) cell(row, column int) string {
	u.t.Helper()
	return u.read(fmt.Sprintf(`document.querySelectorAll("[data-sheet] tbody tr")[%d].querySelectorAll("td input")[%d].value`, row, column))
}

// TestMKT8_BudgetByKeyboard: marketing fills an annual plan by keys alone: types, moves, pastes a block of a spreadsheet, takes it back and does it
// again, saves all as one change; a campaign beyond it says so first.
func TestMKT8_BudgetByKeyboard(t *testing.T) {
	s, st := desked(t)
	year := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)).UTC().Year()
	m := st.as(t, "marketing", id.None)
	testkit.Act(m.tab, t, chromedp.Navigate(st.base+"/budgets"))
	m.sees("budgets.save")
	m.read(`String(document.querySelector("[data-sheet] td input").focus())`)
	m.keys("1000" + kb.Enter + "2000")
	m.keys(kb.ArrowRight)
	if m.cell(0, 0) != "1000" || m.cell(1, 0) != "2000" {
		t.Errorf("typed %q, %q", m.cell(0, 0), m.cell(1, 0))
	}
	m.read(`(() => { // as the browser does on Ctrl+V
		const data = new DataTransfer();
		data.setData("text/plain", "¥1,200.50\t300\r\n4\t5\r\n");
		document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
		return "";
	})()`)
	want := func(when string, cells ...string) {
		t.Helper()
		for i, at := range [][2]int{{1, 1}, {1, 2}, {2, 1}, {2, 2}} {
			if got := m.cell(at[0], at[1]); got != cells[i] {
				t.Errorf("%s: cell %v is %q, want %q", when, at, got, cells[i])
			}
		}
	}
	want("pasted", "1200.50", "300", "4", "5")
	m.until(`document.querySelector("[data-whole-sum]").textContent === "¥4,509.50"`)
	undo := func(shift bool) {
		m.read(fmt.Sprintf(`String(document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "z", ctrlKey: true, shiftKey: %t, bubbles: true, cancelable: true})))`, shift))
	}
	undo(false)
	want("taken back", "", "", "", "")
	undo(true)
	want("done again", "1200.50", "300", "4", "5")
	m.keys("77")
	m.keys(kb.ArrowLeft)
	undo(false)
	want("typed and taken back", "1200.50", "300", "4", "5")
	m.press("budgets.save")
	m.reads("改了 6 格")
	m.calm()
	if n := s.Count(t, "SELECT COUNT(*) FROM budget_changes"); n != 6 {
		t.Errorf("%d changes are kept", n)
	}
	if n := s.Count(t, "SELECT version FROM budgets WHERE year = ?", int64(year)); n != 1 {
		t.Errorf("saved as version %d, want one change", n)
	}
	m.press("web.undo")
	m.until(fmt.Sprintf(`location.pathname === "/budgets" && document.querySelector("[data-whole-sum]")?.textContent === %q`, "¥0"))
}
